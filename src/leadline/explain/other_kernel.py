"""What shows that a host runs another kernel than before."""

from functools import lru_cache

from leadline.explain.pair import Pair
from leadline.explain.witness import Evidence


@lru_cache(maxsize=4)
def other_kernel(pair: Pair) -> tuple[Evidence, ...]:
    """Evidence of another kernel: its release or build, from sysctl or uname; empty where it is the same."""
    for fact, key in (
        ("sysctl", "kernel.osrelease"),
        ("kernel", "release"),
        ("sysctl", "kernel.version"),
        ("kernel", "version"),
    ):
        change = pair.change(fact, key)
        if change is not None and change.kind == "changed":
            return (pair.after.saw(fact, f"{key}: {change.before} -> {change.after}"),)
    return ()
