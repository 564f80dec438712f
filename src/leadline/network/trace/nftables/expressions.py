"""Expressions: what a rule reads of a packet before it compares, looks up or sets."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.network.sight import Sight, Unknown
from leadline.network.trace.nftables import kinds
from leadline.network.trace.nftables.kinds import Kind
from leadline.network.trace.nftables.selectors import selector
from leadline.network.trace.nftables.sets import MISSING, Key, Members
from leadline.network.trace.nftables.words import NotUnderstoodError, Words, always, strange

_OPERATORS: Sequence[Mapping[str, Callable[[int, int], int]]] = (
    {"|": int.__or__, "or": int.__or__},
    {"^": int.__xor__, "xor": int.__xor__},
    {"&": int.__and__, "and": int.__and__},
    {"<<": lambda left, right: left << right & 0xFFFFFFFF, ">>": int.__rshift__},
)
_MOST_OUTCOMES = 65536

Elements = Callable[[str], "Sequence[tuple[str, str]] | None"]
"""A named set's or map's elements as written with what each gives, None where there is no such set."""


class Expression(msgspec.Struct, frozen=True):
    """What is read of a packet: one value, or several in a row (`of` says of which kinds). `read` answers None where
    the packet has no such thing. `known`: which bits of its answer are certain, None for all.
    `draws`: it is drawn from so many numbers from `first` on, by chance; then there is no `read`. `words`: as written.
    """

    of: tuple[Kind, ...]
    read: Callable[[Sight], Any]
    words: str
    known: Callable[[Sight], int] | None = None
    draws: int = 0
    first: int = 0

    @property
    def kind(self) -> Kind:
        return self.of[0]


class Named:
    """The named sets and maps of one table, each made ready once for each way it is read."""

    def __init__(self, elements: Elements) -> None:
        self._elements = elements
        self._members: dict[Any, Members] = {}

    def members(
        self,
        name: str,
        of: tuple[Kind, ...],
        use: str = "",
        given: Callable[[str], Any] = lambda value: value,
    ) -> Members:
        """A set, or a map whose values `given` makes ready; `use` tells apart what they are made for."""
        place = (name, tuple([kind.name for kind in of]), use)
        if place not in self._members:
            elements = self._elements(name)
            if elements is None:
                raise NotUnderstoodError(f"@{name}")

            def written() -> list[tuple[Key, Any]]:
                single = len(of) == 1
                return [
                    ((key,) if single else key.split(" . "), value if use else True)
                    for key, value in elements or ()
                ]

            self._members[place] = Members(of, written, given)
        return self._members[place]


@lru_cache(maxsize=1024)
def plain(words: str) -> Expression | None:
    """The expression of just these words where they are one selector, None where they are not."""
    row = Words(words)
    try:
        found = expression(row)
    except (NotUnderstoodError, ValueError):
        return None
    return None if row.next or found.draws else found


def expression(words: Words, hint: Kind | None = None) -> Expression:
    """The expression the words begin with, a concatenation too. `hint`: of which kind a constant is that may stand
    in its place. Raises NotUnderstoodError."""
    place = words.place
    parts = [_binary(words, 0, hint)]
    while words.taken("."):
        parts.append(_binary(words, 0, None))
    if len(parts) == 1:
        return parts[0]
    if any(part.draws or len(part.of) > 1 for part in parts):
        raise NotUnderstoodError(words.since(place))
    reads = tuple(part.read for part in parts)

    def read(seen: Sight) -> Any:
        values = tuple([each(seen) for each in reads])
        return None if None in values else values

    return Expression(tuple(part.kind for part in parts), read, _between(words, place))


def _between(words: Words, place: int) -> str:
    return " ".join(words.all[place : words.place])


def _binary(words: Words, level: int, hint: Kind | None) -> Expression:
    if level == len(_OPERATORS):
        return _primary(words, hint)
    place = words.place
    left = _binary(words, level + 1, hint)
    while words.next in _OPERATORS[level]:
        operator = _OPERATORS[level][words.take()]
        right = _binary(words, level + 1, left.kind)
        left = _joined(left, operator, right, _between(words, place))
    return left


def _joined(
    left: Expression, operator: Callable[[int, int], int], right: Expression, words: str
) -> Expression:
    if left.draws or right.draws:
        raise NotUnderstoodError(words)
    known = left.known if operator is int.__and__ else None
    one, other = left.read, right.read

    def read(seen: Sight) -> Any:
        first, second = one(seen), other(seen)
        for value in (first, second):
            if value is None or value.__class__ is Unknown:
                return value
        return operator(first, second)

    if known is not None:
        certain = known

        def masked(seen: Sight) -> int:
            mask = other(seen)
            return certain(seen) | (~mask if isinstance(mask, int) else 0)

        return Expression(left.of, read, words, masked)
    return Expression(left.of, read, words)


def _primary(words: Words, hint: Kind | None) -> Expression:
    place = words.place
    if words.taken("("):
        inner = _binary(words, 0, hint)
        while words.taken(","):  # a list of flags
            inner = _joined(inner, int.__or__, _binary(words, 0, hint), _between(words, place))
        words.expect(")")
        return inner
    if words.next in ("numgen", "jhash", "symhash"):
        return _drawn(words)
    asked = selector(words)
    if asked is not None:
        return Expression((asked.kind,), asked.read, _between(words, place), asked.known)
    if hint is None:
        raise NotUnderstoodError(words.since(place))
    value = constant(words, hint)
    return Expression((hint,), always(value), _between(words, place))


def constant(words: Words, kind: Kind) -> kinds.Value | Unknown:
    """One constant; of flags several between commas. What IPv4 packets never have stays as it is written."""
    place = words.place
    try:
        value = kind.value(words.take())
        while kind.flags and isinstance(value, int) and words.next == ",":
            words.take()
            more = kind.value(words.take())
            value |= more if isinstance(more, int) else 0
    except ValueError as wrong:
        raise NotUnderstoodError(words.since(place)) from wrong
    return value


def _drawn(words: Words) -> Expression:
    """`numgen`: a number by chance. `jhash` and `symhash` are as good as that, for one flow and a seed not recorded."""
    place = words.place
    name = words.take()
    if name == "numgen" and words.take() not in ("random", "inc"):
        raise NotUnderstoodError(words.since(place))
    if name == "jhash":
        expression(words)
    words.expect("mod")
    number = {"mod": int(words.take(), 0), "offset": 0, "seed": 0}
    while words.next in ("offset", "seed"):
        key = words.take()
        number[key] = int(words.take(), 0)
    if not 0 < number["mod"] <= _MOST_OUTCOMES:
        raise NotUnderstoodError(_between(words, place))
    return Expression(
        (kinds.INTEGER,), always(None), _between(words, place), None, number["mod"], number["offset"]
    )


def drawn(of: Expression, outcome: Callable[[int], Any]) -> Callable[[Sight], Any]:
    """What comes of a drawn number: `outcome` of each one, those that give the same taken together."""
    count: dict[Any, int] = {}
    for number in range(of.first, of.first + of.draws):
        given = outcome(number)
        count[given] = count.get(given, 0) + 1
    outcomes = list(count)
    if len(outcomes) == 1:
        return always(outcomes[0])
    weights = [each / of.draws for each in count.values()]
    what = Text(of.words, of.words)
    return lambda seen: outcomes[seen.here.choose(weights, what)]


def looked_up(words: Words, of: Expression, named: Named, given: Callable[[str], Any], use: str) -> Members:
    """The map that the words name (`@name`) or spell (`{ … }`); `given` makes a value ready, `use` says for what."""
    if words.next.startswith("@"):
        return named.members(words.take()[1:], of.of, use, given)
    pairs: list[tuple[Key, str]] = []
    for member in words.braced():
        colon = member.index(":") if ":" in member else 0
        if not colon:
            raise NotUnderstoodError(" ".join(member))
        pairs.append((key(member[:colon]), " ".join(member[colon + 1 :])))
    return Members(of.of, lambda: pairs, given)


def key(words: Sequence[str]) -> Key:
    """An element's words in a rule as the parts of its concatenation, without what stands behind them."""
    parts: list[str] = []
    for word in words:
        if word in ("comment", "counter", "timeout", "expires"):
            break
        if word == ".":
            parts.append("")
        elif not parts or parts[-1]:
            parts[-1:] = [f"{parts[-1]} {word}" if parts else word]
        else:
            parts[-1] = word
    return parts


def value(words: Words, hint: Kind, named: Named) -> Callable[[Sight], Any]:
    """An expression with the maps behind it, as what sets something or rewrites to something."""
    of = expression(words, hint)
    while words.taken("map"):
        of = mapped(words, of, (hint,), named)
    if of.draws:
        return drawn(of, lambda number: number)
    return of.read


def mapped(words: Words, of: Expression, into: tuple[Kind, ...], named: Named) -> Expression:
    """What a map gives for an expression: values `of` these kinds, a tuple of them where there are several."""

    def given(text: str) -> Any:
        parts = text.split(" . ")
        try:
            spans = tuple(kind.span(part) for kind, part in zip(into, parts, strict=False))
        except ValueError:
            return strange(text)
        return spans[0][0] if len(into) == 1 else spans

    members = looked_up(words, of, named, given, "map " + " . ".join(kind.name for kind in into))
    if of.draws:
        read = drawn(of, members.find)
    else:

        def read(seen: Sight) -> Any:
            key = of.read(seen)
            return None if key is None else members.find(key)

    return Expression(into, lambda seen: None if (found := read(seen)) is MISSING else found, of.words)
