"""The connection tracking values that kube-proxy computes, which k3s and RKE2 write in its place."""

import math

from leadline.explain import tuned
from leadline.explain.pair import Pair
from leadline.explain.proof import reboot
from leadline.explain.rule import Match
from leadline.explain.sysctl_files import asked
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

TIMEOUTS = {
    "net.netfilter.nf_conntrack_tcp_timeout_established": "86400",
    "net.netfilter.nf_conntrack_tcp_timeout_close_wait": "3600",
}
# The kernel prints these as wide as the number of possible CPUs.
CPU_MASKS = ("net.core.rps_default_mask", "net.core.flow_limit_cpu_bitmap")
BUCKETS = "net.netfilter.nf_conntrack_buckets"
MAXIMUM = "net.netfilter.nf_conntrack_max"  # net.nf_conntrack_max is the same variable and follows


def ours(key: str, value: str) -> bool:
    """The two timeouts, or max(131072, 32768 x CPUs) entries."""
    if key == MAXIMUM:
        return value.isdigit() and int(value) >= 131072 and int(value) % 32768 == 0
    return TIMEOUTS.get(key) == value


def sized(
    change: Change, pair: Pair, before: tuple[Evidence, ...], after: tuple[Evidence, ...]
) -> Match | None:
    """The author seen on the two sides as the one who sized connection tracking.

    All its values must stand together. An author that was there before wrote them before, so that a later
    change is another's, unless the host was started anew. Where the author is not seen, both timeouts must
    have moved: then its signature makes it likely. Likely too where the values went with the author.
    """
    if change.kind == "removed" or not (change.key in TIMEOUTS or change.key == MAXIMUM):
        return None
    if change.kind == "changed" and ours(change.key, change.before) and not pair.after.sysctls(TIMEOUTS):
        gone = pair.before.sysctls(TIMEOUTS)
        return Match((*before, *gone), "likely") if before and gone and not after else None
    if not ours(change.key, change.after):
        return None
    if change.key == MAXIMUM and int(change.after) > _most(pair.after):
        return None
    if change.key == MAXIMUM and change.kind == "added" and _of_the_kernel(pair.after, change.after):
        return None
    signature = pair.after.sysctls(TIMEOUTS)
    if (
        not signature
        or asked(pair.after, change.key, change.after)
        or tuned.sets(pair.after, change.key, change.after)
    ):
        return None
    if after and not before:
        return Match((*after, *signature))
    moved = all((each := pair.change("sysctl", key)) and each.kind == change.kind for key in TIMEOUTS)
    if after:
        return Match((*after, *signature), "likely") if moved or reboot(pair) else None
    return Match(signature, "likely") if moved else None


def _most(side: Witness) -> float:
    """The largest table that kube-proxy computes here: masks of CPUs have four for each digit, present or not."""
    masks = (side.entries("sysctl").get(key) for key in CPU_MASKS)
    digits = [len(mask.replace(",", "")) for mask in masks if mask]
    return max(131072, 32768 * 4 * min(digits)) if digits else math.inf


def _of_the_kernel(side: Witness, maximum: str) -> bool:
    """Whether the kernel itself gave the table this size when the module came: one or four entries for each
    bucket, or the buckets were not recorded."""
    buckets = side.entries("sysctl").get(BUCKETS, "")
    return not buckets.isdigit() or int(maximum) in (int(buckets), 4 * int(buckets))
