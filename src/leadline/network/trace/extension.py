"""What iptables' matches and targets are declared with: one module of `matches` or `targets` holds related ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from leadline.base.text import Text
from leadline.network.sight import Sight, Step, Unknown


class Option(NamedTuple):
    """One option as written: `--dport`, the words behind it, and whether `!` stands before it."""

    name: str
    values: tuple[str, ...]
    negated: bool

    @property
    def value(self) -> str:
        return self.values[0]


class Last(msgspec.Struct, frozen=True):
    """A step that chooses between outcomes, so that it is asked when everything else of its rule matches."""

    step: Step


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A match. `options`: each with the number of words behind it. `build`: what was written → the steps it is, all of
    which must be true; raises ValueError for what it cannot read."""

    name: str
    options: Mapping[str, int]
    build: Callable[[Sequence[Option]], Sequence[Step | Last]]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A target. `options` and `build` as of a Match; `build` gives None where the packet goes on as it was. Without
    `options`, none of them matters."""

    name: str
    options: Mapping[str, int] | None = None
    build: Callable[[Sequence[Option]], Step | None]


class Range(NamedTuple):
    """Both ends are in it."""

    first: int
    last: int


def span(text: str, highest: int = 0xFFFF) -> Range:
    """`80`, `80:90` or `0x50` as a range. Raises ValueError for others."""
    first, colon, last = text.partition(":")
    begin = int(first or "0", 0)
    return Range(begin, int(last, 0) if last else highest if colon else begin)


def masked(text: str) -> tuple[int, int]:
    """`0x4000/0x4000` → value and mask; all bits where no mask is written. Raises ValueError for others."""
    value, _, mask = text.partition("/")
    return int(value, 0), int(mask, 0) if mask else 0xFFFFFFFF


def within(
    read: Callable[[Sight], int | None], bounds: Sequence[Range], option: Option, missing: Text
) -> Step:
    """Whether a number of the packet lies in one of these ranges; `missing` says what it is where it is not known."""
    wanted = not option.negated
    unknown = Unknown(missing)

    def step(seen: Sight) -> bool | Unknown:
        number = read(seen)
        if number is None:
            return unknown
        return any(first <= number <= last for first, last in bounds) is wanted

    return step


def each(
    options: Sequence[Option], steps: Mapping[str, Callable[[Option], Step | Last]]
) -> Iterator[Step | Last]:
    """The step of every option that has one."""
    for option in options:
        if option.name in steps:
            yield steps[option.name](option)


def interface(pattern: str) -> Callable[[str], bool]:
    """Whether a name is what `-i` and the like mean: `eth0`, or `eth+` for all that begin so."""
    if pattern.endswith("+"):
        beginning = pattern[:-1]
        return lambda name: name.startswith(beginning)
    return lambda name: name == pattern
