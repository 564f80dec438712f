"""Matches: an expression held against a constant, a set or a verdict map."""

from collections.abc import Callable
from typing import Any

from leadline.network.sight import Answer, Sight, Step, Unknown, Verdict
from leadline.network.trace.nftables import kinds
from leadline.network.trace.nftables.expressions import (
    Expression,
    Named,
    drawn,
    key,
    looked_up,
)
from leadline.network.trace.nftables.kinds import Value
from leadline.network.trace.nftables.sets import MISSING, Members
from leadline.network.trace.nftables.words import NotUnderstoodError, Words, strange, untold

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda value, edge: value < edge,
    ">": lambda value, edge: value > edge,
    "<=": lambda value, edge: value <= edge,
    ">=": lambda value, edge: value >= edge,
}


def match(words: Words, of: Expression, named: Named) -> Step:
    """The match that stands behind an expression. Raises NotUnderstoodError."""
    operator = words.take() if words.next in ("==", "!=", "!", *_COMPARISONS) else ""
    negated = operator == "!="
    if operator in ("", "==", "!=") and (words.next == "{" or words.next.startswith("@")):
        return _within(of, _members(words, of, named), negated)
    if len(of.of) > 1:
        return (
            _within(of, Members(of.of, lambda: [(parts, True)]), negated)
            if (parts := _row(words))
            else _no(words)
        )
    kind = of.kind
    low, high, listed = _constant(words, of)
    if operator in _COMPARISONS:
        compare = _COMPARISONS[operator]
        return _tested(of, lambda value: compare(value, low))
    if kind.flags and words.taken("/"):
        mask, _, _ = _constant(words, of)
        return _bits(of, low, mask, negated)
    if kind.flags and (operator == "!" or (operator == "" and low == high and not _numeric(of))):
        return _bits(of, 0, low, operator == "")
    if operator == "!" or (listed and not kind.flags):
        raise NotUnderstoodError(words.since(words.place))
    if kind is kinds.ARPHRD and low == high == kind.symbols["loopback"]:
        return _loopback(of, negated)
    if low == high:
        return _equal(of, low, negated)
    return _tested(of, lambda value: (low <= value <= high) is not negated)


def _numeric(of: Expression) -> bool:
    """`tcp flags & (fin | syn) 0x0`: behind a mask a bare constant is compared."""
    return " & " in of.words or " and " in of.words


def _row(words: Words) -> list[str]:
    parts = [words.take()]
    while words.taken("."):
        parts.append(words.take())
    return parts


def _no(words: Words) -> Step:
    raise NotUnderstoodError(words.since(words.place))


def _constant(words: Words, of: Expression) -> tuple[Any, Any, bool]:
    """A constant with its last value and whether it was a list of flags."""
    place = words.place
    try:
        low, high = of.kind.span(words.take())
        listed = False
        while of.kind.flags and words.next in (",", "|"):
            words.take()
            low = high = int(low) | of.kind.bits(words.take())
            listed = True
        while of.kind is kinds.OTHER and words.next in (",", "-"):
            words.take()
            words.take()
        if words.next in (",", "|", "-"):
            raise ValueError(words.next)
    except ValueError as wrong:
        raise NotUnderstoodError(f"{of.words} {words.since(place)}") from wrong
    return low, high, listed


def _members(words: Words, of: Expression, named: Named) -> Members:
    if words.next != "{":
        return named.members(words.take()[1:], of.of)
    keys = [key(member) for member in words.braced()]
    return Members(of.of, lambda: ((each, True) for each in keys))


def _tested(of: Expression, test: Callable[[Any], bool]) -> Step:
    """An expression's value tested; what is not there does not match."""
    if of.draws:
        return drawn(of, test)
    read = of.read
    doubt = None if of.known is None else untold(of.words)

    def step(seen: Sight) -> Answer:
        value = read(seen)
        if value is None:
            return False
        return value if value.__class__ is Unknown else doubt or test(value)

    return step


def _equal(of: Expression, constant: Value, negated: bool) -> Step:
    if of.draws:
        return drawn(of, lambda value: (value == constant) is not negated)
    read, known = of.read, of.known
    doubt = untold(of.words)

    def step(seen: Sight) -> Answer:
        value = read(seen)
        if value is None:
            return False
        if value.__class__ is Unknown:
            return value
        if known is not None and isinstance(constant, int):
            certain = known(seen)
            if (value ^ constant) & certain:
                return negated
            if ~certain & (_ALL | constant):
                return doubt
        return (value == constant) is not negated

    return step


_ENDS: dict[str, Verdict] = {
    "accept": Verdict(kind="accept"),
    "drop": Verdict(kind="drop"),
    "return": Verdict(kind="return"),
    "queue": Verdict(kind="queue"),
}
_ALL = sum(kinds.STATUSES.values())


def _bits(of: Expression, wanted: Any, mask: Any, negated: bool) -> Step:
    """The bits of `mask` are as in `wanted`."""
    read, known, doubt = of.read, of.known, untold(of.words)

    def step(seen: Sight) -> Answer:
        value = read(seen)
        if value is None:
            return False
        if value.__class__ is Unknown:
            return value
        if known is not None and mask & ~(certain := known(seen)):
            if (value ^ wanted) & mask & certain:
                return negated
            return doubt
        return (value & mask == wanted) is not negated

    return step


def _loopback(of: Expression, negated: bool) -> Step:
    """`iiftype loopback`: of this type there is `lo` alone, whatever the others are."""
    read = of.read

    def step(seen: Sight) -> Answer:
        value = read(seen)
        return False if value is None else (value.__class__ is not Unknown) is not negated

    return step


def _within(of: Expression, members: Members, negated: bool) -> Step:
    if of.draws:
        return drawn(of, lambda value: (members.find(value) is not MISSING) is not negated)
    read = of.read
    doubt = None if of.known is None else untold(of.words)

    def step(seen: Sight) -> Answer:
        value = read(seen)
        if value is None:
            return False
        found = members.find(value)
        if found.__class__ is Unknown:
            return found
        return doubt or (found is not MISSING) is not negated

    return step


def verdict_map(
    words: Words, of: Expression, named: Named, verdict: Callable[[str], Any]
) -> tuple[Step | None, Step]:
    """A verdict map: the match that its key is in it (None where that is drawn), and what it says."""
    members = looked_up(words, of, named, verdict, "verdict")
    if of.draws:
        return None, drawn(of, lambda value: _given(members.find(value)))
    read, doubt = of.read, None if of.known is None else untold(of.words)

    def found(seen: Sight) -> Any:
        value = read(seen)
        return False if value is None else doubt or _given(members.find(value))

    def there(seen: Sight) -> Answer:
        answer = found(seen)
        return True if isinstance(answer, Verdict) else answer

    return there, found


def _given(found: Any) -> Any:
    return False if found is MISSING else found


def verdict_of(text: str) -> Verdict | Unknown | bool:
    """A verdict as a map gives it: `accept`, `jump name`; True for `continue`."""
    word, _, chain = text.partition(" ")
    if word == "continue":
        return True
    if word in _ENDS and not chain:
        return _ENDS[word]
    if word in ("jump", "goto") and chain:
        return Verdict(kind="jump" if word == "jump" else "goto", chain=chain)
    return _ENDS["queue"] if word == "queue" else strange(text)
