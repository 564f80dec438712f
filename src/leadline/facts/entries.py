"""How outputs of one entry a line, or of one JSON object an entry, become entries (iproute2 and its like)."""

import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import appended, damaged, json_values, refused, shown, unread
from leadline.facts.source import Parsed, Problem, not_this
from leadline.facts.table import lines

T = TypeVar("T")
Entry = tuple[str, Any]

_REPEATED = Text(
    "{key} stands here again; the last one counts", "{key}이(가) 다시 나왔습니다. 마지막 것을 사용하였습니다"
)
_LAST_CUT = Text(
    "a second output starts here but is cut off; the one before it was read",
    "여기서 시작하는 두 번째 출력이 잘려 있어 앞의 출력을 읽었습니다",
)


def rows(text: str, what: str) -> list[tuple[int, str]]:
    """The lines of `what`'s output that are not blank, with their numbers, without their indent."""
    return [(number, line.strip()) for number, line in lines(text, what, may_be_empty=True)]


def blocks(text: str, what: str) -> Iterator[tuple[int, str]]:
    """The same, where an indented line belongs to the one above and is joined to it with a newline."""
    block: list[str] = []
    start = 0
    whole = textwrap.dedent("\n".join(shown(text, what.split()[0]).lines))
    for number, line in enumerate(whole.split("\n"), 1):
        if not line.strip():
            continue
        if block and line[0] not in " \t":
            yield start, "\n".join(block)
            block = []
        start = start if block else number
        block.append(line.rstrip())
    if block:
        yield start, "\n".join(block)


def is_json(text: str, what: str) -> bool:
    """Whether the first line that says something begins JSON."""
    first = next((line for line in shown(text, what.split()[0]).lines if line.strip()), "")
    return first.lstrip().startswith(("[", "{"))


def documents(text: str, what: str) -> tuple[list[tuple[int, Any]], tuple[Problem, ...]]:
    """Every JSON value of a text, with the line it begins on.

    Raises ParseError where one is cut (what it lost cannot be told from what is not there), unless it is a
    repetition of the first, which is left out with a Problem.
    """
    found, broken = json_values(text, what)
    if broken is None:
        return found, ()
    said = text.split("\n")
    if not found or _start(said, found[0][0]) != _start(said, broken):
        raise damaged(what, broken)
    return found, (Problem(_LAST_CUT, broken),)


def items(text: str, what: str) -> tuple[list[tuple[int, Any]], tuple[Problem, ...]]:
    """The members of every JSON list of a text: `ip -j` prints one list a family."""
    found, problems = documents(text, what)
    members: list[tuple[int, Any]] = []
    for line, value in found:
        if not isinstance(value, list):
            raise not_this(what, line)
        members += [(line, member) for member in value if member != {}]
    return members, problems


def _start(said: list[str], line: int) -> str:
    return "\n".join(said[line - 1 : line + 39]).lstrip()[:40]


def collect(
    entries: Iterable[tuple[int, Entry | None]], text: str, what: str, problems: tuple[Problem, ...] = ()
) -> Parsed:
    """Read lines → Parsed, for outputs in which the kernel never gives a key twice.

    A line that could not be read (None) becomes a Problem; a text of mostly such lines is refused. Where
    the first key comes again, a second output starts, and only the last one counts.
    """
    found: dict[str, Any] = {}
    doubts: list[Problem] = []
    bad = 0
    first: tuple[int, str] | None = None
    for line, entry in entries:
        if entry is None:
            bad += 1
            doubts.append(unread(line))
            continue
        key, value = entry
        if first is None:
            first = line, key
        elif key == first[1]:
            found, doubts, bad = {}, [appended(first[0], line)], 0
        elif found.get(key, value) != value:
            doubts.append(Problem(_REPEATED.fill(key=key), line))
        found[key] = value
    if bad > len(found):
        raise refused(text, what)
    return Parsed(found, (*problems, *doubts))


def read(
    text: str,
    what: str,
    line: Callable[[str], Entry | None],
    item: Callable[[T], Entry | None],
    kind: type[T],
    *,
    continued: bool = False,
    may_be_empty: bool = False,
) -> Parsed:
    """A text of lines, or of JSON lists of `kind`, read by `line` or `item`.

    `continued`: an indented line belongs to the one above. Raises ParseError where nothing is read, unless
    the command may print nothing.
    """
    if is_json(text, what):

        def typed(member: Any) -> Entry | None:
            try:
                return item(msgspec.convert(member, kind))
            except msgspec.ValidationError:
                return None

        members, problems = items(text, what)
        return collect([(number, typed(member)) for number, member in members], text, what, problems)
    said = list(blocks(text, what)) if continued else rows(text, what)
    if not said and not may_be_empty:
        raise refused(text, what)
    return collect([(number, line(each)) for number, each in said], text, what)
