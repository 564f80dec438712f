"""Proof apart from the changed thing itself: components at work, a reboot, fields that moved alone."""

from functools import lru_cache

from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

KUBERNETES = ("kubelet", "microk8s")
BOOT_ID = "kernel.random.boot_id"
LINK = ("ip_addr", "bridge_link", "bridge_vlan")
MOUNT = ("df", "findmnt")


def any_apart(witness: Witness, components: tuple[str, ...], facts: tuple[str, ...]) -> tuple[Evidence, ...]:
    """The first of these components that other facts than these show; a rule asks so for what it explains."""
    return next((found for each in components if (found := seen_apart(witness, each, *facts))), ())


def only(change: Change, *fields: str) -> bool:
    """Whether an entry that is on both sides differs in nothing but these fields."""
    return change.kind == "changed" and bool(change.fields) and set(change.fields) <= set(fields)


@lru_cache(maxsize=4)
def reboot(pair: Pair) -> tuple[Evidence, ...]:
    """The host (or the container that is the host) was started again between the two recordings."""
    change = pair.change("sysctl", BOOT_ID)
    if change is None or change.kind != "changed":
        return ()
    return (pair.after.saw("sysctl", f"{BOOT_ID}: {change.before} -> {change.after}"),)
