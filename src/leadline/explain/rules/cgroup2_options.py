"""The cgroup2 options that a container runtime's own mount resets for the whole host."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT, only
from leadline.explain.rule import Certainty, Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

RESET = {
    "nsdelegate",
    "memory_recursiveprot",
    "favordynmods",
    "memory_localevents",
    "memory_hugetlb_accounting",
}
RUNTIMES = ("containerd", "cri-o", "docker", "podman", "k3s", "microk8s", "lxd")
PRIVILEGED = ("kube-proxy", "calico-node", "mount-bpffs", "mount-cgroup", "cilium-agent")


def runtimes(side: Witness) -> dict[str, Evidence]:
    """The container runtimes at work on a side."""
    found = {each: seen_apart(side, each, *MOUNT, "cgroup") for each in RUNTIMES}
    return {name: evidence[0] for name, evidence in found.items() if evidence}


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, "options") or change.entry.fstype != "cgroup2":
        return None
    lost = set(change.before.options) - set(change.after.options)
    gained = set(change.after.options) - set(change.before.options)
    if bool(lost) == bool(gained) or not (lost | gained) <= RESET:
        return None
    side = pair.after if lost else pair.before
    found = runtimes(side)
    if not found:
        mount = side.mount(
            "/run/containerd/io.containerd.runtime.v2.task/",
            "/run/k3s/",
            "/var/snap/microk8s/common/run/containerd/",
            "/var/lib/docker/",
            "/var/lib/containers/storage/",
        )
        return Match((mount,), "likely", _values("a container runtime", lost, gained)) if mount else None
    privileged = side.container(*PRIVILEGED)
    evidence = (*((privileged,) if privileged else ()), *found.values())
    certainty: Certainty = "shown" if privileged and len(found) == 1 else "likely"
    return Match(evidence, certainty, _values(", ".join(found), lost, gained))


def _values(names: str, lost: set[str], gained: set[str]) -> dict[str, object]:
    moved = Text("lost", "사라졌습니다") if lost else Text("back", "돌아왔습니다")
    return {"runtime": names, "options": ",".join(sorted(lost | gained)), "moved": moved}


rule = Rule(
    name="cgroup2-options",
    facts=("findmnt", "cgroup"),
    component="runc",
    class_="derived",
    why=Text(
        "{options} are {moved}. cgroup2 has one superblock: a privileged container shares the host's cgroup namespace, and "
        "mounting cgroup2 for it without these options takes them from the host too (here: {runtime}); the next boot "
        "brings them back. It is no decision of Kubernetes.",
        "{options} 옵션이 {moved}. cgroup2는 슈퍼블록이 하나뿐입니다. 특권 컨테이너는 호스트의 cgroup 네임스페이스를 함께 "
        "쓰므로, 런타임(여기서는 {runtime})이 이 옵션 없이 cgroup2를 마운트하면 호스트에서도 사라지고 다음 부팅 때 "
        "돌아옵니다. Kubernetes가 정한 것이 아닙니다.",
    ),
    consequence=Text(
        "Without them memory.min/low of a slice no longer protects what is inside, and cgroup namespaces are no "
        "delegation boundary; `mount -o remount,nsdelegate,memory_recursiveprot /sys/fs/cgroup` restores them until the "
        "next privileged pod.",
        "이 옵션이 없으면 slice의 memory.min/low가 하위까지 보호하지 못하고, cgroup 네임스페이스가 위임 경계가 되지 "
        "않습니다. `mount -o remount,nsdelegate,memory_recursiveprot /sys/fs/cgroup`으로 되돌릴 수 있으나 다음 특권 "
        "파드까지만 유지됩니다.",
    ),
    since="cgroup v2; fixed in containerd 2.1.7, 2.2.3, 2.3.0 (PR 12952)",
    source="opencontainers/runc issue 5258, moby/moby issue 50466; linux kernel/cgroup/cgroup.c apply_cgroup_root_flags",
    match=match,
)
