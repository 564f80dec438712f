"""AppArmor: whether the kernel has it switched on, and the loaded profiles."""

import re

from leadline.base.text import Text
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Problem, Source
from leadline.facts.table import lines

COMMAND = (
    "cat /sys/module/apparmor/parameters/enabled &&"
    " { cat /sys/kernel/security/apparmor/profiles 2>/dev/null; :; }"
)
_PROFILE = re.compile(r"(\S.*) \((enforce|complain|kill|unconfined|prompt|mixed|user)\)")


def parse(text: str) -> Parsed:
    """`enabled` → yes or no; `profile <name>` → its mode (enforce, complain, …)."""
    entries: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in lines(text, "cat /sys/kernel/security/apparmor/profiles"):
        word = line.strip()
        if word in ("Y", "N"):
            entries["enabled"] = "yes" if word == "Y" else "no"
        elif match := _PROFILE.fullmatch(word):
            entries[f"profile {match[1]}"] = match[2]
        else:
            problems.append(unread(number))
    if not entries:
        raise refused(text, "cat /sys/kernel/security/apparmor/profiles")
    return Parsed(entries, tuple(problems))


source = Source(
    name="apparmor",
    title=Text("AppArmor", "AppArmor"),
    files={"apparmor.txt": COMMAND},
    parse=parse,
)
