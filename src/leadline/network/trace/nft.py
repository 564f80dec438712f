"""The rules of nftables, compiled from what `nft list ruleset` says, in either form."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from leadline.facts import nft_ruleset as facts
from leadline.network.sight import Chain, Rule
from leadline.network.trace.nftables.expressions import Named
from leadline.network.trace.nftables.lazy import LazyRule
from leadline.network.trace.nftables.words import Words

_FAMILIES = ("ip", "inet")
_HOOKS = frozenset(("prerouting", "input", "forward", "output", "postrouting"))
_KINDS = frozenset(("filter", "nat", "route"))
_BUILTIN = {
    "filter": {"INPUT", "FORWARD", "OUTPUT"},
    "nat": {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"},
    "mangle": {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"},
    "raw": {"PREROUTING", "OUTPUT"},
    "security": {"INPUT", "FORWARD", "OUTPUT"},
}


def of_iptables(entries: Mapping[str, Any]) -> tuple[str, ...]:
    """The tables of family ip in a ruleset that iptables-nft made: named as its own, with its base chains only."""
    chains: dict[str, set[str]] = {}
    for entry in entries.values():
        if isinstance(entry, facts.Chain) and entry.family == "ip" and entry.hook and entry.table in _BUILTIN:
            chains.setdefault(entry.table, set()).add(entry.chain)
    return tuple(table for table, names in chains.items() if names <= _BUILTIN[table])


class Nft:
    """The rules of one host's nftables that IPv4 packets meet.

    `entries`: of the source `nft`. `skip`: tables of family ip that are evaluated from iptables-save.
    """

    def __init__(self, entries: Mapping[str, Any], skip: Collection[str] = ()) -> None:
        self._chains: list[facts.Chain] = []
        self._texts: dict[tuple[str, str, str], list[str]] = {}
        self._members: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
        self._made: dict[tuple[str, str, str], Sequence[Rule]] = {}
        self._named: dict[tuple[str, str], Named] = {}
        dormant = set()
        for entry in entries.values():
            kind = entry.__class__
            if kind is facts.Object or (entry.family == "ip" and entry.table in skip):
                continue
            place = entry.family, entry.table
            if kind is facts.Rule:
                self._texts.setdefault((*place, entry.chain), []).append(entry.text)
            elif kind is facts.Element:
                self._members[place][entry.set].append((entry.element, entry.value))
            elif kind is facts.Set:
                self._members.setdefault(place, {})[entry.name] = []
            elif kind is facts.Chain:
                self._texts.setdefault((*place, entry.chain), [])
                if entry.hook:
                    self._chains.append(entry)
            elif entry.dormant:
                dormant.add(place)
        self._chains = [each for each in self._chains if (each.family, each.table) not in dormant]

    def chains(self) -> Sequence[Chain]:
        """Its base chains that IPv4 packets meet at the hooks of routing, in the order of the text."""
        return [
            Chain(
                family=each.family,
                table=each.table,
                name=each.chain,
                hook=cast(Any, each.hook),
                priority=each.priority,
                kind=cast(Any, each.type),
                policy="drop" if each.policy == "drop" else "accept",
                tool="nft",
            )
            for each in self._chains
            if _is_evaluated(each) and each.priority is not None
        ]

    def others(self) -> Sequence[facts.Chain]:
        """Base chains that are not evaluated and may yet meet an IPv4 packet: of bridges and of devices."""
        return [
            each for each in self._chains if each.family not in ("ip6", "arp") and not _is_evaluated(each)
        ]

    def rules(self, family: str, table: str, chain: str) -> Sequence[Rule]:
        """A chain's rules in order; raises KeyError where there is no such chain. A chain without a name goes by its
        text, `{ … }`."""
        place = family, table, chain
        if place not in self._made:
            texts = _unnamed(chain) if chain.startswith("{") else self._texts[place]
            named = self._of_table(family, table)
            self._made[place] = [LazyRule(text, number, named) for number, text in enumerate(texts)]
        return self._made[place]

    def _of_table(self, family: str, table: str) -> Named:
        if (family, table) not in self._named:
            self._named[family, table] = Named(self._members.get((family, table), {}).get)
        return self._named[family, table]


def _is_evaluated(chain: facts.Chain) -> bool:
    return (
        chain.family in _FAMILIES
        and chain.hook in _HOOKS
        and chain.type in _KINDS
        and chain.priority is not None
    )


def _unnamed(chain: str) -> Sequence[str]:
    return [" ".join(words) for words in Words(chain).braced(";")]
