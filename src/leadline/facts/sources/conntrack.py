"""Connections the kernel tracks: counted by protocol and state, and a sample of them.

The host counts, so that a hundred thousand connections never travel; the texts of `conntrack -L` and
/proc/net/nf_conntrack are read too. It moves every second: it is evidence of who talks to whom, and is
not compared.
"""

import re
from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.facts.entries import rows
from leadline.facts.reading import appended, refused, unread
from leadline.facts.source import Parsed, Problem, Source

SAMPLE = 200
_WHAT = "conntrack -L"
_COUNT = re.compile(r"count (\S+) (\S+) (\d+)$")
_FLOW = re.compile(
    r"(?:sample )?(?:ipv[46]\s+\d+\s+)?([a-z][\w-]*)\s+\d+\s+(?:\d+\s+)?(?:([A-Z][A-Z_0-9]+)\s+)?(?=src=)(.*)$"
)
_PAIR = re.compile(r"(\w+)=(\S+)")
_SUMMARY = re.compile(r"conntrack v\S+ \(conntrack-tools\): \d+ flow entries")
_COMMAND = (
    "{ [ -r /proc/net/nf_conntrack ] || command -v conntrack >/dev/null; } &&"
    " { if [ -r /proc/net/nf_conntrack ]; then cat /proc/net/nf_conntrack; else conntrack -L; fi; }"
    " | awk '{ l = $0; if ($1 ~ /^ipv[46]$/) { p = $3; s = $6 } else { p = $1; s = $4 }"
    ' if (s !~ /^[A-Z][A-Z_0-9]*$/) s = "-"; n[p " " s]++;'
    f' if (NR <= {SAMPLE}) print "sample " l }}'
    ' END { for (k in n) print "count " k " " n[k] }\''
)


class Tracked(msgspec.Struct, frozen=True):
    """How many connections of one protocol are in one state ("-" where the protocol has none)."""

    protocol: str
    state: str
    connections: int


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """One connection: where it went (`destination`), and who really answers (`answering`, after DNAT);
    `seen_as`: the address the answer goes to (after SNAT). Ports are 0 where the protocol has none."""

    protocol: str
    state: str
    source: str
    destination: str
    source_port: int
    destination_port: int
    answering: str
    answering_port: int
    seen_as: str
    unreplied: bool
    mark: int


def _flow(protocol: str, state: str, rest: str) -> Flow | None:
    first: dict[str, str] = {}
    reply: dict[str, str] = {}
    for name, value in _PAIR.findall(rest):
        (reply if name in first else first)[name] = value
    numbers = [
        first.get("sport", "0"),
        first.get("dport", "0"),
        reply.get("sport", "0"),
        first.get("mark", "0"),
    ]
    if not {"src", "dst"} <= first.keys() or not {"src", "dst"} <= reply.keys():
        return None
    if not all(number.isdecimal() for number in numbers):
        return None
    sport, dport, answering_port, mark = map(int, numbers)
    return Flow(
        protocol=protocol,
        state=state,
        source=first["src"],
        destination=first["dst"],
        source_port=sport,
        destination_port=dport,
        answering=reply["src"],
        answering_port=answering_port,
        seen_as=reply["dst"],
        unreplied="[UNREPLIED]" in rest,
        mark=mark,
    )


def _end(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def parse(text: str) -> Parsed:
    """`count <protocol> <state>` and up to 200 `flow <protocol> <source> <destination>`; empty: none tracked."""
    counts: dict[str, int] = {}
    given: dict[str, int] = {}
    flows: dict[str, Any] = {}
    problems: list[Problem] = []
    good = begun = 0
    for number, line in rows(text, _WHAT):
        if (match := _COUNT.match(line)) is not None:
            if (key := f"{match[1]} {match[2]}") in given:
                given, flows = {}, {}
                problems.append(appended(begun, number))
            begun = begun or number
            given[key] = int(match[3])
            good += 1
        elif (match := _FLOW.match(line)) is not None and (
            flow := _flow(match[1], match[2] or "-", match[3])
        ):
            good += 1
            counts[key] = counts.get(key := f"{flow.protocol} {flow.state}", 0) + 1
            if len(flows) < SAMPLE:
                source, destination = (
                    _end(flow.source, flow.source_port),
                    _end(flow.destination, flow.destination_port),
                )
                flows[f"flow {flow.protocol} {source} {destination}"] = flow
        elif _SUMMARY.match(line) is None:
            problems.append(unread(number))
    if len(problems) > good:
        raise refused(text, _WHAT)
    told: dict[str, Any] = {}
    for key, connections in sorted((given or counts).items()):
        protocol, state = key.split(" ")
        told[f"count {key}"] = Tracked(protocol, state, connections)
    return Parsed({**told, **flows}, tuple(problems))


source = Source(
    name="conntrack",
    title=Text("Tracked connections", "추적 중인 연결(conntrack)"),
    files={"conntrack.txt": _COMMAND},
    parse=parse,
    aliases=("nf_conntrack",),
    compare=False,
)
