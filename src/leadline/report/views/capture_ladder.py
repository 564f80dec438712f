"""A flow as a ladder: one line a packet, an arrow from its sender to its receiver."""

from collections.abc import Iterator, Mapping

from leadline.network.probe.decode import ACK, FIN, PSH, RST, SYN, URG
from leadline.network.probe.seen import Conversation, Event
from leadline.report.views.capture_findings import ends

_WIDE = 56
_FLAGS = ((SYN, "SYN"), (FIN, "FIN"), (RST, "RST"), (PSH, "PSH"), (ACK, "ACK"), (URG, "URG"))
_ICMP = {0x0800: "echo request", 0x0000: "echo reply", 0x8000: "echo request", 0x8100: "echo reply"}
SIGNS = {"": "", "retransmission": "↻", "reordered": "⇄", "gap": "⋯"}


def ladder(flow: Conversation, names: Mapping[str, str]) -> str:
    """The picture in characters. Times are seconds since the first packet."""
    return "\n".join(_lines(flow, names))


def _lines(flow: Conversation, names: Mapping[str, str]) -> Iterator[str]:
    left, right = ends(flow, names)
    if len(left) + len(right) + 2 <= _WIDE + 2:
        yield " " * 12 + left + " " * (_WIDE + 2 - len(left) - len(right)) + right
    else:
        yield f"{'':12}{left}"
        yield f"{right:>{12 + _WIDE + 2}}"
    if not flow.events:
        return
    begin = flow.events[0].time
    gap = len(flow.events) - 6 if flow.more else -1
    for place, event in enumerate(flow.events):
        if place == gap:
            middle = f"… {flow.more:,} …"
            yield f"{'':12}│{middle:^{_WIDE}}│"
        yield f"{(event.time - begin) / 1e9:11.6f} {_arrow(flow, event)}"


def _arrow(flow: Conversation, event: Event) -> str:
    words = " ".join(filter(None, (_said(flow, event), SIGNS[event.remark])))
    rest = _WIDE - len(words) - 5
    if event.forward:
        return f"│── {words} {'─' * rest}▶│"
    return f"│◀{'─' * rest} {words} ──│"


def _said(flow: Conversation, event: Event) -> str:
    if flow.protocol == "tcp":
        flags = " ".join(name for bit, name in _FLAGS if event.flags & bit)
        parts = [flags or "no flags", f"seq {event.sequence}" if event.length or event.remark else ""]
        parts += [f"{event.length} B" if event.length else ""]
        said = " ".join(filter(None, parts))
    elif flow.protocol.startswith("icmp"):
        kind = _ICMP.get(event.code)
        said = f"{kind} {event.sequence}" if kind else f"{flow.protocol} {event.code >> 8}/{event.code & 255}"
        said += f" {event.length} B"
    else:
        said = f"{event.length} B"
    if event.pieces > 1:
        said += f" ⧉{event.pieces}"
    elif event.pieces == 0:
        said += " ⧉?"
    return said
