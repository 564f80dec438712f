"""A Proof as the JSON record `leadline/probe/v1`."""

from typing import Any

import msgspec

from leadline.network.packet import PROTOCOLS, Frame, Packet
from leadline.network.probe.belonging import innermost
from leadline.network.probe.decode import Decoded
from leadline.network.probe.lineup import Point
from leadline.network.probe.observation import Observation
from leadline.network.probe.proof import Line, Proof
from leadline.report.views.trace_record import packet
from leadline.report.views.trace_record import record as traced

_NAMES = {number: name for name, number in PROTOCOLS.items()}
_FLAGS = (("fin", 1), ("syn", 2), ("rst", 4), ("psh", 8), ("ack", 16), ("urg", 32))


def record(proof: Proof) -> dict[str, Any]:
    """Everything the probe says, with the trace; times are seconds, sizes bytes."""
    sent = proof.probed.sent
    return {
        "schema": "leadline/probe/v1",
        "verdict": proof.verdict,
        "delivered": proof.delivered,
        "whys": list(proof.whys),
        "expected": proof.expected,
        "sent": _sent(sent) if sent is not None else None,
        "path_mtu": _mtu(proof),
        "shown": proof.lines.index(proof.shown),
        "connections": [_line(proof, each) for each in proof.lines],
        "captured": [{"host": host, "place": place} for host, place in sorted(proof.probed.captured)],
        "problems": [{"host": each.host, "text": each.text} for each in proof.probed.problems],
        "trace": traced(proof.trace),
    }


def _sent(sent: Any) -> dict[str, Any]:
    latency = sent.latency
    return {
        "seen": sent.seen,
        "detail": sent.detail,
        "latency": dict(zip(("shortest", "median", "longest"), latency, strict=True)) if latency else None,
        "attempts": [
            {
                **{name: getattr(each, name) for name in each.__struct_fields__ if name != "icmp"},
                "icmp": list(each.icmp) if each.icmp is not None else None,
            }
            for each in sent.attempts
        ],
    }


def _mtu(proof: Proof) -> dict[str, Any] | None:
    found = proof.mtu
    if found is None:
        return None
    heard = [{"mtu": mtu, "sender": who} for mtu, who in found.heard]
    return {"largest": found.largest, "lost": found.lost, "by": found.by, "heard": heard}


def _line(proof: Proof, line: Line) -> dict[str, Any]:
    branch = proof.trace.branches[line.lineup.branch]
    return {
        "verdict": line.verdict,
        "branch": line.lineup.branch,
        "endpoint": branch.endpoint,
        "heard": line.connection.heard,
        "noticed_as_predicted": line.lineup.noticed,
        "silent": line.lineup.silent,
        "last": _where(line.last) if line.last is not None else None,
        "clock_offsets": dict(line.offsets),
        "points": [_point(each, took) for each, took in zip(line.lineup.points, line.latencies, strict=True)],
    }


def _where(point: Point) -> dict[str, Any]:
    return {
        "role": point.role,
        "host": point.host,
        "place": point.place,
        "interface": point.interface,
        "direction": point.direction,
    }


def _point(point: Point, latency: float | None) -> dict[str, Any]:
    return {
        **_where(point),
        "on_way": point.on_way,
        "found": point.found,
        "latency": latency,
        "time": point.seen.time if point.seen is not None else None,
        "predicted": packet(point.predicted) if point.predicted is not None else None,
        "observed": packet(packet_of(point.seen)) if point.seen is not None else None,
    }


def packet_of(seen: Observation | None, *, whole: bool = True) -> Packet:
    """What was seen as a trace has its packets. `whole`: with its tunnel."""
    if seen is None:
        raise ValueError
    outer = seen.packet
    if not whole or outer.vni is None or outer.inner is None:
        return _packet(innermost(outer))
    carried = _packet(innermost(outer))
    frame = Frame(outer.inner.to.hex(":"), outer.inner.sender.hex(":"), carried)
    return msgspec.structs.replace(_packet(outer), frame=frame, vni=outer.vni)


def _packet(seen: Decoded) -> Packet:
    protocol = _NAMES.get(seen.protocol, str(seen.protocol))
    tcp, icmp = protocol == "tcp", protocol == "icmp"
    return Packet(
        protocol=protocol,
        source=seen.source,
        destination=seen.destination,
        source_port=None if icmp else seen.source_port,
        destination_port=None if icmp else seen.destination_port,
        flags=frozenset(name for name, bit in _FLAGS if tcp and seen.flags & bit),
        icmp=(seen.code >> 8, seen.code & 255) if icmp else None,
        size=seen.size,
        df=seen.df,
        ttl=seen.ttl,
        tos=seen.tos,
    )
