"""The scheduler's tree of CPUs, which kernels up to 5.12 show as keys."""

import re
from functools import lru_cache

from leadline.base.text import Text
from leadline.explain.other_kernel import other_kernel
from leadline.explain.pair import Pair
from leadline.explain.proof import reboot
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

PREFIX = "kernel.sched_domain."
_MEASURED = re.compile(r"kernel\.sched_domain\.cpu\d+\.domain\d+\.max_newidle_lb_cost")
# One domain of one CPU has more keys than this.
WHOLE_DOMAIN = 5


@lru_cache(maxsize=4)
def _count(pair: Pair, kind: str) -> int:
    return sum(change.key.startswith(PREFIX) for change in pair.changes("sysctl", kind))


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed":
        seen = pair.after.saw("sysctl", f"{change.key}: {change.before} -> {change.after}")
        return Match((seen,)) if _MEASURED.fullmatch(change.key) else None
    count = _count(pair, change.kind)
    if count < WHOLE_DOMAIN:
        return None
    boot = reboot(pair) or other_kernel(pair)
    tree = pair.side(change).saw("sysctl", f"{count} keys of kernel.sched_domain {change.kind} together")
    return Match((*boot, tree), "shown" if boot else "likely")


rule = Rule(
    name="sched-domain-sysctls",
    facts=("sysctl",),
    component="kernel",
    class_="derived",
    why=Text(
        "The scheduler keeps a tree for each CPU: it comes and goes with CPUs and kernel versions, and the cost it "
        "measures for balancing moves all the time.",
        "스케줄러가 CPU마다 두는 트리입니다. CPU나 커널 버전에 따라 생기고 없어지며, 측정한 부하 분산 비용은 계속 변합니다.",
    ),
    group=Text("the scheduler's CPU tree", "스케줄러의 CPU 트리"),
    since="Linux 2.6.6-5.12 (debugfs from 5.13 on)",
    source="linux kernel/sched/debug.c (sched/core.c before 4.10) register_sched_domain_sysctl",
    keys=(f"{PREFIX}*",),
    match=match,
)
