"""The clock: time zone, whether it is synchronised, and with what. Offsets and times are not kept."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Problem, Source
from leadline.facts.table import lines

COMMAND = (
    "timedatectl show 2>/dev/null; if command -v chronyc >/dev/null;"
    " then chronyc -n tracking; chronyc -n sources; else timedatectl show-timesync 2>/dev/null; fi"
)
_SHOW = re.compile(r"(\w+)=(.*)")
_STATUS = re.compile(r"([A-Z][\w ()-]*?)\s*: (\S.*)")
_SOURCE = re.compile(r"([\^=#])([*+\-?x~]) (\S+) .*")
_NAMES = {
    "Timezone": "time zone",
    "Time zone": "time zone",
    "LocalRTC": "clock in local time",
    "RTC in local TZ": "clock in local time",
    "NTP": "synchronisation",
    "NTP service": "synchronisation",
    "NTP enabled": "synchronisation",
    "Network time on": "synchronisation",
    "systemd-timesyncd.service active": "synchronisation",
    "NTPSynchronized": "synchronised",
    "NTP synchronized": "synchronised",
    "System clock synchronized": "synchronised",
}
_NOISE = re.compile(
    r"MS |=+$|\.-|[ |/`\\']|Warning|NTP(Message|Packet)|\w*(USec|Sec|NTPServers|Address|Name|Hz|Message)=|CanNTP="
)


class Clock(msgspec.Struct, frozen=True):
    """One thing about the clock: a `setting` somebody made, or a `status` that moves by itself."""

    setting: str | None = None
    status: str | None = None


def parse(text: str) -> Parsed:
    """`time zone`, `synchronisation` (on, off), `clock in local time` → setting; `synchronised` (yes, no) and
    `source <address>` (selected, usable, unreachable) → status. From timedatectl and chronyc, either or both."""
    entries: dict[str, Clock] = {}
    problems: list[Problem] = []
    for number, raw in lines(text, "timedatectl show"):
        line = raw.strip()
        if match := _SOURCE.fullmatch(line):
            status = {"*": "selected", "+": "usable", "-": "usable"}.get(match[2], "unreachable")
            entries[f"source {match[3]}"] = Clock(status=status)
        elif match := _SHOW.fullmatch(line):
            if match[1] in ("ServerName", "ServerAddress"):
                entries.setdefault(f"source {match[2]}", Clock(status="selected"))
            elif match[1] in _NAMES:
                _add(entries, _NAMES[match[1]], match[2])
        elif match := _STATUS.fullmatch(line):
            if match[1] == "Leap status":
                entries["synchronised"] = Clock(status="no" if match[2] == "Not synchronised" else "yes")
            elif match[1] in _NAMES:
                _add(entries, _NAMES[match[1]], match[2])
        elif not _NOISE.match(raw):
            problems.append(unread(number))
    if not entries:
        raise refused(text, "timedatectl show")
    return Parsed(entries, tuple(problems))


def _add(entries: dict[str, Clock], name: str, value: str) -> None:
    if name == "synchronised":
        entries.setdefault(name, Clock(status=value))
    elif name == "time zone":
        entries[name] = Clock(setting=value.split(" (")[0])
    else:
        on = {"yes": "on", "active": "on", "no": "off", "inactive": "off"}
        entries[name] = Clock(setting=on.get(value, value))


source = Source(
    name="time_sync",
    title=Text("time synchronisation", "시간 동기화"),
    files={"time_sync.txt": COMMAND},
    aliases=("timedatectl", "chronyc"),
    parse=parse,
    volatile=frozenset({"status"}),
)
