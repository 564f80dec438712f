"""The rules of iptables-save text, compiled to what trace walks. A rule is read when a packet gets past its addresses."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leadline.facts import iptables as facts
from leadline.network.packet import network
from leadline.network.sight import Answer, Chain, Hook, Rule, Sight
from leadline.network.trace.iptables_rule import compiled

FAMILY = "ip"
_HOOKS: dict[str, dict[str, tuple[Hook, int]]] = {
    "raw": {"PREROUTING": ("prerouting", -300), "OUTPUT": ("output", -300)},
    "mangle": {
        "PREROUTING": ("prerouting", -150),
        "INPUT": ("input", -150),
        "FORWARD": ("forward", -150),
        "OUTPUT": ("output", -150),
        "POSTROUTING": ("postrouting", -150),
    },
    "nat": {
        "PREROUTING": ("prerouting", -100),
        "INPUT": ("input", 100),
        "OUTPUT": ("output", -100),
        "POSTROUTING": ("postrouting", 100),
    },
    "filter": {"INPUT": ("input", 0), "FORWARD": ("forward", 0), "OUTPUT": ("output", 0)},
    "security": {"INPUT": ("input", 50), "FORWARD": ("forward", 50), "OUTPUT": ("output", 50)},
}
_ADDRESSES = re.compile(r"(?:(! )?-s (\S+)(?: |$))?(?:(! )?-d (\S+)(?: |$))?")


class IptablesRules:
    """The rules of one host's iptables text. `entries`: of its fact, as facts.iptables.parse_save gives them."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._chains: list[facts.Chain] = []
        self._texts: dict[tuple[str, str], list[str]] = {}
        self._rules: dict[tuple[str, str], Sequence[Rule]] = {}
        for entry in entries.values():
            if isinstance(entry, facts.Rule):
                self._texts.setdefault((entry.table, entry.chain), []).append(entry.text)
            elif isinstance(entry, facts.Chain):
                self._chains.append(entry)
                self._texts.setdefault((entry.table, entry.chain), [])

    def chains(self) -> Sequence[Chain]:
        """The base chains, in the order of the text."""
        found = []
        for chain in self._chains:
            if (place := _HOOKS.get(chain.table, {}).get(chain.chain)) is None:
                continue
            found.append(
                Chain(
                    family=FAMILY,
                    table=chain.table,
                    name=chain.chain,
                    hook=place[0],
                    priority=place[1],
                    kind="nat"
                    if chain.table == "nat"
                    else "route"
                    if (chain.table, chain.chain) == ("mangle", "OUTPUT")
                    else "filter",
                    policy="drop" if chain.policy == "DROP" else "accept",
                    tool="iptables",
                )
            )
        return found

    def rules(self, family: str, table: str, chain: str) -> Sequence[Rule]:
        """A chain's rules in order; raises KeyError where there is no such chain."""
        place = (table, chain)
        if place not in self._rules:
            if family != FAMILY:
                raise KeyError(family)
            self._rules[place] = [
                _Written(chain, text, number, lambda name: (table, name) in self._texts)
                for number, text in enumerate(self._texts[place])
            ]
        return self._rules[place]


class _Written(Rule):
    """A rule as it is written: its addresses are compared before the rest is read."""

    __slots__ = ("_destination", "_is_chain", "_rest", "_source")

    def __init__(self, chain: str, text: str, number: int, is_chain: Callable[[str], bool]) -> None:
        self.cite = f"-A {chain} {text}".rstrip()
        self.number = number
        self._is_chain = is_chain
        self._source = self._destination = None
        found = _ADDRESSES.match(text)
        self._rest = text
        if found is not None and found.end():
            try:
                self._source = _address(found[2], found[1])
                self._destination = _address(found[4], found[3])
                self._rest = text[found.end() :]
            except ValueError:
                self._source = self._destination = None

    def __call__(self, seen: Sight) -> Answer:
        packet = seen.packet
        if (tested := self._destination) is not None and (
            packet.destination & tested[1] == tested[0]
        ) is not tested[2]:
            return False
        if (tested := self._source) is not None and (packet.source & tested[1] == tested[0]) is not tested[2]:
            return False
        return super().__call__(seen)

    def __getattr__(self, name: str) -> Any:
        if name not in ("matches", "steps"):
            raise AttributeError(name)
        self.matches, self.steps = compiled(self._rest, self._is_chain)
        return self.matches if name == "matches" else self.steps


def _address(written: str | None, negation: str | None) -> tuple[int, int, bool] | None:
    return None if written is None else (*network(written), negation is None)
