"""Lists of one mount a line: mountinfo, `/proc/mounts`, `mount`, and the pairs of `findmnt -P`."""

import re
from collections.abc import Callable, Iterator

import msgspec

from leadline.facts.mount_table import Row, letters

_OCTAL = re.compile(r"\\([0-7]{3})")
_HEX = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+")
_MOUNTINFO = re.compile(r"\d+ \d+ \d+:\d+ \S+ /")
_MOUNT = re.compile(r"(.+?) on (/.*) type (\S+) \((.*)\)(?: \[.*\])?")
_PAIR = re.compile(r'([A-Z]+(?:[%-][A-Z]+)*)="((?:[^"\\]|\\.)*)"')


class Form(msgspec.Struct, frozen=True):
    """A form of such a list. `is_line`: whether a line is of it. `rows`: numbered lines → rows, None for a line
    that is not a whole one. `ended`: a row's own end shows that it is whole. `rooted`: it tells which directory
    of a filesystem is mounted."""

    is_line: Callable[[str], bool]
    rows: Callable[[list[tuple[int, str]]], Iterator[tuple[int, Row | None]]]
    ended: bool
    rooted: bool


def unescaped(word: str) -> str:
    """A word of `findmnt -r` or -P without its hexadecimal escapes."""
    return _HEX.sub(letters, word)


def _plain(word: str) -> str:
    """A word of the kernel's tables without its octal escapes."""
    if "\\" not in word:
        return word
    return _OCTAL.sub(lambda escaped: chr(int(escaped[1], 8) & 0xFF), word)


def _mountinfo_rows(lines: list[tuple[int, str]]) -> Iterator[tuple[int, Row | None]]:
    found: list[tuple[int, str, str, Row]] = []
    for number, line in lines:
        mine, dash, file_system = line.partition(" - ")
        words, last = mine.split(" "), file_system.split(" ")
        if not dash or len(words) < 6 or len(last) != 3 or not _MOUNTINFO.match(line):
            yield number, None
            continue
        root, target = _plain(words[3]), _plain(words[4])
        of = _plain(last[1]) + (f"[{root}]" if root != "/" else "")
        options = _merged(words[5], last[2])
        found.append((number, words[0], words[1], (target, of, _plain(last[0]), options)))
    if len({row[0] for *_, row in found}) < len(found):
        found = _in_tree_order(found)
    yield from ((number, row) for number, _, _, row in found)


def _in_tree_order(found: list[tuple[int, str, str, Row]]) -> list[tuple[int, str, str, Row]]:
    """As findmnt shows the tree: each mount before those on it, siblings by their ids."""
    children: dict[str, list[tuple[int, str, str, Row]]] = {}
    ids = {own for _, own, _, _ in found}
    for each in sorted(found, key=lambda each: int(each[1][:18])):
        parent = each[2] if each[2] in ids and each[2] != each[1] else ""
        children.setdefault(parent, []).append(each)
    ordered: list[tuple[int, str, str, Row]] = []
    waiting = children.pop("", [])[::-1]
    while waiting:
        each = waiting.pop()
        ordered.append(each)
        waiting += children.pop(each[1], [])[::-1]
    return ordered + [each for rest in children.values() for each in rest]


def _merged(of_mount: str, of_file_system: str) -> str:
    """The options findmnt shows for a mountinfo line: both lists, with `ro` or `rw` once and first."""
    first = of_mount.split(",")
    second = of_file_system.split(",")
    kept = [word for word in first + second if word not in ("rw", "ro")]
    return ",".join(["ro" if "ro" in first or "ro" in second else "rw", *kept])


def _proc_rows(lines: list[tuple[int, str]]) -> Iterator[tuple[int, Row | None]]:
    for number, line in lines:
        words = line.split(" ")
        whole = len(words) == 6 and words[4].isdigit() and words[5].isdigit()
        yield number, (_plain(words[1]), _plain(words[0]), words[2], _plain(words[3])) if whole else None


def _mount_rows(lines: list[tuple[int, str]]) -> Iterator[tuple[int, Row | None]]:
    for number, line in lines:
        row = _MOUNT.fullmatch(line)
        yield number, (row[2], row[1], row[3], row[4]) if row is not None else None


def _pair_rows(lines: list[tuple[int, str]]) -> Iterator[tuple[int, Row | None]]:
    for number, line in lines:
        pairs = {name: unescaped(value) for name, value in _PAIR.findall(line)}
        whole = line.endswith('"') and {"TARGET", "SOURCE", "FSTYPE", "OPTIONS"} <= set(pairs)
        yield number, (pairs["TARGET"], pairs["SOURCE"], pairs["FSTYPE"], pairs["OPTIONS"]) if whole else None


def _is_proc(line: str) -> bool:
    words = line.split(" ")
    return len(words) == 6 and words[1].startswith("/") and words[4].isdigit() and words[5].isdigit()


FORMS = (
    Form(lambda line: line.startswith(("TARGET=", "SOURCE=")), _pair_rows, ended=True, rooted=True),
    Form(lambda line: _MOUNTINFO.match(line) is not None, _mountinfo_rows, ended=False, rooted=True),
    Form(lambda line: _MOUNT.fullmatch(line) is not None, _mount_rows, ended=True, rooted=False),
    Form(_is_proc, _proc_rows, ended=True, rooted=False),
)
