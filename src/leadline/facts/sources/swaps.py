"""Swap that is switched on: /proc/swaps, or `swapon --show`."""

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import unread
from leadline.facts.source import Parsed, Source, not_this
from leadline.facts.table import last_output, lines, unescaped, whole

COMMAND = "cat /proc/swaps"


class Swap(msgspec.Struct, frozen=True):
    """A swap device or file: its kind (partition, file), size and use in bytes (None where the text only has
    rounded figures), and priority."""

    kind: str
    size: int | None
    used: int | None
    priority: int


def parse(text: str) -> Parsed:
    """Device or file → Swap; no entry where swap is off."""
    found, problems = last_output(lines(text, COMMAND, may_be_empty=True), lambda line: line.split()[0])
    if not found:
        return Parsed({})
    header = found[0][1].split()
    if header[0] not in ("Filename", "NAME"):
        raise not_this(COMMAND, found[0][0])
    entries: dict[str, Swap] = {}
    for number, line in found[1:]:
        words = line.split()
        priority = whole(words[4]) if len(words) == 5 else None
        if priority is None:
            problems.append(unread(number))
            continue
        unit = 1024 if header[0] == "Filename" else 1
        size, used = (_bytes(word, unit) for word in words[2:4])
        entries[unescaped(words[0])] = Swap(words[1], size, used, priority)
    return Parsed(entries, tuple(problems))


def _bytes(word: str, unit: int) -> int | None:
    figure = whole(word)
    return None if figure is None else figure * unit


source = Source(
    name="swaps",
    title=Text("swap in use", "사용 중인 스왑"),
    files={"swaps.txt": COMMAND},
    aliases=("swapon", "swap", "proc_swaps"),
    parse=parse,
    volatile=frozenset({"used"}),
)
