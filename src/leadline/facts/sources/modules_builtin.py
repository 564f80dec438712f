"""Modules built into the kernel: they are not in `lsmod`, yet what asks for them is satisfied.

modules.builtin is complete; where a kernel came without its files, /sys/module still names those built-in
ones that have parameters or a version (no `initstate`).
"""

import re

from leadline.base.text import Text
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source
from leadline.facts.table import lines

COMMAND = (
    'f=/lib/modules/$(uname -r)/modules.builtin; if [ -r "$f" ]; then cat "$f";'
    ' else for m in /sys/module/*; do [ -e "$m/initstate" ] || echo "$m"; done; fi'
)
_PATH = re.compile(r"(?:\S*/)?([A-Za-z0-9_-]+)(?:\.ko(?:\.\w+)?)?")


def parse(text: str) -> Parsed:
    """Module name (with `_`, as the kernel writes it) → the word `built-in`."""
    entries: dict[str, str] = {}
    problems = []
    for number, line in lines(text, "modules.builtin"):
        if (path := _PATH.fullmatch(line.strip())) is None:
            problems.append(unread(number))
        else:
            entries[path[1].replace("-", "_")] = "built-in"
    if len(problems) > len(entries):
        raise refused(text, "modules.builtin")
    return Parsed(entries, tuple(problems))


source = Source(
    name="modules_builtin",
    title=Text("modules built into the kernel", "커널에 내장된 모듈"),
    files={"modules_builtin.txt": COMMAND},
    parse=parse,
)
