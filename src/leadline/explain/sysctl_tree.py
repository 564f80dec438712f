"""How much of each interface's tree of settings came or went."""

from collections import Counter
from functools import lru_cache

from leadline.explain.pair import Pair
from leadline.explain.sysctl_keys import interface_of


@lru_cache(maxsize=4)
def moved_trees(pair: Pair, kind: str) -> Counter[str]:
    """How many keys of each interface's tree were added or removed (`kind`)."""
    counts: Counter[str] = Counter()
    for change in pair.changes("sysctl", kind):
        if (name := interface_of(change.key)) is not None:
            counts[name] += 1
    return counts
