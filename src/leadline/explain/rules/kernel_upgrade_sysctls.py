"""Keys and defaults that came or went with another kernel version."""

from leadline.base.text import Text
from leadline.explain.other_kernel import other_kernel
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_defaults import DEFAULTS
from leadline.explain.sysctl_files import asked
from leadline.explain.sysctl_keys import interface_of
from leadline.explain.sysctl_tree import moved_trees
from leadline.snapshot.diff import Change

# A tree of an interface that came or went is larger; a new kernel adds a few leaves to each.
FEW = 20
# Values that follow from how a kernel was built or the place it keeps them.
BUILT = {
    "kernel.arch",
    "kernel.cap_last_cap",
    "kernel.ns_last_pid",
    "kernel.sched_rr_timeslice_ms",
    "kernel.seccomp.actions_avail",
    "kernel.seccomp.actions_logged",
    "net.core.xfrm_acq_expires",
    "net.ipv4.tcp_allowed_congestion_control",
    "net.ipv4.tcp_available_congestion_control",
    "net.ipv4.tcp_available_ulp",
    "vm.mmap_rnd_bits",
}


def match(change: Change, pair: Pair) -> Match | None:
    evidence = other_kernel(pair)
    if not evidence:
        return None
    if change.kind == "changed":
        known = DEFAULTS.get(change.key, ())
        if change.key in BUILT or (change.before in known and change.after in known):
            return None if asked(pair.after, change.key, change.after) else Match(evidence)
        return None
    name = interface_of(change.key)
    if name is not None and moved_trees(pair, change.kind)[name] >= FEW:
        return None
    return Match(evidence, "likely")


rule = Rule(
    name="kernel-upgrade-sysctls",
    facts=("sysctl",),
    component="kernel",
    class_="derived",
    why=Text(
        "The host runs another kernel version, and this key exists in only one of the two, or has another default.",
        "호스트의 커널 버전이 달라졌습니다. 이 키는 두 버전 중 한쪽에만 있거나 기본값이 다릅니다.",
    ),
    group=Text("keys of another kernel version", "커널 버전에 따른 키"),
    since="every kernel",
    source="linux Documentation/admin-guide/sysctl; register_sysctl of each version",
    match=match,
)
