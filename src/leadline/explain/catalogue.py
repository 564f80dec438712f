"""Every rule there is, found among the modules of `explain.rules`, and which of them to ask about a key."""

from collections.abc import Iterable
from functools import cache

import leadline.explain.rules as package
from leadline.base.discovery import Catalogue
from leadline.explain.rule import Rule
from leadline.explain.sysctl_keys import place_of
from leadline.snapshot.diff import Kind


@cache
def rules() -> Catalogue[Rule]:
    """Every rule of the package, by module name; imported when asked for."""
    return Catalogue(package, Rule, lambda rule: rule.facts)


class Asked:
    """The rules that may explain one kind of change of a fact, by the key that changed."""

    def __init__(self, found: Iterable[Rule]) -> None:
        self._rules = tuple((rule, *_named(rule)) for rule in found)
        self._everywhere = tuple(rule for rule, keys, _ in self._rules if keys is None)
        self._by_setting: dict[str, tuple[Rule, ...]] = {}

    def of(self, key: str) -> tuple[Rule, ...]:
        """The rules that hold for this key, in name order."""
        if len(self._everywhere) == len(self._rules):
            return self._everywhere
        setting = place_of(key).setting
        if (found := self._by_setting.get(setting)) is None:
            found = self._by_setting[setting] = tuple(
                rule
                for rule, keys, beginnings in self._rules
                if keys is None or setting in keys or setting.startswith(beginnings)
            )
        return found


def _named(rule: Rule) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """The keys that a rule names, and the beginnings of keys; None where it names none."""
    if rule.keys is None:
        return None, ()
    beginnings = tuple(key[:-1] for key in rule.keys if key.endswith("*"))
    return frozenset(rule.keys), beginnings


@cache
def rules_for(fact: str, kind: Kind, volatile: bool = False) -> Asked:
    """The rules that may explain a kind of change of a fact; where only `volatile` fields moved, those of
    class runtime."""
    return Asked(
        rule
        for rule in (rules()[name] for name, facts in rules().notes.items() if fact in facts)
        if kind in rule.kinds and (not volatile or rule.class_ == "runtime")
    )
