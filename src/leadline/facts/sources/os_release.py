"""/etc/os-release: which distribution this is."""

import re
import shlex

from leadline.base.text import Text
from leadline.facts.parts import parts
from leadline.facts.reading import nothing, refused, unread
from leadline.facts.source import Parsed, Source

_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")


def parse(text: str) -> Parsed:
    """Name (ID, VERSION_ID, PRETTY_NAME, …) → value without quotes."""
    found, problems = parts(text)
    if not found:
        raise nothing((), "/etc/os-release")
    entries: dict[str, str] = {}
    for number, line in found[-1].lines():
        match = _LINE.fullmatch(line)
        value = _plain(match[2]) if match else None
        if match is None or value is None:
            problems.append(unread(number))
        else:
            entries[match[1]] = value
    if len(problems) > len(entries):
        raise refused(text, "/etc/os-release")
    return Parsed(entries, tuple(problems))


def _plain(value: str) -> str | None:
    try:
        return " ".join(shlex.split(value))
    except ValueError:
        return None


source = Source(
    name="os_release",
    title=Text("distribution", "배포판"),
    files={"os-release.txt": "cat /etc/os-release"},
    aliases=("os_release", "etc_os_release"),
    parse=parse,
    paths=("etc/os-release",),
)
