"""firewalld as it runs: state, default zone, and every zone (`firewall-cmd --list-all-zones`)."""

import re
from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import appended, nothing, shown, unread
from leadline.facts.source import Parsed, Problem, Source

_WHAT = "firewall-cmd --list-all-zones"
_ZONE = re.compile(r"([\w-]+)(?: \(([a-z, ]+)\))?$")
_FIELD = re.compile(r"\s+([a-z][a-z -]*): ?(.*)$")
_SAID = re.compile(r"(state|default-zone): ([\w-]+)$")
# exit codes of --state: 0 runs, 252 does not, 251 runs but failed at its start
_COMMAND = (
    "firewall-cmd --state >/dev/null 2>&1; case $? in"
    ' 0) echo "state: running"; echo "default-zone: $(firewall-cmd --get-default-zone)"; firewall-cmd --list-all-zones;;'
    ' 252) echo "state: not running";; 251) echo "state: failed";; *) firewall-cmd --state;; esac'
)
_LISTS = {
    "interfaces": "interfaces",
    "sources": "sources",
    "services": "services",
    "ports": "ports",
    "protocols": "protocols",
    "source-ports": "source_ports",
    "icmp-blocks": "icmp_blocks",
    "forward-ports": "forward_ports",
    "rich rules": "rich_rules",
}
_SWITCHES = {"forward": "forward", "masquerade": "masquerade", "icmp-block-inversion": "icmp_block_inversion"}
_LEFT_OUT = frozenset(("summary", "description", "priority", "ingress-priority", "egress-priority"))


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """One zone. `target`: default, ACCEPT, DROP or REJECT; `active`: it has an interface or source;
    lists are sorted."""

    target: str
    active: bool
    interfaces: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    source_ports: tuple[str, ...] = ()
    icmp_blocks: tuple[str, ...] = ()
    forward_ports: tuple[str, ...] = ()
    rich_rules: tuple[str, ...] = ()
    forward: bool | None = None
    masquerade: bool | None = None
    icmp_block_inversion: bool | None = None


def _zone(words: str, fields: dict[str, list[str]]) -> Zone | None:
    told: dict[str, Any] = {}
    for name, lines in fields.items():
        if name in _SWITCHES:
            if lines[0] not in ("yes", "no"):
                return None
            told[_SWITCHES[name]] = lines[0] == "yes"
        elif name in _LISTS:
            whole = name in ("rich rules", "forward-ports")
            items = [line for line in lines if line] if whole else " ".join(lines).split()
            told[_LISTS[name]] = tuple(sorted(items))
    if "target" not in fields:
        return None
    return Zone(target=fields["target"][0], active="active" in words.split(", "), **told)


def parse(text: str) -> Parsed:
    """`state`, `default-zone` (plain words) and `zone <name>`; of `--list-all` only that zone is covered.

    Where firewalld does not run, `state` is what firewall-cmd said: `not running`.
    """
    lines = shown(text, "firewall-cmd").lines
    entries: dict[str, Any] = {}
    problems: list[Problem] = []
    zones: list[tuple[int, str, str, dict[str, list[str]]]] = []
    field: list[str] | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if line.strip().lower() in ("state: not running", "firewalld is not running", "not running"):
            entries["state"] = "not running"
        elif (said := _SAID.match(line)) is not None:
            entries[said[1]] = said[2]
        elif line.strip() == "running":
            entries["state"] = "running"
        elif line[0] not in " \t" and (zone := _ZONE.match(line)) is not None:
            if zones and zone[1] == zones[0][1]:
                problems = [appended(zones[0][0], number)]
                zones = []
            zones.append((number, zone[1], zone[2] or "", {}))
            field = None
        elif zones and (match := _FIELD.match(line)) is not None and (match[1] in _KNOWN):
            field = zones[-1][3].setdefault(match[1], [])
            field.append(match[2].strip())
        elif zones and field is not None and line.startswith("\t"):
            field.append(line.strip())
        else:
            problems.append(unread(number))
    for number, name, words, fields in zones:
        if (read := _zone(words, fields)) is None:
            problems.append(unread(number))
            continue
        entries[f"zone {name}"] = read
        if "default" in words.split(", "):
            entries["default-zone"] = name
    if not entries:
        raise nothing(lines, _WHAT)
    if "state" not in entries and zones:
        entries = {"state": "running", **entries}
    named = [key for key in entries if key.startswith("zone ")]
    return Parsed(entries, tuple(problems), covers=frozenset(entries) if len(named) == 1 else None)


_KNOWN = _LISTS.keys() | _SWITCHES.keys() | _LEFT_OUT | {"target"}

source = Source(
    name="firewalld",
    title=Text("firewalld zones", "firewalld 영역"),
    files={"firewalld.txt": _COMMAND},
    parse=parse,
    aliases=("firewall_cmd",),
)
