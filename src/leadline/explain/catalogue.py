"""Every rule there is, found among the modules of `explain.rules`."""

from functools import cache

import leadline.explain.rules as package
from leadline.base.discovery import Catalogue
from leadline.explain.rule import Rule
from leadline.snapshot.diff import Kind


@cache
def rules() -> Catalogue[Rule]:
    """Every rule of the package, by module name; imported when asked for."""
    return Catalogue(package, Rule, lambda rule: rule.facts)


@cache
def rules_for(
    fact: str, kind: Kind, volatile: bool = False
) -> tuple[dict[str, tuple[Rule, ...]], tuple[Rule, ...]]:
    """The rules that may explain a kind of change of a fact, in name order: by key for the keys that rules
    name, and those for every other key. Where only `volatile` fields moved, those of class runtime."""
    found = [
        rule
        for rule in (rules()[name] for name, facts in rules().notes.items() if fact in facts)
        if kind in rule.kinds and (not volatile or rule.class_ == "runtime")
    ]
    named = {key for rule in found for key in rule.keys or ()}
    by_key = {key: tuple(rule for rule in found if rule.keys is None or key in rule.keys) for key in named}
    return by_key, tuple(rule for rule in found if rule.keys is None)
