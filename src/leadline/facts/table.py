"""Aligned tables as tools print them: their lines, the last of several outputs, cells by column."""

import re
from collections.abc import Callable

from leadline.facts.reading import appended, failed, nothing, shown
from leadline.facts.source import Problem

Line = tuple[int, str]

_NO_SERVICE = (
    r"(?i)failed to connect|cannot connect|not been booted|can't operate|validate service connection"
)


def lines(text: str, command: str, *others: str, may_be_empty: bool = False) -> list[Line]:
    """The lines of the command's output that say something, numbered from 1 and with their indent.

    `others`: further programs whose output belongs here. Raises ParseError where there is no line (unless
    the command may print nothing), or nothing but a shell's or the tool's refusal.
    """
    whole_text = shown(text, command.split()[0], *others).lines
    found = [(number, line.rstrip(" ")) for number, line in enumerate(whole_text, 1) if line.strip()]
    if not found and not may_be_empty:
        raise nothing(whole_text, command)
    if 0 < len(found) <= 4 and all(failed(line) or re.search(_NO_SERVICE, line) for _, line in found):
        raise nothing(whole_text, command)
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
    return found[starts[-1] :], [appended(found[0][0], found[starts[-1]][0], whole=True)]


def is_json(text: str) -> bool:
    """Whether a line begins a JSON object; the tables read here never begin with a brace."""
    return re.search(r"^[ \t]*\{", text, re.MULTILINE) is not None


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


def whole(word: str) -> int | None:
    """A whole number of at most 18 digits, with or without a minus; None for anything else."""
    digits = word.removeprefix("-")
    return int(word) if 0 < len(digits) <= 18 and digits.isascii() and digits.isdecimal() else None


def unescaped(word: str) -> str:
    """A word of /etc/fstab, /proc/swaps and the like, where the kernel writes a blank as `\\040`."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), word)
