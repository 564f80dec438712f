"""The cgroup2, BPF and namespace mounts of Cilium's init containers."""

from leadline.base.text import Text
from leadline.explain.init_mounts import made_by
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    path = change.key.partition(" #")[0]
    fstype, source = change.entry.fstype, change.entry.source
    if change.kind == "changed" or not (
        (path.removeprefix("/var") == "/run/cilium/cgroupv2" and fstype == "cgroup2")
        or (path == "/sys/fs/bpf" and fstype == "bpf" and source == path)
        or path.removeprefix("/var").startswith("/run/cilium/netns")
    ):
        return None
    return made_by("cilium", change, pair)


rule = Rule(
    name="cilium-mounts",
    facts=("findmnt", "df"),
    component="cilium",
    class_="config",
    why=Text(
        "Cilium's init containers (mount-cgroup, mount-bpf-fs) made this mount for its BPF programs and maps.",
        "Cilium의 init 컨테이너(mount-cgroup, mount-bpf-fs)가 BPF 프로그램과 맵을 위해 만든 마운트입니다.",
    ),
    since="Cilium 1.9",
    source="cilium/cilium install/kubernetes/cilium/templates/cilium-agent/daemonset.yaml",
    match=match,
)
