"""systemd unit files and whether they are enabled: `systemctl list-unit-files`."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source
from leadline.facts.table import last_output, lines

COMMAND = "systemctl list-unit-files --no-pager --no-legend"
_STATES = (
    "enabled|enabled-runtime|linked|linked-runtime|alias|masked|masked-runtime|static|indirect|disabled"
    "|generated|transient|bad|invalid|not-found"
)
_ROW = re.compile(rf"(\S+\.[a-z]+)\s+({_STATES})(?:\s+(enabled|disabled|ignored|-))?")
_LEGEND = re.compile(r"UNIT FILE\s+STATE|\d+ unit files listed")


class UnitFile(msgspec.Struct, frozen=True):
    """`enabled`: systemd's word (enabled, disabled, static, masked, …); `preset`: what the distribution wants,
    "" where it has no say, None where the text has no such column (systemd before 243)."""

    enabled: str
    preset: str | None


def parse(text: str) -> Parsed:
    """Unit name → UnitFile."""
    found, problems = last_output(lines(text, COMMAND), lambda line: line.split(" ", 1)[0])
    entries: dict[str, UnitFile] = {}
    for number, line in found:
        if _LEGEND.match(line):
            continue
        if (row := _ROW.fullmatch(line.strip())) is None or "…" in row[1]:
            problems.append(unread(number))
        else:
            entries[row[1]] = UnitFile(row[2], "" if row[3] == "-" else row[3])
    if problems and not entries:
        raise refused(text, COMMAND)
    return Parsed(entries, tuple(problems))


source = Source(
    name="unit_files",
    title=Text("enabled systemd units", "systemd 유닛 활성화 상태"),
    files={"unit_files.txt": COMMAND},
    aliases=("systemctl_list_unit_files", "list_unit_files"),
    parse=parse,
)
