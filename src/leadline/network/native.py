"""What nftables itself holds beside what iptables-nft put there, which iptables-save tells in full."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from leadline.facts.nft_ruleset import Table
from leadline.snapshot.snapshot import Snapshot

_TABLE = re.compile(r"^table (\S+) (\S+) \{", re.MULTILINE)
_OF_IPTABLES = frozenset(("filter", "nat", "mangle", "raw", "security"))


_known: "WeakKeyDictionary[Snapshot, Sequence[tuple[str, str]]]" = WeakKeyDictionary()


def tables(snapshot: Snapshot) -> Sequence[tuple[str, str]]:
    """The tables by family and name, in the order they were made."""
    return _shown(snapshot) or [
        (each.family, each.table) for each in snapshot.entries("nft").values() if isinstance(each, Table)
    ]


def _shown(snapshot: Snapshot) -> Sequence[tuple[str, str]]:
    """The same where a text in nft's own form names them."""
    if snapshot not in _known:
        _known[snapshot] = list(dict.fromkeys(_TABLE.findall(snapshot.text("nft"))))
    return _known[snapshot]


def is_shown_by_iptables(snapshot: Snapshot) -> bool:
    """Whether only iptables' own tables are there, often of 20,000 rules, and iptables-save was recorded, too."""
    shown = _shown(snapshot)
    own = all(family in ("ip", "ip6") and table in _OF_IPTABLES for family, table in shown)
    return bool(shown) and own and "iptables" in snapshot.names()


def ruleset(snapshot: Snapshot) -> Mapping[str, Any]:
    """The entries of the ruleset; none are read where iptables-save shows them all."""
    return {} if is_shown_by_iptables(snapshot) else snapshot.entries("nft")
