"""Where a sysctl key stands: which interface's tree it is in, and how much of that tree moved with it."""

import re
from collections import Counter
from functools import lru_cache

from leadline.explain.pair import Pair

_INTERFACE = re.compile(r"net\.(?:ipv4|ipv6|mpls)\.(?:conf|neigh)\.([^.]+)\.(.+)")


def interface_of(key: str) -> str | None:
    """The interface whose per-interface tree holds the key (`flannel/1` is `flannel.1`); None for others,
    and for `all` and `default`, which are not interfaces."""
    match = _INTERFACE.fullmatch(key)
    if match is None or match[1] in ("all", "default"):
        return None
    return match[1].replace("/", ".")


def leaf_of(key: str) -> str:
    """The last part of a key: the setting's own name."""
    return key.rpartition(".")[2]


@lru_cache(maxsize=4)
def moved_trees(pair: Pair, kind: str) -> Counter[str]:
    """How many keys of each interface's tree were added or removed (`kind`)."""
    counts: Counter[str] = Counter()
    for change in pair.changes("sysctl", kind):
        if (name := interface_of(change.key)) is not None:
            counts[name] += 1
    return counts
