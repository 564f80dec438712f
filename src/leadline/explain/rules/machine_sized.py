"""Limits that the kernel computes at boot from the memory and the number of CPUs."""

import re
from functools import lru_cache

from leadline.base.text import Text
from leadline.explain.other_kernel import other_kernel
from leadline.explain.pair import Pair
from leadline.explain.proof import reboot
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_files import asked
from leadline.snapshot.diff import Change

SIZED = frozenset(
    {
        "fs.epoll.max_user_watches",
        "fs.fanotify.max_user_marks",
        "fs.file-max",
        "fs.inotify.max_user_watches",
        "fs.mount-max",
        "kernel.msgmni",
        "kernel.pid_max",
        "kernel.threads-max",
        "net.core.bpf_jit_limit",
        "net.ipv4.inet_peer_threshold",
        "net.ipv4.route.max_size",
        "net.ipv4.tcp_child_ehash_entries",
        "net.ipv4.tcp_ehash_entries",
        "net.ipv4.tcp_max_orphans",
        "net.ipv4.tcp_max_syn_backlog",
        "net.ipv4.tcp_max_tw_buckets",
        "net.ipv4.tcp_mem",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
        "net.ipv4.udp_child_hash_entries",
        "net.ipv4.udp_hash_entries",
        "net.ipv4.udp_mem",
        "net.ipv4.vs.sync_qlen_max",
        "net.ipv4.vs.sync_sock_size",
        "net.ipv4.vs.sync_ports",
        "net.netfilter.nf_conntrack_buckets",
        "net.netfilter.nf_conntrack_expect_max",
        "net.netfilter.nf_conntrack_max",
        "net.nf_conntrack_max",
        "net.sctp.sctp_mem",
        "net.sctp.sctp_rmem",
        "net.sctp.sctp_wmem",
        "user.max_fanotify_marks",
        "user.max_inotify_watches",
        "vm.admin_reserve_kbytes",
        "vm.lowmem_reserve_ratio",
        "vm.min_free_kbytes",
        "vm.user_reserve_kbytes",
    }
)
_SIZED = re.compile(
    r"user\.max_\w+_namespaces|kernel\.sched_(?:latency|min_granularity|wakeup_granularity)_ns"
)
# Together these say that the machine itself has another size.
TELLING = ("kernel.threads-max", "user.max_user_namespaces", "user.max_net_namespaces", "net.ipv4.tcp_mem")


@lru_cache(maxsize=4)
def _resized(pair: Pair) -> tuple[str, ...]:
    anew = reboot(pair) or other_kernel(pair)
    # A boot computes them all anew, and the memory that is left to count differs a little each time.
    keys = [key for key in sorted(SIZED) if "conntrack" not in key] if anew else []
    changes = [pair.change("sysctl", key) for key in dict.fromkeys((*TELLING, *keys))]
    return tuple(
        f"{each.key}: {each.before} -> {each.after}" for each in changes if each and each.kind == "changed"
    )


def match(change: Change, pair: Pair) -> Match | None:
    if change.key not in SIZED and not _SIZED.fullmatch(change.key):
        return None
    if asked(pair.after, change.key, change.after) is not None:
        return None
    resized = tuple(pair.after.saw("sysctl", text) for text in _resized(pair)[:4])
    if len(resized) < 2:
        return None
    boot = reboot(pair) or other_kernel(pair)
    return Match((*boot, *resized), "shown" if boot else "likely")


rule = Rule(
    name="machine-sized",
    facts=("sysctl",),
    kinds=("changed",),
    component="kernel",
    class_="derived",
    why=Text(
        "The kernel computes this limit at boot from the memory and the CPUs it finds; it was counted anew, and all "
        "such limits moved with it.",
        "커널이 부팅할 때 메모리와 CPU 수로 계산하는 한도입니다. 다시 계산되면서 이런 한도가 함께 바뀌었습니다.",
    ),
    group=Text("limits from the machine's size", "머신 크기에 따른 한도"),
    since="every kernel",
    source="linux kernel/fork.c set_max_threads, kernel/ucount.c, net/ipv4/tcp.c tcp_init_mem, mm/page_alloc.c",
    keys=(*SIZED, "user.max_*", "kernel.sched_*"),
    match=match,
)
