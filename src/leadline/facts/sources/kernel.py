"""The running kernel and how it was started: `uname -a` and /proc/cmdline."""

import re

from leadline.base.text import Text
from leadline.facts.concealment import conceal
from leadline.facts.reading import free_key, refused, unread
from leadline.facts.source import Parsed, Problem, Source
from leadline.facts.table import lines

COMMAND = "uname -a && printf 'cmdline ' && cat /proc/cmdline"
_UNAME = re.compile(
    r"(?P<system>Linux) (?P<host>\S+) (?P<release>\d\S*) (?P<version>#.+?)"
    r" (?P<machine>x86_64|aarch64|arm\w*|ppc64\w*|s390x|riscv64|i[3-6]86|loongarch64|mips\w*)\b.*"
)


def parse(text: str) -> Parsed:
    """`release`, `version`, `machine`, `host` → value; `cmdline <parameter>` → its value ("" for a plain word)."""
    entries: dict[str, str] = {}
    problems: list[Problem] = []
    told = False
    for number, line in lines(text, "uname -a"):
        if match := _UNAME.fullmatch(line.strip()):
            entries.update({name: match[name] for name in ("release", "version", "machine", "host")})
        elif line.startswith(("cmdline ", "BOOT_IMAGE=")):
            told = True
            entries = {key: value for key, value in entries.items() if not key.startswith("cmdline ")}
            for word in line.removeprefix("cmdline ").split():
                name, _, value = word.partition("=")
                entries[free_key(f"cmdline {name}", entries)] = conceal(name, value)
        else:
            problems.append(unread(number))
    if "release" not in entries and not told:
        raise refused(text, "uname -a")
    covers = None if told else frozenset({"release", "version", "machine", "host"})
    return Parsed(entries, tuple(problems), covers=covers)


source = Source(
    name="kernel",
    title=Text("kernel", "커널"),
    files={"uname.txt": COMMAND},
    aliases=("uname_a", "uname"),
    parse=parse,
)
