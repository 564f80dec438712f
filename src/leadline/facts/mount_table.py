"""The table of `findmnt`: a tree of targets, aligned columns, lines that a terminal wrapped or cut."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

import msgspec

Row = tuple[str, str | None, str | None, str | None]
"""A mount's target, source (with the root in brackets, where it is told), filesystem type and options."""

_GLYPHS = "├└│─ |`-"
_NAMES = ("TARGET", "SOURCE", "FSTYPE", "OPTIONS")
_WIDEST_TERMINAL = 300
_FLAGS = (
    *("rw", "ro", "nosuid", "nodev", "noexec", "relatime", "noatime", "nodiratime", "strictatime"),
    *("lazytime", "sync", "dirsync", "nosymfollow", "discard"),
)
# in the C locale findmnt writes the bytes of other letters so
_BYTES = r"(?:\\x[89a-f][0-9a-f])+"
# letters that take two places on a terminal; a set of this size takes 7 ms to compile and few texts need it
_WIDE = (
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\U0001f300-\U0003fffd]"
)


class Table(msgspec.Struct, frozen=True):
    """The rows with their line numbers (None for a line without a safe reading), and the width of the
    terminal that cut the lines, None where it did not."""

    rows: list[tuple[int, Row | None]]
    width: int | None


def read(lines: Sequence[str], begin: int) -> Table:
    """The rows under the header at `lines[begin]`, which names the four default columns, target first."""
    header = lines[begin]
    names = header.split()
    starts = [header.index(name + " ") if name != names[-1] else header.rindex(name) for name in names]
    order = [names.index(name) for name in _NAMES]
    options_at = order[_NAMES.index("OPTIONS")]
    found: list[tuple[int, list[str] | None, int]] = []
    ends: list[tuple[int, str]] = []
    wide = any(re.search(_WIDE, line) for line in lines if not line.lstrip(_GLYPHS).isascii())
    for at, line in enumerate(lines[begin + 1 :], begin + 2):
        if not line or line.isspace():
            continue
        cells = _cells(line, _places(line, starts) if wide else starts)
        if cells is None or (
            not cells[0].startswith("/") and (cells[0] or not found or found[-1][1] is None)
        ):
            found.append((at, None, 0))
            continue
        end = _shown_width(line) if wide else len(line)
        if cells[options_at]:
            ends.append((end, cells[options_at].rpartition(",")[2]))
        if cells[0]:
            found.append((at, cells, end))
        else:
            number, above, extent = found[-1]
            joined = [old + new for old, new in zip(above or cells, cells, strict=True)]
            found[-1] = number, joined, max(extent, end) if cells[options_at] else extent
    width = _cut_at(ends) if names[-1] == "OPTIONS" else None
    type_at = order[_NAMES.index("FSTYPE")]
    room = starts[type_at + 1] - starts[type_at] - 1 if type_at + 1 < len(starts) else 0
    rows: list[tuple[int, Row | None]] = []
    for number, row_cells, extent in found:
        target, of, fstype, options = (row_cells[place] for place in order) if row_cells else ("", "", "", "")
        if "\\x" in target:
            target = re.sub(_BYTES, letters, target)
        if not (target and of and fstype and options):
            rows.append((number, None))
        elif width is None:
            rows.append((number, (target, of, fstype, options)))
        else:
            # what fills the room it had may go on
            sure_type = fstype if len(fstype) < room else None
            rows.append((number, (target, of, sure_type, options if extent < width else None)))
    return Table(rows, width)


def unfinished(lines: Sequence[str]) -> bool:
    """Whether a tree breaks off: the first level has branches (`├─`, `|-`) but not the last one (`└─`, "`-")."""
    return any(line.startswith(("├─", "|-")) for line in lines) and not any(
        line.startswith(("└─", "`-")) for line in lines
    )


def looks_headless(lines: Sequence[str]) -> bool:
    """Whether these are the lines of `findmnt -n`: a tree without a header."""
    filled = [line for line in lines if line.strip()]
    return len(filled) > 1 and filled[0].startswith("/ ") and any(line[0] in "├└|`" for line in filled[1:3])


def headless(lines: Sequence[str]) -> Iterator[tuple[int, Row | None]]:
    """The rows of a tree without header, where each has exactly four words."""
    for number, line in enumerate(lines, 1):
        words = line.lstrip(_GLYPHS).split()
        if words:
            whole = len(words) == 4 and words[0].startswith("/")
            yield number, (words[0], words[1], words[2], words[3]) if whole else None


def _cells(line: str, places: list[int]) -> list[str] | None:
    """A line's cells without the tree; None where a cell runs into the next and blanks do not tell them apart.

    Of a line that ends early, because a long cell pushed the rest to the next line, the rest is "".
    """
    length = len(line)
    for place in places[1:]:
        if place <= length and line[place - 1] != " ":
            break
    else:
        cells = [line[place:end].strip(" ") for place, end in zip(places, [*places[1:], length], strict=True)]
        cells[0] = cells[0].lstrip(_GLYPHS)
        return cells
    words = line.lstrip(_GLYPHS).split()
    if len(words) > len(places) or not words or not words[0].startswith("/"):
        return None
    return words + [""] * (len(places) - len(words))


def _places(line: str, starts: list[int]) -> list[int]:
    """Where the columns begin in a line with wide letters, which take two places on a terminal."""
    places = []
    place = shown = 0
    for start in starts:
        while shown < start and place < len(line):
            shown += 2 if unicodedata.east_asian_width(line[place]) in "WF" else 1
            place += 1
        places.append(place if shown >= start else place + start - shown)
    return places


def _shown_width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def letters(escaped: re.Match[str]) -> str:
    """What a run of `\\xe2\\x82\\xac` stands for."""
    return bytes.fromhex(escaped[0].replace("\\x", "")).decode("utf-8", "replace")


def _cut_at(ends: list[tuple[int, str]]) -> int | None:
    """The width at which a terminal cut the lines: where many lines end, and one in the middle of an option.

    `ends`: for each line where it ends and its last word.
    """
    longest = max((end for end, _ in ends), default=0)
    last_words = [word for end, word in ends if end == longest]
    if longest > _WIDEST_TERMINAL or len(last_words) < max(3, len(ends) // 10):
        return None
    broken = any(word not in _FLAGS and any(flag.startswith(word) for flag in _FLAGS) for word in last_words)
    return longest if broken else None
