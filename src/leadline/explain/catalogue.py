"""Every rule there is, found among the modules of `explain.rules`."""

from functools import cache

import leadline.explain.rules as package
from leadline.base.discovery import Catalogue
from leadline.explain.rule import Rule


@cache
def rules() -> Catalogue[Rule]:
    """Every rule of the package, by module name; imported when asked for."""
    return Catalogue(package, Rule, lambda rule: rule.facts)


@cache
def rules_for(fact: str) -> tuple[Rule, ...]:
    """The rules that may explain a fact's changes, in name order."""
    return tuple(rules()[name] for name, facts in rules().notes.items() if fact in facts)
