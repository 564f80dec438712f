"""Loaded kernel modules: /proc/modules or `lsmod`. Modules built into the kernel are `modules_builtin`."""

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source
from leadline.facts.table import last_output, lines, whole

COMMAND = "cat /proc/modules"
_STATES = frozenset({"Live", "Loading", "Unloading"})


class Module(msgspec.Struct, frozen=True):
    """A loaded module: its size in bytes, how many use it, and the modules among those users."""

    size: int
    uses: int
    used_by: tuple[str, ...]


def parse(text: str) -> Parsed:
    """Module name → Module, from /proc/modules or `lsmod`."""
    found, problems = last_output(lines(text, COMMAND), lambda line: line.split()[0])
    entries: dict[str, Module] = {}
    for number, line in found:
        words = line.split()
        if words[:3] == ["Module", "Size", "Used"]:
            continue
        size, uses = (whole(word) for word in (*words, "", "", "")[1:3])
        if size is None or uses is None or not (len(words) in (3, 4) or words[4] in _STATES):
            problems.append(unread(number))
            continue
        users = words[3] if len(words) > 3 and words[3] != "-" else ""
        entries[words[0]] = Module(size, uses, tuple(sorted(filter(None, users.split(",")))))
    if not entries and problems:
        raise refused(text, COMMAND)
    return Parsed(entries, tuple(problems))


source = Source(
    name="modules",
    title=Text("loaded kernel modules", "적재된 커널 모듈"),
    files={"lsmod.txt": COMMAND},
    aliases=("proc_modules", "kernel_modules"),
    parse=parse,
    volatile=frozenset({"size", "uses", "used_by"}),
)
