"""The host's name now, and the one it takes at the next boot."""

import re

from leadline.base.text import Text
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Problem, Source
from leadline.facts.table import lines

COMMAND = "cat /proc/sys/kernel/hostname && if [ -r /etc/hostname ]; then cat /etc/hostname; fi"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?")
_STATUS = re.compile(r"(Static|Transient) hostname: (\S+)")


def parse(text: str) -> Parsed:
    """`now` and `static` (/etc/hostname) → name. `hostnamectl` is read too."""
    entries: dict[str, str] = {}
    problems: list[Problem] = []
    found = lines(text, "hostname")
    status = any("hostname:" in line for _, line in found)
    for number, line in found:
        word = line.strip()
        if match := _STATUS.fullmatch(word):
            entries["static" if match[1] == "Static" else "now"] = match[2]
        elif not status and not word.startswith("#"):
            if _NAME.fullmatch(word) and len(entries) < 2:
                entries["static" if entries else "now"] = word
            else:
                problems.append(unread(number))
    if not entries:
        raise refused(text, "hostname")
    return Parsed(entries, tuple(problems))


source = Source(
    name="hostname",
    title=Text("host name", "호스트 이름"),
    files={"hostname.txt": COMMAND},
    aliases=("hostnamectl", "host_name"),
    parse=parse,
)
