"""The outputs of crictl: JSON with one list, or a table with aligned columns under warnings of its own."""

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from leadline.facts.reading import documents, free_key, refused, unread
from leadline.facts.source import Parsed, not_this
from leadline.facts.table import cells, columns, last_output, lines

T = TypeVar("T")
Entry = tuple[str, Any]


def listed(
    text: str, command: str, member: str, kind: type[T], item: Callable[[T], Iterable[Entry]]
) -> Parsed:
    """The JSON form: `item` reads each `kind` of the list `member`. Raises ParseError where it is not that."""
    document, problems = documents(text, command)
    if not isinstance(document, dict) or member not in document:
        raise not_this(command)
    try:
        members = msgspec.convert(document[member] or [], list[kind])  # type: ignore[valid-type]
    except msgspec.ValidationError:
        raise not_this(command) from None
    return Parsed(_keyed(entry for each in members for entry in item(each)), problems)


def table(
    text: str,
    command: str,
    names: tuple[str, ...],
    row: Callable[[dict[str, str]], Entry | None],
    *,
    id_column: str,
    optional: tuple[str, ...] = (),
) -> Parsed:
    """The table with the columns `names`, which the `optional` ones may follow: `row` reads each line by column.

    A line without an id, or with None from `row`, is a Problem. Raises ParseError where the header is missing.
    """
    said = [each for each in lines(text, command) if not each[1].startswith(("WARN", "time="))]
    found, problems = last_output(said, lambda line: line.split()[0])
    header = found[0][1] if found else ""
    names += tuple(name for name in optional if name in header.rpartition(names[-1])[2])
    if not header.startswith(names[0]) or (starts := columns(header, names)) is None:
        raise refused(text, command)
    entries: list[Entry] = []
    for number, line in found[1:]:
        cut = dict(zip(names, cells(line, starts) or (), strict=False))
        if re.fullmatch(r"[0-9a-f]{8,64}", cut.get(id_column, "")) and (entry := row(cut)) is not None:
            entries.append(entry)
        else:
            problems.append(unread(number))
    return Parsed(_keyed(entries), tuple(problems))


def _keyed(found: Iterable[Entry]) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for key, value in found:
        entries[free_key(key, entries)] = value
    return entries
