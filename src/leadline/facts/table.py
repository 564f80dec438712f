"""Aligned tables as tools print them: their lines, the last of several outputs, cells by column."""

from collections.abc import Callable, Mapping
from typing import Any

from leadline.facts.saved import PROMPT, TWICE, UNREAD, documents, empty, refusal, refused
from leadline.facts.source import Problem

Line = tuple[int, str]


def lines(text: str, command: str, *, may_be_empty: bool = False) -> list[Line]:
    """The lines that say something, numbered from 1 and with their indent, without shell prompts.

    Raises ParseError where there is none (unless the command may print nothing), or where the first is a
    shell's or the tool's refusal.
    """
    found = [
        (number, line.rstrip(" "))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip() and not PROMPT.match(line)
    ]
    if not found and not may_be_empty:
        raise empty(command)
    if 0 < len(found) <= 4 and all(refusal(line, number) for number, line in found):
        raise refused(text, command)
    return found


def last_output(found: list[Line], mark: Callable[[str], object]) -> tuple[list[Line], list[Problem]]:
    """The last of several outputs in one text: a new one starts where the first line's `mark` comes again.

    A last one of which only that first line was saved does not count.
    """
    if not found:
        return found, []
    first = mark(found[0][1])
    starts = [position for position, (_, line) in enumerate(found) if mark(line) == first]
    while len(starts) > 1 and starts[-1] == len(found) - 1 and starts[-1] - starts[-2] > 1:
        found = found[: starts.pop()]
    if len(starts) == 1:
        return found, []
    return found[starts[-1] :], [Problem(TWICE, found[starts[-1]][0])]


def last_document(text: str, command: str) -> tuple[Any, list[Problem]]:
    """The last JSON value of a text. Raises ParseError where there is none that is whole."""
    found, doubts = documents(text, command)
    if not found:
        raise refused(text, command)
    again = [Problem(TWICE, found[-1][0])] if len(found) > 1 else []
    return found[-1][1], [*doubts, *again]


def columns(header: str, names: tuple[str, ...]) -> list[int] | None:
    """Where each named column of an aligned table begins, in the header's order; None if one is missing."""
    starts: list[int] = []
    position = 0
    for name in names:
        found = header.find(name, position)
        if found < 0:
            return None
        starts.append(found)
        position = found + len(name)
    return starts


def cells(line: str, starts: list[int]) -> list[str] | None:
    """A row cut at the columns' starts; None where a cell runs into the next one."""
    if any(start > 0 and line[start - 1 : start].strip() for start in starts):
        return None
    return [line[start:end].strip() for start, end in zip(starts, [*starts[1:], len(line)], strict=True)]


def unread(number: int, command: str) -> Problem:
    """The Problem of a line that is no whole row of the command's output."""
    return Problem(UNREAD.fill(what=command), number)


def distinct(key: str, entries: Mapping[str, object]) -> str:
    """The key, with ` #2`, ` #3` … where it is taken already."""
    if key not in entries:
        return key
    count = 2
    while f"{key} #{count}" in entries:
        count += 1
    return f"{key} #{count}"


def whole(word: str) -> int | None:
    """A whole number of at most 18 digits, with or without a minus; None for anything else."""
    digits = word.removeprefix("-")
    return int(word) if 0 < len(digits) <= 18 and digits.isascii() and digits.isdecimal() else None
