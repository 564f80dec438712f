"""What shows that a host was started anew, or with another kernel, between two snapshots."""

from functools import lru_cache

from leadline.explain.pair import Pair
from leadline.explain.witness import Evidence


@lru_cache(maxsize=4)
def rebooted(pair: Pair) -> tuple[Evidence, ...]:
    """Evidence of a boot in between: the kernel's random boot id is another one."""
    change = pair.change("sysctl", "kernel.random.boot_id")
    if change is None or change.kind != "changed":
        return ()
    return (pair.after.saw("sysctl", f"kernel.random.boot_id: {change.before} -> {change.after}"),)


@lru_cache(maxsize=4)
def other_kernel(pair: Pair) -> tuple[Evidence, ...]:
    """Evidence of another kernel: its release or build, from sysctl or uname."""
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
