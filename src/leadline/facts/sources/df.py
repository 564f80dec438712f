"""Filesystems and their space, as `df` prints them."""

import re
from math import gcd

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.reading import (
    Shown,
    beside_each_other,
    cut,
    free_key,
    last_key,
    last_output,
    nothing,
    shown,
    unread,
)
from leadline.facts.source import Parsed, Problem, Source

WHAT = "df -hT"


class Filesystem(msgspec.Struct, frozen=True, kw_only=True):
    """One mounted filesystem and its space in bytes; `rounded`: the text gave only a rounded figure
    (`-h`, or blocks larger than 1 KiB). None where the text does not say."""

    source: str
    fstype: str | None = None
    size: int | None = None
    used: int | None = None
    available: int | None = None
    use_percent: int | None = None
    rounded: bool = False


_SIZE = r"(-|-?\d+(?:[.,]\d+)?[kKMGTPEZYRQ]?i?B?)"
_ROW = re.compile(rf"(.*?)\s+{_SIZE}\s+{_SIZE}\s+{_SIZE}\s+(-|\d+%)\s+(/.*|-)")
_BLOCKS = re.compile(r"(?:^|\s)(\d*)([kKMGTPEZY]?)(i?B)?-\S")
_MESSAGE = re.compile(r"df: ['\"‘]?(/.*?)['\"’]?: .+")
_POWERS = " KMGTPEZYRQ"


def parse(text: str) -> Parsed:
    """Mount point → Filesystem. Human-readable sizes are powers of 1024, or of 1000 where a `k` shows
    that `-H` printed them. Raises ParseError for inode tables, chosen columns (`--output`) and other texts.
    """
    seen = shown(text, "df")
    lines = seen.lines
    starts = [place for place, line in enumerate(lines) if _is_header(lines, place)]
    if not starts:
        raise nothing(lines, WHAT)
    begin, doubts = last_output(seen, starts)
    header = lines[begin]
    if re.search(r"IUse%|IFree|Inodes|아이노드", header):
        raise ParseError(_INODES, begin + 1)
    problems = [*seen.problems, *doubts]
    unreadable = {message[1] for line in lines[:begin] if (message := _MESSAGE.fullmatch(line)) is not None}
    rows = _rows(Shown(lines, seen.ended), begin + 1, problems, unreadable)
    unit = _unit(header, rows)
    typed = _has_type(header, rows)
    entries: dict[str, Filesystem] = {}
    for number, (head, size, used, available, percent, mount) in rows:
        first, _, last = head.rpartition(" ") if typed else (head, "", None)
        if not first or (mount == "-" and head.split()[0] == "total"):
            if mount != "-":
                problems.append(unread(number))
            continue
        entries[free_key(mount, entries)] = Filesystem(
            source=first.strip(),
            fstype=last,
            size=_bytes(size, unit),
            used=_bytes(used, unit),
            available=_bytes(available, unit),
            use_percent=int(percent[:-1]) if percent != "-" else None,
            rounded=unit <= 0 or unit > 1024,
        )
    if not entries and not unreadable:
        raise nothing(lines, WHAT)
    whole = seen.ended or bool(rows and rows[-1][0] == len(lines))
    covers = None if whole else frozenset(entries)
    return Parsed(entries, tuple(problems), frozenset(unreadable), covers, last_key(seen, entries))


_MEMORY = ("tmpfs", "devtmpfs", "udev")
_SPACE = ("size", "used", "available")


def meet(left: Parsed, right: Parsed) -> tuple[Parsed, Parsed]:
    """Sizes that two roundings may give of one size become one; a text of chosen filesystems (`df /`,
    `-x tmpfs`), and one without the empty ones beside `df -a`, covers only itself."""
    left, right = beside_each_other(left, right, lambda each: not _shows_memory(each))
    left, right = beside_each_other(left, right, lambda each: not _shows_empty(each))
    steps = _common_step(left), _common_step(right)
    entries = dict(left.entries), dict(right.entries)
    for key in left.entries.keys() & right.entries.keys():
        pair = left.entries[key], right.entries[key]
        if not (pair[0].rounded or pair[1].rounded):
            continue
        for place in (0, 1):
            entries[place][key] = msgspec.structs.replace(
                pair[place],
                rounded=True,
                **{field: _one_size(field, pair, steps, place) for field in _SPACE},
            )
    return (
        msgspec.structs.replace(left, entries=entries[0]),
        msgspec.structs.replace(right, entries=entries[1]),
    )


def _shows_memory(parsed: Parsed) -> bool:
    return any({each.source, each.fstype} & {*_MEMORY} for each in parsed.entries.values())


def _shows_empty(parsed: Parsed) -> bool:
    return any(not each.size for each in parsed.entries.values())


def _common_step(parsed: Parsed) -> int:
    """The unit of which all sizes of a text are multiples: `df -BG` rounds to it, `df -h` to less."""
    return gcd(*(getattr(each, field) or 0 for each in parsed.entries.values() for field in _SPACE))


