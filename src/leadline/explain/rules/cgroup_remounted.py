"""cgroup2 that lost its protection: a container runtime mounted it again without options."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_LOST = {"nsdelegate", "memory_recursiveprot"}
_DOERS = ("containerd", "docker", "cri-o", "calico", "cilium")


def match(change: Change, pair: Pair) -> Match | None:
    if change.key != "mount /sys/fs/cgroup" or change.kind != "changed":
        return None
    before, after = set(change.before.options), set(change.after.options)
    if not (before - after) or not (before - after) <= _LOST or after - before:
        return None
    doers = {name: found for name in _DOERS if (found := seen_apart(pair.after, name, "cgroup"))}
    if not doers:
        return None
    own = pair.after.saw("cgroup", f"/sys/fs/cgroup lost {', '.join(sorted(before - after))}")
    evidence = (own, *(each for found in doers.values() for each in found))
    return Match(evidence, "likely", {"who": ", ".join(doers), "lost": ", ".join(sorted(before - after))})


rule = Rule(
    name="cgroup-remounted",
    facts=("cgroup",),
    component="runc",
    class_="runtime",
    why=Text(
        "A privileged container or an init container of the network plugin mounted cgroup2 without options, and the kernel "
        "keeps one set of options for all mounts: {lost} is lost (seen here: {who}).",
        "특권 컨테이너나 네트워크 플러그인의 init 컨테이너가 cgroup2를 옵션 없이 마운트했고, 커널은 모든 마운트에 같은 옵션을 "
        "쓰므로 {lost}이(가) 사라졌습니다(이 호스트: {who}).",
    ),
    consequence=Text(
        "memory.low and memory.min no longer protect children. `mount -o remount,nsdelegate,memory_recursiveprot "
        "/sys/fs/cgroup` restores it until the next such container.",
        "memory.low와 memory.min이 하위 그룹을 보호하지 않습니다. `mount -o remount,nsdelegate,memory_recursiveprot "
        "/sys/fs/cgroup`으로 되돌릴 수 있으나 다음 특권 컨테이너가 시작되면 다시 사라집니다.",
    ),
    since="runc up to 1.3; containerd before 2.1.7, 2.2.3 and 2.3.0",
    source="containerd pull request 12952; linux kernel/cgroup/cgroup.c apply_cgroup_root_flags",
    match=match,
)
