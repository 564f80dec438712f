"""IP sets: `ipset save`, or `ipset list`."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from leadline.base.text import Text
from leadline.facts.entries import collect, rows
from leadline.facts.source import Parsed, Source

_WHAT = "ipset save"
# the kernel grows hashsize by itself and draws initval at random
_MOVING = frozenset(("hashsize", "bucketsize", "initval"))
_VALUED = _MOVING | {"family", "maxelem", "timeout", "size", "netmask", "markmask", "range", "bitmask"}
_CREATE = re.compile(r"create (\S+) (\S+)(?: (.*))?$")
_ADD = re.compile(r"add (\S+) (\S+)(?: (.*))?$")
_COMMENT = re.compile(r'\bcomment "([^"]*)"')
_FIELD = re.compile(
    r"(Name|Type|Revision|Header|Size in memory|References|Number of entries|Members):\s*(.*)$"
)


class IpSet(msgspec.Struct, frozen=True):
    """One set: its type (`hash:ip,port`) and the options someone chose."""

    name: str
    type: str
    options: tuple[str, ...]


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    """One element of a set. Counters and remaining time are left out. `wildcard`: its interface is the beginning of
    a name."""

    set: str
    element: str
    comment: str
    nomatch: bool
    wildcard: bool = False


def _options(words: list[str]) -> tuple[str, ...]:
    found = []
    while words:
        word = words.pop(0)
        value = words.pop(0) if word in _VALUED and words else ""
        if word not in _MOVING:
            found.append(f"{word} {value}".strip())
    return tuple(sorted(found))


def _line(line: str) -> tuple[str, IpSet | Member] | None:
    if (match := _CREATE.match(line)) is not None:
        return f"set {match[1]}", IpSet(match[1], match[2], _options((match[3] or "").split()))
    if (match := _ADD.match(line)) is not None:
        rest = match[3] or ""
        comment = _COMMENT.search(rest)
        words = _COMMENT.sub("", rest).split()
        return f"element {match[1]} {match[2]}", Member(
            match[1], match[2], comment[1] if comment else "", "nomatch" in words, "wildcard" in words
        )
    return None


def _saved(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines of `ipset list` as `ipset save` writes them; those of `ipset save` as they are."""
    name = kind = ""
    members = False
    for number, line in lines:
        if (match := _FIELD.match(line)) is None:
            yield number, f"add {name} {line}" if members else line
        elif match[1] == "Name":
            name, members = match[2], False
        elif match[1] == "Type":
            kind = match[2]
        elif match[1] == "Header":
            yield number, f"create {name} {kind} {match[2]}".rstrip()
        elif match[1] == "Members":
            members = True


def parse(text: str) -> Parsed:
    """`set <name>` and `element <name> <element>`; an empty text is a host without sets."""
    lines = list(_saved(rows(text, _WHAT)))
    return collect([(number, _line(line)) for number, line in lines], text, _WHAT)


source = Source(
    name="ipset",
    title=Text("IP sets", "IP 집합(ipset)"),
    files={"ipset.txt": "ipset save"},
    parse=parse,
)
