"""ufw: `ufw status verbose`."""

import re
from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import appended, free_key, nothing, shown, unread
from leadline.facts.source import Parsed, Problem, Source

_WHAT = "ufw status verbose"
_RULE = re.compile(
    r"(?:\[ *\d+\] )?(?P<to>\S.*?)\s+(?P<action>(?:ALLOW|DENY|REJECT|LIMIT)(?: (?:IN|OUT|FWD))?)\s+(?P<source>\S.*?)"
    r"(?:\s+# (?P<comment>.*))?$"
)
_DEFAULT = re.compile(r"(allow|deny|reject|disabled|limit) \((incoming|outgoing|routed)\)")


class UfwRule(msgspec.Struct, frozen=True):
    """One rule as ufw shows it: `to` and `source` may name an interface (`on eth0`)."""

    to: str
    action: str
    source: str
    comment: str


def _order(entry: Any) -> str:
    return "rules" if isinstance(entry, UfwRule) else repr(entry)


def parse(text: str) -> Parsed:
    """`status`, `logging`, `new-profiles`, `default <direction>` (plain words) and `rule <to> <action> <source>`.

    Of `ufw status` without `verbose`, only the status and the rules are covered.
    """
    lines = shown(text, "ufw").lines
    entries: dict[str, Any] = {}
    problems: list[Problem] = []
    begun = 0
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        name, _, value = line.partition(": ")
        if not line or set(line) <= {"-", " "} or re.fullmatch(r"To\s+Action\s+From", line):
            continue
        if name == "Status":
            begun = begun or number
            if "status" in entries:
                entries, problems = {}, [appended(begun, number)]
            entries["status"] = value
        elif "status" not in entries:
            problems.append(unread(number))
        elif name in ("Logging", "New profiles"):
            entries[name.lower().replace(" ", "-")] = value
        elif name == "Default":
            entries.update({f"default {direction}": policy for policy, direction in _DEFAULT.findall(value)})
        elif (match := _RULE.match(line)) is not None:
            # without `verbose`, ufw does not write the direction of incoming rules
            action = match["action"] if " " in match["action"] else f"{match['action']} IN"
            rule = UfwRule(match["to"], action, match["source"], match["comment"] or "")
            entries[free_key(f"rule {rule.to} {rule.action} {rule.source}", entries)] = rule
        else:
            problems.append(unread(number))
    if "status" not in entries:
        raise nothing(lines, _WHAT)
    brief = entries["status"] == "active" and "logging" not in entries
    return Parsed(entries, tuple(problems), covers=frozenset({"status", "rule"}) if brief else None)


source = Source(
    name="ufw",
    title=Text("ufw", "ufw 방화벽"),
    files={"ufw.txt": "ufw status verbose"},
    parse=parse,
    sequence=_order,
)
