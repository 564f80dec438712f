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
def rules_for(fact: str, kind: Kind, volatile: bool = False) -> tuple[Rule, ...]:
    """The rules that may explain a kind of change of a fact, in name order; where only `volatile` fields
    moved, those of class runtime."""
    found = (rules()[name] for name, facts in rules().notes.items() if fact in facts)
    return tuple(rule for rule in found if kind in rule.kinds and (not volatile or rule.class_ == "runtime"))
