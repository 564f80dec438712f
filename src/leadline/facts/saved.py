"""How outputs of one entry a line, or of one JSON object an entry, become entries (iproute2 and its like)."""

import json
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.reading import nothing, shown, unread
from leadline.facts.source import Parsed, Problem, not_this

T = TypeVar("T")

TWICE = Text(
    "a second output starts here; only this last one was read",
    "여기서 두 번째 출력이 시작됩니다. 마지막 출력만 읽었습니다",
)
REPEATED = Text(
    "{key} stands here again; the last one counts", "{key}이(가) 다시 나왔습니다. 마지막 것을 사용하였습니다"
)
CUT = Text(
    "the JSON ends or breaks here; save the whole output of `{what}` again",
    "JSON이 여기서 끊겼거나 깨졌습니다. `{what}`의 전체 출력을 다시 저장하십시오",
)
CUT_SECOND = Text(
    "a second output starts here but is cut off; the one before it was read",
    "여기서 시작하는 두 번째 출력이 잘려 있어 앞의 출력을 읽었습니다",
)


def refused(text: str, what: str) -> ParseError:
    """The error for a text with no line of `what`'s: what the tool said instead, empty, or another's output."""
    return nothing(shown(text, what.split()[0]).lines, what)


def rows(text: str, what: str, continued: bool = False) -> Iterator[tuple[int, str]]:
    """The lines of `what`'s output that are not blank, with their numbers.

    `continued`: an indented line belongs to the one above and is joined to it with a newline.
    """
    lines = shown(text, what.split()[0]).lines
    if not continued:
        yield from ((number, line.strip()) for number, line in enumerate(lines, 1) if line.strip())
        return
    block: list[str] = []
    start = 0
    for number, line in enumerate(textwrap.dedent("\n".join(lines)).split("\n"), 1):
        if not line.strip():
            continue
        if line[0] in " \t" and block:
            block.append(line.rstrip())
        else:
            if block:
                yield start, "\n".join(block)
            block, start = [line.rstrip()], number
    if block:
        yield start, "\n".join(block)


def is_json(text: str, what: str) -> bool:
    """Whether the first line that says something begins JSON."""
    first = next(rows(text, what), None)
    return first is not None and first[1].startswith(("[", "{"))


def documents(text: str, what: str) -> tuple[list[tuple[int, Any]], tuple[Problem, ...]]:
    """Every JSON value of a text, one after the other, with the line it starts on.

    Raises ParseError where the JSON is broken; a broken repetition of the first value is left out instead.
    """
    found: list[tuple[int, Any]] = []
    # iproute2 writes `dst` twice in an encapsulated route; the first is the route's own
    decoder = json.JSONDecoder(object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    text = "\n".join(shown(text, what.split()[0]).lines)
    position = next((match.start() for match in re.finditer(r"^[ \t]*[\[{]", text, re.MULTILINE)), len(text))
    first = position
    while position < len(text):
        start = re.compile(r"[\[{]").search(text, position)
        if start is None:
            break
        position = start.start()
        line = text.count("\n", 0, position) + 1
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            if found and text[first : first + 40] == text[position : position + 40]:
                return found, (Problem(CUT_SECOND, line),)
            raise ParseError(CUT.fill(what=what), text.count("\n") + 1) from None
        found.append((line, value))
    return found, ()


def items(text: str, what: str) -> tuple[list[tuple[int, Any]], tuple[Problem, ...]]:
    """The members of every JSON list of a text: `ip -j` prints one list a family."""
    found, problems = documents(text, what)
    members: list[tuple[int, Any]] = []
    for line, value in found:
        if not isinstance(value, list):
            raise not_this(what, line)
        members += [(line, member) for member in value if member != {}]
    return members, problems


def collect(
    entries: Iterator[tuple[int, tuple[str, Any] | None]] | list[tuple[int, tuple[str, Any] | None]],
    text: str,
    what: str,
    problems: tuple[Problem, ...] = (),
) -> Parsed:
    """Read lines → Parsed, for outputs in which the kernel never gives a key twice.

    A line that could not be read (None) becomes a Problem; a text of mostly such lines is refused. Where
    the first key comes again, a second output starts, and only the last one counts.
    """
    found: dict[str, Any] = {}
    doubts: list[Problem] = []
    bad = 0
    first: str | None = None
    for line, entry in entries:
        if entry is None:
            bad += 1
            doubts.append(unread(line))
            continue
        key, value = entry
        if first is None:
            first = key
        elif key == first:
            found, doubts, bad = {}, [Problem(TWICE, line)], 0
        elif found.get(key, value) != value:
            doubts.append(Problem(REPEATED.fill(key=key), line))
        found[key] = value
    if bad > len(found):
        raise refused(text, what)
    return Parsed(found, (*problems, *doubts))


def read(
    text: str,
    what: str,
    line: Callable[[str], tuple[str, Any] | None],
    item: Callable[[T], tuple[str, Any] | None],
    kind: type[T],
    *,
    continued: bool = False,
    may_be_empty: bool = False,
) -> Parsed:
    """A text of lines, or of JSON lists of `kind`, read by `line` or `item`."""
    if is_json(text, what):
        members, problems = items(text, what)

        def typed(member: Any) -> tuple[str, Any] | None:
            try:
                return item(msgspec.convert(member, kind))
            except msgspec.ValidationError:
                return None

        return collect([(number, typed(member)) for number, member in members], text, what, problems)
    lines = list(rows(text, what, continued))
    if not lines and not may_be_empty:
        raise refused(text, what)
    return collect([(number, line(each)) for number, each in lines], text, what)
