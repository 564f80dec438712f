"""Units of one component: in what `systemctl` lists, and why they came, went or moved."""

import re
from collections.abc import Callable

from leadline.base.text import Text
from leadline.explain.components import SIGNS, seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

FACTS = ("services", "unit_files")
_CAME = Text("{unit}: only in the later recording ({state})", "{unit}: 이후 기록에만 있음({state})")
_WENT = Text("{unit}: only in the earlier recording ({state})", "{unit}: 이전 기록에만 있음({state})")
_MOVED = Text("{unit}: {before}, then {state}", "{unit}: {before} → {state}")


def state(entry: object) -> str:
    """A unit's state as systemctl words it: `active (running)`, or `enabled`."""
    active = getattr(entry, "active", None)
    if active is not None:
        return f"{active} ({getattr(entry, 'sub', '')})"
    return str(getattr(entry, "enabled", ""))


def what_happened(change: Change) -> Text:
    """One clause on what became of a unit, true from either side."""
    values = {"unit": change.key, "state": state(change.entry)}
    if change.kind == "changed":
        return _MOVED.fill(before=state(change.before), **values)
    return (_CAME if change.kind == "added" else _WENT).fill(**values)


def own(change: Change, pair: Pair) -> Evidence:
    """The changed unit itself."""
    return pair.side(change).saw(change.fact, f"{change.key} {state(change.entry)}")


def package_moved(pair: Pair, change: Change, *names: str) -> Evidence | None:
    """One of these packages came, went or changed its version together with the change."""
    for name in names:
        moved = pair.change("packages", name)
        if moved is not None and moved.kind == change.kind:
            return pair.side(change).saw("packages", f"{name} {moved.entry.version} ({moved.kind})")
    return None


def units_of(component: str, pattern: str, *packages: str) -> Callable[[Change, Pair], Match | None]:
    """The match of a rule on units: those whose whole name this regular expression matches.

    Shown where another fact shows the component on that side, or its package is installed there.
    """
    names = re.compile(pattern)

    def match(change: Change, pair: Pair) -> Match | None:
        if not names.fullmatch(change.key):
            return None
        proof = proof_of(pair.side(change), component, packages)
        if not proof:
            return None
        return Match(
            (own(change, pair), *proof), values={"unit": change.key, "happened": what_happened(change)}
        )

    return match


def proof_of(witness: Witness, component: str, packages: tuple[str, ...]) -> tuple[Evidence, ...]:
    """What beside unit lists shows the component on this side: itself at work, or its package."""
    if component in SIGNS and (found := seen_apart(witness, component, *FACTS)):
        return found
    package = witness.package(*packages)
    return (package,) if package else ()
