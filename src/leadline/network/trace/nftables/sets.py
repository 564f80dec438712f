"""Sets and maps: whether a value is in one, and what it gives."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from leadline.network.sight import Unknown
from leadline.network.trace.nftables.kinds import Kind, Span, Value
from leadline.network.trace.nftables.words import strange, untold

_STATEFUL = (" limit ", " quota ", " ct count ")
_FULL = 0xFFFFFFFF

Key = Sequence[str]
"""An element as written, one word for each part of a concatenation."""


class Missing:
    """No element is there."""


MISSING = Missing()


class _Pattern(msgspec.Struct):
    """Elements of a concatenation with the same masks: by their masked values, with the ranges that they have."""

    masks: tuple[int | None, ...]
    found: dict[tuple[Any, ...], list[tuple[tuple[Span, ...], Any]]]


class Members:
    """The elements of one set or map, made ready for look-ups when the first one comes.

    `elements`: (key, what it gives) as written; a set gives True. What is given is made ready by `given` when it is
    asked for the first time.
    """

    def __init__(
        self,
        of: tuple[Kind, ...],
        elements: Callable[[], Iterable[tuple[Key, Any]]],
        given: Callable[[Any], Any] = lambda value: value,
    ) -> None:
        self._of = of
        self._elements = elements
        self._given = given
        self._made: dict[Any, Any] = {}
        self._exact: dict[Any, Any] = {}
        self._ranges: list[tuple[Any, Any, Any]] = []
        self._lows: list[Any] = []
        self._overlap = False
        self._patterns: dict[tuple[int | None, ...], _Pattern] = {}
        self._rest: Any = MISSING
        self._doubt: Unknown | None = None
        self._ready = False

    def find(self, value: Any) -> Any:
        """What the element that has this value gives, MISSING where none has it, Unknown where that is not sure."""
        if not self._ready:
            self._prepare()
        if value.__class__ is Unknown:
            found = value if self._exact or self._ranges else self._rest
        elif len(self._of) > 1 and any(part.__class__ is Unknown for part in value):
            found = self._perhaps(value)
        else:
            found = self._exact.get(value, MISSING)
            if found is MISSING:
                found = self._in_patterns(value) if len(self._of) > 1 else self._in_ranges(value)
        if found is MISSING:
            found = self._doubt or self._rest
        if found is MISSING or found is True or found.__class__ is Unknown:
            return found
        if found not in self._made:
            self._made[found] = self._given(found)
        return self._made[found]

    def _in_ranges(self, value: Any) -> Any:
        place = bisect_right(self._lows, value) - 1
        # ranges of a named set do not overlap, those of one in a rule may (the kernel has them merged)
        while place >= 0:
            low, high, given = self._ranges[place]
            if low <= value <= high:
                return given
            place -= 1
            if not self._overlap:
                break
        return MISSING

    def _in_patterns(self, value: tuple[Any, ...]) -> Any:
        for pattern in self._patterns.values():
            place = tuple(
                None if mask is None else part & mask if part.__class__ is int else part
                for part, mask in zip(value, pattern.masks, strict=True)
            )
            for spans, given in pattern.found.get(place, ()):
                if all(low <= part <= high for part, (low, high) in zip(value, spans, strict=True)):
                    return given
        return MISSING

    def _perhaps(self, value: tuple[Any, ...]) -> Any:
        doubt = next(part for part in value if part.__class__ is Unknown)
        known = [(place, part) for place, part in enumerate(value) if part.__class__ is not Unknown]
        if any(all(key[place] == part for place, part in known) for key in self._exact):
            return doubt
        for pattern in self._patterns.values():
            for members in pattern.found.values():
                for spans, _ in members:
                    if all(spans[place][0] <= part <= spans[place][1] for place, part in known):
                        return doubt
        return MISSING

    def _prepare(self) -> None:
        kinds, exact, single = self._of, self._exact, self._of[0] if len(self._of) == 1 else None
        read: dict[tuple[int, str], Span] = {}
        for key, given in self._elements():
            last = key[-1]
            for word in _STATEFUL:
                if word in last:
                    given = untold(" ".join(last.split()[1:]))
                    key = (*key[:-1], last.split(" ", 1)[0])
                    break
            if key[0] == "*" and len(key) == 1:
                self._rest = given
                continue
            try:
                if single is not None:
                    low, high = single.span(key[0]) if len(key) == 1 else _misfit(key)
                    if low == high:
                        exact[low] = given
                    else:
                        self._ranges.append((low, high, given))
                    continue
                spans = []
                for place, (kind, word) in enumerate(zip(kinds, key, strict=True)):
                    span = read.get((place, word))
                    if span is None:
                        span = read[place, word] = kind.span(word)
                    spans.append(span)
            except ValueError:
                self._doubt = self._doubt or strange(" . ".join(key))
                continue
            if all(low == high for low, high in spans):
                exact[tuple([low for low, _ in spans])] = given
            else:
                self._add_pattern(tuple(spans), given)
        self._ranges.sort(key=lambda each: each[:2])
        self._lows = [low for low, _, _ in self._ranges]
        self._overlap = any(
            one[1] >= other[0] for one, other in zip(self._ranges, self._ranges[1:], strict=False)
        )
        self._ready = True

    def _add_pattern(self, spans: tuple[Span, ...], given: Any) -> None:
        masks = tuple(_mask(low, high) for low, high in spans)
        pattern = self._patterns.setdefault(masks, _Pattern(masks, {}))
        place = tuple(
            None if mask is None else low & mask if isinstance(low, int) else low
            for (low, _), mask in zip(spans, masks, strict=True)
        )
        pattern.found.setdefault(place, []).append((spans, given))


def _misfit(key: Key) -> Span:
    raise ValueError(key)


def _mask(low: Value, high: Value) -> int | None:
    """The mask of a range that is a prefix, None where it is none."""
    if isinstance(low, str) or isinstance(high, str):
        return _FULL if low == high else None
    rest = low ^ high
    return None if rest & rest + 1 or low & rest else _FULL & ~rest
