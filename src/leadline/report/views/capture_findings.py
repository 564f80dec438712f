"""What is wrong, or worth knowing, in a capture: found from its flows, worst first."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from leadline.base.text import Text, same
from leadline.network.probe.seen import Capture, Conversation, Fault, Tunnel
from leadline.report.units import count
from leadline.report.views import capture_sentences as said

Severity = Literal["bad", "warn", "note"]
_ORDER: dict[Severity, int] = {"bad": 0, "warn": 1, "note": 2}
_WHOLE_FRAME = 9216  # no interface of a node takes more; longer ones are cut by the network card only


class Finding(msgspec.Struct, frozen=True):
    """One thing found. `kind`: a word for programs. `flows`: numbers of the flows it is about."""

    severity: Severity
    kind: str
    text: Text
    flows: tuple[int, ...] = ()


def findings(capture: Capture, names: Mapping[str, str]) -> tuple[Finding, ...]:
    """The worst first, else by their first flow."""
    found = [
        *_connections(capture, names),
        *_faults(capture, names),
        *_losses(capture, names),
        *_arp(capture, names),
        *_tunnels(capture.tunnels, names),
        *_rewritings(capture, names),
        *_of_file(capture),
    ]
    return tuple(sorted(found, key=lambda each: _ORDER[each.severity]))


def end(address: str, port: int | None, names: Mapping[str, str]) -> str:
    """One end of a flow: its name, where there is one, else its address."""
    host = names.get(address) or (f"[{address}]" if ":" in address and port is not None else address)
    return host if port is None else f"{host}:{port}"


def ends(flow: Conversation, names: Mapping[str, str]) -> tuple[str, str]:
    """Both ends of a flow; the id of an ICMP query is no port that anybody looks for."""
    if flow.protocol.startswith("icmp"):
        return end(flow.source, None, names), end(flow.destination, None, names)
    return end(flow.source, flow.source_port, names), end(flow.destination, flow.destination_port, names)


def _groups(
    flows: Iterable[Conversation], wanted: Callable[[Conversation], bool]
) -> Iterable[list[Conversation]]:
    """Flows with the same addresses and the same service, each only once where NAT shows it twice."""
    groups: dict[tuple[object, ...], list[Conversation]] = {}
    told: set[int] = set()
    for flow in flows:
        if not wanted(flow):
            continue
        told.add(flow.number)
        if any(other in told for other in flow.rewritten):
            continue
        port = None if flow.protocol.startswith("icmp") else flow.destination_port
        groups.setdefault((flow.protocol, flow.source, flow.destination, port), []).append(flow)
    return groups.values()


def _about(
    group: list[Conversation],
    severity: Severity,
    kind: str,
    text: Text,
    names: Mapping[str, str],
    **more: object,
) -> Finding:
    first = group[0]
    source = end(first.source, None, names)
    _, destination = ends(first, names)
    filled = text.fill(a=source, b=destination, n=count(len(group)), **more)
    return Finding(severity, kind, filled, tuple(each.number for each in group))


def _connections(capture: Capture, names: Mapping[str, str]) -> Iterable[Finding]:
    flows = capture.flows
    for group in _groups(flows, lambda flow: flow.handshake == "refused"):
        yield _about(group, "bad", "refused", said.REFUSED, names)
    for group in _groups(flows, lambda flow: flow.handshake == "unanswered"):
        tries = sum(flow.sent.packets for flow in group)
        yield _about(group, "bad", "unanswered", said.UNANSWERED, names, tries=count(tries))
    for group in _groups(flows, lambda flow: flow.ended.startswith("reset") and flow.handshake != "refused"):
        by = {flow.ended for flow in group}
        who = end(group[0].source if by == {"reset-by-source"} else group[0].destination, None, names)
        # a client that has its answer often closes by RST; a server that does, gave up
        severity: Severity = "note" if by == {"reset-by-source"} else "warn"
        yield _about(group, severity, "reset", said.RESET if len(by) == 1 else said.RESETS, names, who=who)
    for group in _groups(flows, _silent_echo):
        asked, lost = sum(flow.requests for flow in group), sum(flow.unanswered for flow in group)
        silent: Severity = "bad" if lost == asked else "warn"
        yield _about(group, silent, "no-reply", said.NO_REPLY, names, lost=count(lost), asked=count(asked))
    for group in _groups(
        flows,
        lambda flow: (
            flow.protocol == "udp" and flow.destination_port == 53 and flow.unanswered > 0 and not flow.faults
        ),
    ):
        yield _about(group, "warn", "no-dns-answer", said.NO_DNS, names)


def _silent_echo(flow: Conversation) -> bool:
    return flow.protocol.startswith("icmp") and flow.unanswered > 0 and not flow.faults


def _faults(capture: Capture, names: Mapping[str, str]) -> Iterable[Finding]:
    groups: dict[tuple[object, ...], list[Fault]] = {}
    for fault in capture.faults:
        protocol, source, _, destination, port = fault.about
        served = None if protocol.startswith("icmp") else port
        key = (fault.sender, fault.version, fault.type, fault.code, fault.mtu, source, destination, served)
        groups.setdefault(key, []).append(fault)
    for group in groups.values():
        first = group[0]
        protocol, source, _, destination, port = first.about
        service = end(destination, None if protocol.startswith("icmp") else port, names)
        values = {
            "who": end(first.sender, None, names),
            "a": end(source, None, names),
            "b": service if protocol.startswith("icmp") else f"{service}/{protocol}",
            "times": count(sum(each.times for each in group)),
            "size": count(max(each.size for each in group)),
        }
        flows = tuple(sorted({each.flow for each in group} - {0}))
        if (first.version, first.type, first.code) == (4, 3, 4) or (first.version, first.type) == (6, 2):
            text = (said.TOO_BIG if first.mtu else said.TOO_BIG_SILENT).fill(mtu=count(first.mtu), **values)
            yield Finding("bad", "too-big", text, flows)
        else:
            text = said.ICMP.fill(what=_meaning(first), **values)
            yield Finding("bad", "icmp-error", text, flows)


def _meaning(fault: Fault) -> Text:
    table = said.CODES4 if fault.version == 4 else said.CODES6
    found = table.get((fault.type, fault.code)) or table.get((fault.type, -1))
    return found or same(f"ICMP {fault.type}/{fault.code}")


def _losses(capture: Capture, names: Mapping[str, str]) -> Iterable[Finding]:
    flows = capture.flows
    for group in _groups(flows, lambda flow: flow.incomplete > 0):
        yield _about(
            group, "bad", "fragments", said.PIECES, names,
            lost=count(sum(flow.incomplete for flow in group)), all=count(sum(flow.fragmented for flow in group)),
        )  # fmt: skip
    for group in _groups(flows, _repeats):
        again = sum(flow.sent.retransmitted + flow.received.retransmitted for flow in group)
        whole = sum(flow.sent.packets + flow.received.packets for flow in group)
        yield _about(
            group, "warn", "retransmissions", said.AGAIN, names, again=count(again), all=count(whole)
        )
    for group in _groups(flows, lambda flow: flow.sent.lost + flow.received.lost > 0):
        octets = sum(flow.sent.lost + flow.received.lost for flow in group)
        yield _about(group, "warn", "lost", said.LOST, names, bytes=count(octets))
    missed = [flow for flow in flows if flow.sent.uncaptured + flow.received.uncaptured]
    if missed:
        octets = sum(flow.sent.uncaptured + flow.received.uncaptured for flow in missed)
        text = said.UNCAPTURED.fill(bytes=count(octets), n=count(len(missed)))
        yield Finding("note", "uncaptured", text, tuple(flow.number for flow in missed))
    doubled = [flow for flow in flows if flow.doubled]
    if doubled:
        text = said.DOUBLED.fill(n=count(sum(flow.doubled for flow in doubled)))
        yield Finding("note", "doubled", text, tuple(flow.number for flow in doubled))


def _repeats(flow: Conversation) -> bool:
    return flow.handshake not in ("unanswered", "refused", "unreachable") and (
        flow.sent.retransmitted + flow.received.retransmitted > 0
    )


def _arp(capture: Capture, names: Mapping[str, str]) -> Iterable[Finding]:
    for each in capture.questions:
        # one question at the very end may just not have been answered yet
        if each.times > 1 or capture.last - each.last > 1_000_000_000:
            text = said.ARP.fill(
                a=end(each.asked_by, None, names), b=end(each.address, None, names), n=count(each.times)
            )
            yield Finding("bad" if each.times > 1 else "warn", "no-arp-answer", text)


def _tunnels(tunnels: tuple[Tunnel, ...], names: Mapping[str, str]) -> Iterable[Finding]:
    ways = {(each.source, each.destination, each.vni) for each in tunnels}
    for each in tunnels:
        values = {
            "a": end(each.source, None, names),
            "b": end(each.destination, None, names),
            "vni": each.vni,
        }
        if (each.destination, each.source, each.vni) not in ways:
            yield Finding("warn", "tunnel-one-way", said.ONE_WAY.fill(n=count(each.packets), **values))
        if each.fragmented:
            text = said.OUTER_PIECES.fill(n=count(each.fragmented), **values)
            yield Finding("warn", "tunnel-fragmented", text)
        if each.incomplete:
            yield Finding("bad", "tunnel-fragments", said.OUTER_LOST.fill(n=count(each.incomplete), **values))
        if each.largest > _WHOLE_FRAME:
            yield Finding("note", "offload", said.OFFLOAD.fill(size=count(each.largest), **values))
    ports = {each.port for each in tunnels}
    if len(ports) > 1:
        text = said.PORTS.fill(ports=", ".join(map(str, sorted(ports))))
        yield Finding("warn", "tunnel-ports", text)


def _rewritings(capture: Capture, names: Mapping[str, str]) -> Iterable[Finding]:
    """Which Service became which pod, one line for each pair of them."""
    by_number = {flow.number: flow for flow in capture.flows}
    pairs: dict[tuple[str, str, str, str], list[int]] = {}
    for flow in capture.flows:
        for number in flow.rewritten:
            if number > flow.number and (other := by_number.get(number)) is not None:
                sides = (*_pair(flow, names), *_pair(other, names))
                pairs.setdefault(sides, []).extend((flow.number, number))
        if flow.answered_by is not None:
            source, pod = _pair(flow, names)
            service = end(*flow.answered_by, names)
            pairs.setdefault((source, service, source, pod), []).append(flow.number)
    for (a, b, c, d), numbers in pairs.items():
        text = (
            said.REWRITTEN.fill(a=a, b=b, c=c, d=d)
            if (a, b) != (c, d)
            else said.REWRITTEN_PORT.fill(a=a, b=b)
        )
        yield Finding("note", "rewritten", text, tuple(sorted(set(numbers))))


def _pair(flow: Conversation, names: Mapping[str, str]) -> tuple[str, str]:
    return end(flow.source, None, names), ends(flow, names)[1]


def _of_file(capture: Capture) -> Iterable[Finding]:
    if capture.problem is not None:
        yield Finding("warn", "file", capture.problem)
    if capture.lost:
        yield Finding("warn", "not-kept", said.NOT_KEPT.fill(n=count(capture.lost)))
    if capture.rest_flows:
        text = said.REST.fill(
            n=count(capture.rest_flows), packets=count(capture.rest_packets), most=count(len(capture.flows))
        )
        yield Finding("note", "rest", text)
    if capture.damaged:
        kinds = ", ".join(f"{what} {count(times)}" for what, times in capture.damaged.items())
        yield Finding("warn", "damaged", said.DAMAGED.fill(kinds=kinds))
    if capture.undecoded:
        kinds = ", ".join(f"{what} {count(times)}" for what, times in capture.undecoded.items())
        yield Finding("note", "undecoded", said.UNDECODED.fill(kinds=kinds))
    if capture.cut:
        yield Finding("note", "cut", said.CUT.fill(n=count(capture.cut)))
