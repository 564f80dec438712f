"""The entries of an nft ruleset, the same from the text and from the JSON form."""

import re
from typing import Any

import msgspec

_PRIORITIES = {"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100}
_BRIDGE_PRIORITIES = {"dstnat": -300, "filter": -200, "out": 100, "srcnat": 300}
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:\d+ms)?$")


class Table(msgspec.Struct, frozen=True):
    """One table; `comment` is None where the form does not tell it."""

    family: str
    table: str
    comment: str | None = None


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """One chain. Base chains have `type`, `hook`, `priority` (a number) and `policy`; others "" and None."""

    family: str
    table: str
    chain: str
    type: str = ""
    hook: str = ""
    priority: int | None = None
    policy: str = ""
    comment: str | None = None


class Rule(msgspec.Struct, frozen=True, gc=False):
    """One rule: its text without counters' figures and handles, its `comment`, and the `verdict` it ends
    in (`accept`, `jump X`; None where it has none that is fixed)."""

    family: str
    table: str
    chain: str
    text: str
    verdict: str | None = None
    comment: str | None = None


class Set(msgspec.Struct, frozen=True, kw_only=True):
    """One set or map. `type`: of its elements (None where it is given by `typeof`); `value_type`: of a
    map's values; `timeout` in seconds."""

    family: str
    table: str
    name: str
    type: str | None = None
    value_type: str = ""
    flags: tuple[str, ...] = ()
    timeout: int | None = None
    size: int | None = None
    comment: str | None = None


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element of a set or map; `value`: what a map gives (`goto X`), "" in a set. Timers are left out."""

    family: str
    table: str
    set: str
    element: str
    value: str = ""
    comment: str = ""


class Object(msgspec.Struct, frozen=True):
    """A flowtable, a named counter, limit, quota or helper: only that it is there."""

    family: str
    table: str
    kind: str
    name: str


def priority(family: str, words: str) -> int | None:
    """`filter`, `dstnat - 10`, `-100` → the number; None where the name is unknown."""
    match = re.match(r"(?:(-?\d+)|([a-z]+)(?: ?([+-]) ?(\d+))?)$", words.strip())
    if match is None:
        return None
    if match[1]:
        return int(match[1])
    base = (_BRIDGE_PRIORITIES if family == "bridge" else _PRIORITIES).get(match[2])
    if base is None:
        return None
    return base + int(f"{match[3]}{match[4]}") if match[3] else base


def seconds(duration: str) -> int | None:
    """`1d2h3m4s` → seconds; None where it is not a duration."""
    match = _DURATION.match(duration)
    if match is None or not any(match.groups()):
        return None
    return sum(int(number) * size for number, size in zip(match.groups("0"), _UNITS.values(), strict=True))


def order(entry: Any) -> str:
    """The list an entry stands in: a rule in its chain; nothing else has an order."""
    if isinstance(entry, Rule):
        return f"{entry.family} {entry.table} {entry.chain}"
    if isinstance(entry, Element):
        return f"element {entry.family} {entry.table} {entry.set} {entry.element}"
    return repr(entry)


_VERDICT = re.compile(
    r"(?:^| )(accept|drop|return|continue|reject(?: with .*)?|(?:jump|goto) \S+|queue\b.*)$"
)


def rule(family: str, table: str, chain: str, text: str, comment: str | None) -> Rule:
    """A rule from its text without its comment, which is put back at the text's end."""
    verdict = _VERDICT.search(text)
    whole = f'{text} comment "{comment}"' if comment else text
    return Rule(family, table, chain, whole, verdict[1] if verdict else None, comment)