def _one_size(
    field: str, pair: tuple[Filesystem, Filesystem], steps: tuple[int, int], place: int
) -> int | None:
    """The size that both tell, by the finer of the two; its own where they differ for sure."""
    values = [getattr(each, field) for each in pair]
    if None in values or values[0] == values[1]:
        return values[place]  # type: ignore[no-any-return]
    rooms = [
        max(_last_digit(value), step) if each.rounded else 1024
        for value, step, each in zip(values, steps, pair, strict=True)
    ]
    # df rounds up, so the true size lies within a step below
    if values[0] - rooms[0] < values[1] and values[1] - rooms[1] < values[0]:
        return values[0 if rooms[0] < rooms[1] else 1]  # type: ignore[no-any-return]
    return values[place]  # type: ignore[no-any-return]


def _last_digit(value: int) -> int:
    """What the last digit of a size is worth in `df -h` and `df -H`: a tenth of the unit below ten of it."""
    unit = 1
    while value >= unit * 1000:
        unit *= 1024
    return unit // 10 if value < 10 * unit else unit


_INODES = Text(
    "this is the inode table of `df -i`, not the space; save the output of `df -hT`",
    "용량이 아니라 `df -i`의 아이노드 표입니다. `df -hT`의 출력을 저장하십시오",
)

Row = tuple[str, str, str, str, str, str]


def _is_header(lines: list[str], place: int) -> bool:
    """A line of words in any language that ends a `%` column's name and the mount point's, before rows."""
    line = lines[place]
    if not line or line[0] in " \t/" or "TARGET" in line or _ROW.fullmatch(line) or line.startswith("df: "):
        return False
    if line.startswith("Filesystem ") and "Mounted on" in line:
        return True
    words = line.split()
    return (
        len(words) >= 5
        and any(word.endswith(("%", "율", "률")) or word in ("Capacity", "용량") for word in words)
        and not any(word[0].isdigit() and word.endswith("%") for word in words)
        and any(_ROW.fullmatch(other) for other in lines[place + 1 : place + 4])
    )


def _rows(seen: Shown, begin: int, problems: list[Problem], unreadable: set[str]) -> list[tuple[int, Row]]:
    rows: list[tuple[int, Row]] = []
    waiting: tuple[int, str] | None = None
    lines = seen.lines
    for number, line in enumerate(lines[begin:], begin + 1):
        line = line.rstrip()
        if not line:
            continue
        if not seen.ended and number == len(lines):
            problems.append(cut(number))
            if _ROW.fullmatch(line) is None:
                break
        if (message := _MESSAGE.fullmatch(line)) is not None:
            unreadable.add(message[1])
            continue
        row = _ROW.fullmatch(line)
        if waiting is not None:
            if row is not None and line[0] in " \t":
                head = f"{waiting[1]} {row[1].strip()}".strip()
                rows.append((waiting[0], (head, row[2], row[3], row[4], row[5], row[6])))
                waiting = None
                continue
            problems.append(unread(waiting[0]))
            waiting = None
        if row is not None and line[0] not in " \t":
            rows.append((number, (row[1], row[2], row[3], row[4], row[5], row[6])))
        elif row is None and line[0] not in " \t":
            waiting = number, " ".join(line.split())
        else:
            problems.append(unread(number))
    if waiting is not None:
        problems.append(unread(waiting[0]))
    return rows


def _has_type(header: str, rows: list[tuple[int, Row]]) -> bool:
    if header.isascii():
        return " Type " in header
    return bool(rows) and all(" " in row[0].strip() for _, row in rows)


def _unit(header: str, rows: list[tuple[int, Row]]) -> int:
    """Bytes in one block; 0 for figures with a suffix of 1024, -1 for those with one of 1000 (`df -H`)."""
    if (blocks := _BLOCKS.search(header)) is not None:
        base = 1000 if blocks[3] == "B" and blocks[2] else 1024
        return int(blocks[1][:12] or 1) * int(base ** _POWERS.index((blocks[2] or " ").upper()))
    return -1 if any(cell.endswith("k") for _, row in rows for cell in row[1:4]) else 0


def _bytes(cell: str, unit: int) -> int | None:
    if cell == "-":
        return None
    figure = cell.replace(",", ".").rstrip("iB")
    decimal = unit == -1 or (cell[-1] == "B" and cell[-2] in "kKMGTPEZYRQ")
    suffix = figure[-1].upper() if figure[-1].isalpha() else " "
    number = float(figure.rstrip("kKMGTPEZYRQ"))
    if suffix == " " and number.is_integer():
        return int(figure.split(".")[0]) * (unit if unit > 0 else 1)
    return round(number * float((1000 if decimal else 1024) ** _POWERS.index(suffix)))


source = Source(
    name="df",
    title=Text("filesystem space", "파일시스템 용량"),
    files={"df-bytes.txt": "df -B1 -T", "df.txt": "df -hT"},
    aliases=("df_ht", "df_h", "disk", "disk_usage"),
    parse=parse,
    meet=meet,
)
