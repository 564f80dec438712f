"""SELinux: the mode now and the mode at the next boot."""

import re

from leadline.base.text import Text
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Problem, Source
from leadline.facts.table import lines

COMMAND = "getenforce && if [ -r /etc/selinux/config ]; then cat /etc/selinux/config; fi"
_CONFIG = re.compile(r"(SELINUX|SELINUXTYPE|SETLOCALDEFS|REQUIREUSERS)\s*=\s*(\S*)")
_STATUS = re.compile(r"([A-Z][\w /]+?):\s+(\S.*)")
_NAMES = {
    "Current mode": "mode",
    "Mode from config file": "config SELINUX",
    "Loaded policy name": "config SELINUXTYPE",
}


def parse(text: str) -> Parsed:
    """`mode` → enforcing, permissive or disabled; `config SELINUX` and such → value. `sestatus` is read too."""
    entries: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in lines(text, "getenforce"):
        word = line.strip()
        if word.startswith("#"):
            continue
        if word.lower() in ("enforcing", "permissive", "disabled"):
            entries["mode"] = word.lower()
        elif match := _CONFIG.fullmatch(word):
            entries[f"config {match[1]}"] = match[2]
        elif match := _STATUS.fullmatch(word):
            if match[1] == "SELinux status" and match[2] == "disabled":
                entries["mode"] = "disabled"
            elif match[1] in _NAMES:
                entries[_NAMES[match[1]]] = match[2]
        else:
            problems.append(unread(number))
    if not entries:
        raise refused(text, "getenforce")
    return Parsed(entries, tuple(problems))


source = Source(
    name="selinux",
    title=Text("SELinux", "SELinux"),
    files={"selinux.txt": COMMAND},
    aliases=("getenforce", "sestatus"),
    parse=parse,
)
