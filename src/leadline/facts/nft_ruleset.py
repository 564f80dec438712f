"""The entries of an nft ruleset, the same from the text and from the JSON form, and how they gather."""

import re
from typing import Any

import msgspec

from leadline.facts.reading import appended, free_key
from leadline.facts.source import Parsed, Problem

_PRIORITIES = {"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100}
_BRIDGE_PRIORITIES = {"dstnat": -300, "filter": -200, "out": 100, "srcnat": 300}
_VERDICT = re.compile(
    r"(?:^| )(accept|drop|return|continue|reject(?: with .*)?|(?:jump|goto) \S+|queue\b.*)$"
)
_PLAIN = ("accept", "drop", "return", "continue")
_LONGER = ("jump ", "goto ", "reject", "queue")
_TIMERS = re.compile(r" (?:timeout|expires) \S+| counter packets \d+ bytes \d+")
_COMMENT = re.compile(r'(?:^| )comment "([^"]*)"')
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


class Table(msgspec.Struct, frozen=True):
    """One table; `comment` is None where the form does not tell it. `dormant`: its chains are switched off."""

    family: str
    table: str
    comment: str | None = None
    dormant: bool | None = None


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


class Element(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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
    match = re.match(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:\d+ms)?$", duration)
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


class Ruleset:
    """Entries under way, table by table; a table that comes again replaces itself, the first one all of them."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, str], dict[str, Any]] = {}
        self.problems: list[Problem] = []
        self.begun = 0

    def table(
        self, family: str, name: str, line: int, comment: str | None, dormant: bool | None
    ) -> "Content":
        """The content of a table that begins at `line`."""
        where = family, name
        if where in self.tables:
            if where == next(iter(self.tables)):
                self.tables.clear()
            self.problems = [appended(self.begun, line)]
        self.begun = self.begun or line
        self.tables[where] = {f"table {family} {name}": Table(family, name, comment, dormant)}
        return self.content(family, name)

    def content(self, family: str, name: str) -> "Content":
        """The content of a table that is there; raises KeyError where it is not."""
        return Content(family, name, self.tables[family, name])

    def parsed(self, covers: frozenset[str] | None = None) -> Parsed:
        """What has been gathered."""
        entries = {key: entry for table in self.tables.values() for key, entry in table.items()}
        return Parsed(entries, tuple(self.problems), covers=covers)


class Content(msgspec.Struct, frozen=True):
    """The entries of one table, each put under its key."""

    family: str
    table: str
    entries: dict[str, Any]

    def told(self, **fields: Any) -> None:
        """More of the table itself: its `comment`, whether it is `dormant`."""
        key = f"table {self.family} {self.table}"
        self.entries[key] = msgspec.structs.replace(self.entries[key], **fields)

    def chain(self, name: str, **told: Any) -> None:
        """A chain; `told`: its fields."""
        chain = Chain(family=self.family, table=self.table, chain=name, **told)
        self.entries[f"chain {self.family} {self.table} {name}"] = chain

    def rule(self, chain: str, text: str, comment: str | None) -> None:
        """A rule from its text without its comment, which is put back at the text's end."""
        if any(word in text for word in _LONGER):
            found = _VERDICT.search(text)
            verdict = found[1] if found else None
        else:
            last = text[text.rfind(" ") + 1 :]
            verdict = last if last in _PLAIN else None
        whole = f'{text} comment "{comment}"' if comment else text
        each = Rule(self.family, self.table, chain, whole, verdict, comment)
        self.entries[free_key(f"rule {self.family} {self.table} {chain} {whole}", self.entries)] = each

    def set(self, kind: str, name: str, **told: Any) -> None:
        """A set or map (`kind`); `told`: its fields."""
        self.entries[f"{kind} {self.family} {self.table} {name}"] = Set(
            family=self.family, table=self.table, name=name, **told
        )

    def element(self, name: str, words: str, value: str) -> None:
        """An element of the set or map `name` from its words; its timers and counters are left out."""
        comment = ""
        if "comment " in words and (found := _COMMENT.search(words)) is not None:
            comment = found[1]
            words = _COMMENT.sub("", words)
        if " timeout " in words or " expires " in words or " counter " in words:
            words = _TIMERS.sub("", words)
        bare = words.strip()
        self.entries[f"element {self.family} {self.table} {name} {bare}"] = Element(
            family=self.family,
            table=self.table,
            set=name,
            element=bare,
            value=value,
            comment=comment,
        )

    def object(self, kind: str, name: str) -> None:
        each = Object(self.family, self.table, kind, name)
        self.entries[f"object {self.family} {self.table} {kind} {name}"] = each
