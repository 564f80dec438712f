"""Traces written by hand in YAML → the values that a view takes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
from ruamel.yaml import YAML

from leadline.base.text import Text
from leadline.network.packet import Frame, Packet, dotted, number
from leadline.network.result import Branch, Cause, Decision, Flow, Hop, Trace, Way

FOLDER = Path(__file__).parent.parent / "data" / "report-trace"


def cases() -> list[str]:
    """The names of the cases."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def trace(case: str) -> Trace:
    """The trace of one case."""
    read = YAML(typ="safe", pure=True).load(FOLDER / f"{case}.yaml")
    flow = read["flow"]
    first = packet(flow["packet"])
    return Trace(
        flow=Flow(
            source=flow["from"],
            destination=flow["to"],
            host=flow["host"],
            place=flow.get("place", ""),
            packet=first,
            outside=flow.get("outside", False),
        ),
        branches=tuple(_branch(each, first) for each in _alike(read["branches"])),
        causes=tuple(_cause(each) for each in read.get("causes", ())),
        notes=tuple(_text(each) for each in read.get("notes", ())),
        service=read.get("service", ""),
    )


def _alike(branches: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each branch; one that is `like` another has that one's text with other names in it."""
    for each in branches:
        if "like" not in each:
            yield each
            continue
        text = json.dumps(branches[each["like"]])
        for old, new in each["instead"].items():
            text = text.replace(old, new)
        yield json.loads(text)


def packet(written: str) -> Packet:
    """`tcp 10.0.0.1:4000 > 10.0.0.2:80 60 syn`; `vxlan VNI <outer> | <to> <sender> <inner>`."""
    if written.startswith("vxlan "):
        outside, _, inside = written.partition(" | ")
        _, vni, outer = outside.split(" ", 2)
        to, sender, rest = inside.split(" ", 2)
        return msgspec.structs.replace(packet(outer), vni=int(vni), frame=Frame(to, sender, packet(rest)))
    protocol, source, _, destination, size, *more = written.split()
    icmp = [tuple(map(int, each.split("/"))) for each in more if "/" in each]
    flags = [each for each in more if "/" not in each and each != "df"]
    (source, _, source_port), (destination, _, port) = source.partition(":"), destination.partition(":")
    return Packet(
        protocol=protocol,
        source=number(source),
        destination=number(destination),
        source_port=int(source_port) if source_port else None,
        destination_port=int(port) if port else None,
        flags=frozenset(flags[0].split(",")) if flags else frozenset(),
        icmp=cast("tuple[int, int]", icmp[0]) if icmp else None,
        size=int(size),
        df="df" in more,
    )


def _branch(written: dict[str, Any], first: Packet) -> Branch:
    request = _way(written["request"], first)
    reply = written.get("reply")
    return Branch(
        probability=written["probability"],
        conditions=tuple(_text(each) for each in written.get("conditions", ())),
        endpoint=written.get("endpoint", ""),
        request=request,
        reply=_mirrored(request) if reply == "mirrored" else _way(reply, first) if reply else None,
    )


def _way(written: dict[str, Any], first: Packet) -> Way:
    hops: list[Hop] = []
    for each in written["hops"]:
        came = packet(each["packet"]) if "packet" in each else hops[-1].leaves if hops else first
        assert came is not None
        through = tuple(each["through"])
        leaves = packet(each["leaves"]) if "leaves" in each else None
        hops.append(
            Hop(
                host=each["host"],
                place=each.get("place", ""),
                inferred=each.get("inferred", False),
                came_in=through[0] if hops or (through and not each.get("place")) else "",
                goes_out=through[-1] if leaves is not None else "",
                through=through,
                packet=came,
                leaves=leaves,
                mtu=each.get("mtu"),
                decisions=tuple(_decision(one) for one in each.get("decisions", ())),
            )
        )
    return Way(
        hops=tuple(hops),
        disposition=written["disposition"],
        at=written["at"],
        place=written.get("place", ""),
        why=_text(written["why"]),
        about=written.get("about", {}),
        decisive=_decision(written["decisive"]) if "decisive" in written else None,
        noticed=written.get("noticed", "unknown"),
    )


def _mirrored(way: Way) -> Way:
    """The answer that comes back by the same interfaces, its addresses rewritten back."""
    hops = []
    for place, each in enumerate(reversed(way.hops)):
        last = place == len(way.hops) - 1
        hops.append(
            Hop(
                host=each.host,
                place=each.place,
                came_in=each.goes_out,
                goes_out=each.came_in,
                through=each.through[::-1],
                packet=_answer(each.leaves or each.packet),
                leaves=None if last and each.place else _answer(each.packet),
                mtu=each.mtu,
            )
        )
    end = hops[-1]
    why = Text(
        f"back at {dotted(end.packet.destination)}", f"{dotted(end.packet.destination)}에 되돌아왔습니다"
    )
    return Way(hops=tuple(hops), disposition="delivered", at=end.host, place=end.place, why=why)


def _answer(packet: Packet) -> Packet:
    frame = packet.frame
    return msgspec.structs.replace(
        packet,
        source=packet.destination,
        destination=packet.source,
        source_port=packet.destination_port if frame is None else None,
        destination_port=packet.source_port if frame is None else packet.destination_port,
        flags=packet.flags | {"ack"} if packet.flags else packet.flags,
        icmp=(0, 0) if packet.icmp else None,
        frame=Frame(frame.sender, frame.to, _answer(frame.packet)) if frame is not None else None,
    )


def _decision(written: dict[str, Any]) -> Decision:
    chain = written.get("chain")
    return Decision(
        **{name: value for name, value in written.items() if name not in ("said", "chain")},
        said=_text(written["said"]),
        chain=(chain[0], chain[1], chain[2], chain[3]) if chain else None,
    )


def _cause(written: dict[str, Any]) -> Cause:
    return Cause(
        name=written["name"],
        key=written["key"],
        host=written["host"],
        what=_text(written["what"]),
        remedy=_text(written["remedy"]),
        commands=tuple(written.get("commands", ())),
        evidence=tuple((host, fact, text) for host, fact, text in written.get("evidence", ())),
    )


def _text(sides: list[str]) -> Text:
    return Text(*sides)
