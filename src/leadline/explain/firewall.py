"""Who made a firewall chain or rule, by the chain it is in or leads to, in iptables and nftables alike."""

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec

from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

IPTABLES = ("iptables", "ip6tables")
FACTS = (*IPTABLES, "nft")
# As many chains of one owner beside the changed one are its whole signature: nobody else makes that set.
WHOLE = 3
_LEADS_TO = re.compile(r"(?:^| )(?:jump|goto) (\S+)$")


class Place(msgspec.Struct, frozen=True):
    """Where a changed entry stands: `kind` (chain, rule, table, set, map, element …), the table with its
    family, the chain or set, and the chain a rule leads to ("" where there is none)."""

    kind: str
    table: str
    name: str
    target: str
    text: str


def place(change: Change) -> Place:
    """The place of a change of `iptables`, `ip6tables` or `nft`, read from its key."""
    words = change.key.split(" ")
    if change.fact in IPTABLES:
        kind, table, name, *rest = (*words, "", "")
    else:
        kind, family, table, name, *rest = (*words, "", "")
        table = f"{family} {table}"
    text = " ".join(rest).strip()
    target = getattr(change.entry, "target", None)
    if target is None and (leads := _LEADS_TO.search(text)) is not None:
        target = leads[1]
    return Place(kind, table, name, target or "", text)


class Marks(msgspec.Struct, frozen=True):
    """How a component's part of the firewall is known: prefixes of its chains, its own nft tables, its
    sets, and texts (comments) only it writes into its rules."""

    component: str
    chains: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def own(self, at: Place) -> bool:
        """Whether an entry at this place is the component's."""
        if at.table.split(" ")[-1] in self.tables:
            return True
        if at.name.startswith(self.others or ("\0",)) or at.target.startswith(self.others or ("\0",)):
            return False
        return (
            at.name.startswith(self.chains or ("\0",))
            or at.target.startswith(self.chains or ("\0",))
            or at.name.startswith(self.sets or ("\0",))
            or any(text in at.text for text in self.texts)
        )


@lru_cache(maxsize=64)
def _signature(witness: Witness, marks: Marks) -> tuple[Evidence, ...]:
    """The component's chains (or its own table) on this side, where there are enough to be its signature."""
    found: dict[str, Evidence] = {}
    for fact in FACTS:
        for key in witness.entries(fact):
            words = key.split(" ")
            if words[0] == "table" and words[-1] in marks.tables:
                return (witness.saw(fact, key),)
            if words[0] == "chain" and marks.own(Place("chain", "", words[-1], "", "")):
                found.setdefault(words[-1], witness.saw(fact, key))
                if len(found) > WHOLE:
                    return tuple(found.values())
    return ()


def owned_by(marks: Marks, *signs: str) -> Callable[[Change, Pair], Match | None]:
    """The match of a rule on firewall facts: entries of one component, which is seen by any of `signs`
    (components; its own name where none is given) in other facts, or known by its whole signature."""

    def match(change: Change, pair: Pair) -> Match | None:
        at = place(change)
        if not marks.own(at):
            return None
        witness = pair.side(change)
        line = witness.saw(change.fact, f"{change.key}"[:160])
        values = {"chain": at.target if at.name in BUILT_IN else at.name, "table": at.table}
        for component in signs or (marks.component,):
            if author := seen_apart(witness, component, *FACTS):
                return Match((line, *author), values=values)
        signature = _signature(witness, marks)
        return Match((line, *signature[:2]), "likely", values) if signature else None

    return match


BUILT_IN = frozenset({"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"})
