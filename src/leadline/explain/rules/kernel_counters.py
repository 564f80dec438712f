"""Counters and random values: sysctl keys that the kernel itself moves on an idle host."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

COUNTERS = frozenset(
    {
        "fs.aio-nr",
        "fs.dentry-state",
        "fs.file-nr",
        "fs.inode-nr",
        "fs.inode-state",
        "kernel.hung_task_detect_count",
        "kernel.hung_task_warnings",
        "kernel.ns_last_pid",
        "kernel.perf_event_max_sample_rate",
        "kernel.pty.nr",
        "kernel.random.entropy_avail",
        "kernel.random.uuid",
        "net.netfilter.nf_conntrack_count",
    }
)


DRAWN = "net.core.netdev_rss_key"


def match(change: Change, pair: Pair) -> Match | None:
    # The key of receive hashing is drawn when the first device asks for it, and stays until the next boot.
    if change.key == DRAWN and change.before.strip("0:"):
        return None
    values = f"{change.key}: {change.before} -> {change.after}".replace("\t", " ")
    return Match((pair.after.saw("sysctl", values),))


rule = Rule(
    name="kernel-counters",
    facts=("sysctl",),
    kinds=("changed",),
    component="kernel",
    class_="runtime",
    why=Text(
        "The kernel counts or draws this value itself; it moves on an idle host too, and nobody set it.",
        "커널이 스스로 세거나 무작위로 뽑는 값입니다. 아무 작업이 없어도 움직이며, 누가 설정한 것이 아닙니다.",
    ),
    group=Text("kernel counters", "커널 카운터"),
    since="every kernel",
    source="linux Documentation/admin-guide/sysctl/{fs,kernel}.rst; kernel/events/core.c perf_sample_event_took",
    keys=(*COUNTERS, DRAWN, "fs.quota.*"),
    match=match,
)
