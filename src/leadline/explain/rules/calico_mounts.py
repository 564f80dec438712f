"""The cgroup2 and BPF filesystems that Calico's init container mounts."""

from leadline.base.text import Text
from leadline.explain.init_mounts import made_by
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

PATHS = {"/run/calico/cgroup": "cgroup2", "/var/run/calico/cgroup": "cgroup2", "/sys/fs/bpf": "bpf"}


def match(change: Change, pair: Pair) -> Match | None:
    path = change.key.partition(" #")[0]
    fstype, source = change.entry.fstype, change.entry.source
    if PATHS.get(path) != fstype or change.kind == "changed":
        return None
    # systemd mounts /sys/fs/bpf itself, from the source `bpf`; Calico's has the path as its source.
    if path == "/sys/fs/bpf" and source != path:
        return None
    # Not by an interface: tunl0 comes with a module, whoever loads it.
    return made_by("calico", change, pair, "ip_addr")


rule = Rule(
    name="calico-mounts",
    facts=("findmnt", "df"),
    component="calico",
    class_="config",
    why=Text(
        "Calico's init container (mount-bpffs, ebpf-bootstrap from 3.31) prepares the BPF data plane with this mount, in "
        "iptables mode too.",
        "Calico의 init 컨테이너(mount-bpffs, 3.31부터 ebpf-bootstrap)가 BPF 데이터 플레인을 위해 준비한 마운트로, iptables "
        "모드에서도 만들어집니다.",
    ),
    since="Calico 3.24",
    source="projectcalico/calico node/pkg/nodeinit/calico-init_linux.go ensureBPFFilesystem, ensureCgroupV2Filesystem; node/cmd/mountns/main.go",
    match=match,
)
