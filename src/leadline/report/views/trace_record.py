"""A Trace as the JSON record `leadline/trace/v1`."""

from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.network.packet import Packet, dotted
from leadline.network.result import Branch, Decision, Trace, Way


def record(trace: Trace) -> dict[str, Any]:
    """Everything the trace says; addresses are dotted, sizes are bytes."""
    return {
        "schema": "leadline/trace/v1",
        "flow": _plain(trace.flow),
        "service": trace.service,
        "delivered": trace.delivered,
        "branches": [_branch(each) for each in trace.branches],
        "causes": [
            {
                **_plain(each),
                "evidence": [
                    {"host": host, "fact": fact, "text": text} for host, fact, text in each.evidence
                ],
            }
            for each in trace.causes
        ],
        "notes": list(trace.notes),
    }


def _branch(branch: Branch) -> dict[str, Any]:
    return {
        "probability": branch.probability,
        "conditions": list(branch.conditions),
        "endpoint": branch.endpoint,
        "disposition": branch.ends.disposition,
        "direction": branch.direction,
        "request": _way(branch.request),
        "reply": _way(branch.reply) if branch.reply is not None else None,
    }


def _way(way: Way) -> dict[str, Any]:
    written: dict[str, Any] = _plain(way)
    return written


def _plain(value: Any) -> Any:
    """A value as JSON has it, Texts as they are."""
    match value:
        case Packet():
            return packet(value)
        case Decision():
            return _decision(value)
        case Text():
            return value
        case msgspec.Struct():
            return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
        case tuple() | list():
            return [_plain(each) for each in value]
        case _:
            return value


def _decision(decision: Decision) -> dict[str, Any]:
    written = msgspec.structs.asdict(decision)
    if decision.chain is not None:
        family, table, name, position = decision.chain
        written["chain"] = {"family": family, "table": table, "name": name, "position": position}
    return written


def packet(told: Packet) -> dict[str, Any]:
    """One packet with what it carries."""
    written = msgspec.structs.asdict(told)
    written |= {
        "source": dotted(told.source),
        "destination": dotted(told.destination),
        "flags": sorted(told.flags),
        "icmp": list(told.icmp) if told.icmp is not None else None,
        "about": packet(told.about) if told.about is not None else None,
        "frame": None,
    }
    if told.frame is not None:
        frame = told.frame
        written["frame"] = {"to": frame.to, "sender": frame.sender, "packet": packet(frame.packet)}
    return written
