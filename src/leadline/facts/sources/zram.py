"""Compressed RAM block devices, often swap: /sys/block/zram* or `zramctl`."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source
from leadline.facts.table import cells, columns, last_output, lines, whole

COMMAND = (
    "for d in /sys/block/zram*; do"
    ' if read -r size <"$d/disksize" && read -r words <"$d/comp_algorithm"; then'
    ' echo "/dev/${d##*/} disksize=$size algorithm=$words"; fi; done 2>/dev/null; :'
)
_DEVICE = re.compile(r"(/dev/zram\d+) disksize=(\d+) algorithm=(?:.*\[([\w-]+)\].*|([\w-]+))")
_UNITS = {"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class Zram(msgspec.Struct, frozen=True):
    """A zram device: its size in bytes (0: not set up), compression, and where it is mounted (`[SWAP]`),
    None where the text does not tell."""

    disksize: int | None
    algorithm: str
    mountpoint: str | None = None


def parse(text: str) -> Parsed:
    """Device → Zram. An empty text: no zram."""
    found, problems = last_output(lines(text, "zramctl", may_be_empty=True), lambda line: line.split()[0])
    entries: dict[str, Zram] = {}
    starts: list[int] | None = None
    for number, line in found:
        if line.startswith("NAME"):
            starts = columns(line, ("NAME", "ALGORITHM"))
            mounted = line.find("MOUNTPOINT")
            continue
        if (match := _DEVICE.fullmatch(line)) is not None:
            entries[match[1]] = Zram(whole(match[2]), match[3] or match[4])
            continue
        words = line.split()
        if (
            starts is None
            or cells(line, starts) is None
            or len(words) < 3
            or not words[0].startswith("/dev/zram")
        ):
            problems.append(unread(number))
            continue
        where = line[mounted:].strip() if mounted > 0 else None
        entries[words[0]] = Zram(_size(words[2]), words[1], where)
    if problems and not entries:
        raise refused(text, "zramctl")
    return Parsed(entries, tuple(problems))


def _size(word: str) -> int | None:
    """Bytes of zramctl's figure; None where it was rounded (`1.9G`)."""
    figure = whole(word.rstrip("BKMGT"))
    return None if figure is None else figure * _UNITS.get(word.lstrip("0123456789"), 1)


source = Source(
    name="zram",
    title=Text("zram devices", "zram 장치"),
    files={"zram.txt": COMMAND},
    aliases=("zramctl",),
    parse=parse,
)
