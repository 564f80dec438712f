"""systemd services and what they do now: `systemctl list-units`, with or without bullets and header."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source
from leadline.facts.table import last_output, lines

COMMAND = "systemctl list-units --type=service --all --no-pager --plain --no-legend"
_ROW = re.compile(
    r"(?:[●*○×↻?]\s+)?(\S+\.(?:service|socket|target|device|mount|automount|swap|timer|path|slice|scope))\s+"
    r"(loaded|not-found|masked|error|bad-setting|merged|stub)\s+"
    r"(active|reloading|inactive|failed|activating|deactivating|maintenance|refreshing)\s+([\w-]+)"
    r"(?:\s+(\S.*))?"
)
_LEGEND = re.compile(
    r"(?:[●*○×↻]\s+)?UNIT\s+LOAD\s|(?:Legend: )?LOAD\s+[=→]|(?:ACTIVE|SUB|JOB)\s+[=→]|\s*\d+ (?:loaded )?units listed"
    r"|To show all installed|Pass --all"
)


class Service(msgspec.Struct, frozen=True):
    """A unit as systemd has it in memory: load, active and sub state, and its description."""

    load: str
    active: str
    sub: str
    description: str


def parse(text: str) -> Parsed:
    """Unit name → Service."""
    found, problems = last_output(lines(text, COMMAND), lambda line: line.lstrip("●*○×↻ ").split(" ", 1)[0])
    entries: dict[str, Service] = {}
    jobs = 0
    for number, line in found:
        if _LEGEND.match(line.strip()):
            jobs = max(jobs, line.find(" JOB ") + 1)
            continue
        if (row := _ROW.fullmatch(line.strip())) is None or "…" in row[1]:
            problems.append(unread(number))
        else:
            entries[row[1]] = Service(row[2], row[3], row[4], _description(line, row[5] or "", jobs))
    if problems and not entries:
        raise refused(text, COMMAND)
    return Parsed(entries, tuple(problems))


def _description(line: str, rest: str, jobs: int) -> str:
    """The rest of a row without the job systemd has queued, where the table has that column (at `jobs`)."""
    if jobs and line[jobs : jobs + 1].strip():
        return rest.partition(" ")[2].strip()
    return rest


source = Source(
    name="services",
    title=Text("systemd services", "systemd 서비스"),
    files={"services.txt": COMMAND},
    aliases=("systemctl", "systemctl_list_units", "list_units", "systemd_services"),
    parse=parse,
)
