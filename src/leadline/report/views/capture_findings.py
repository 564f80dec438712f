"""What is wrong, or worth knowing, in a capture: found from its flows, worst first."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from leadline.base.text import Text, same
from leadline.network.probe.seen import Capture, Conversation, Fault, Tunnel
from leadline.report.units import count

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
        yield _about(group, "bad", "refused", _REFUSED, names)
    for group in _groups(flows, lambda flow: flow.handshake == "unanswered"):
        tries = sum(flow.sent.packets for flow in group)
        yield _about(group, "bad", "unanswered", _UNANSWERED, names, tries=count(tries))
    for group in _groups(flows, lambda flow: flow.ended.startswith("reset") and flow.handshake != "refused"):
        by = {flow.ended for flow in group}
        who = end(group[0].source if by == {"reset-by-source"} else group[0].destination, None, names)
        # a client that has its answer often closes by RST; a server that does, gave up
        severity: Severity = "note" if by == {"reset-by-source"} else "warn"
        yield _about(group, severity, "reset", _RESET if len(by) == 1 else _RESETS, names, who=who)
    for group in _groups(flows, _silent_echo):
        asked, lost = sum(flow.requests for flow in group), sum(flow.unanswered for flow in group)
        silent: Severity = "bad" if lost == asked else "warn"
        yield _about(group, silent, "no-reply", _NO_REPLY, names, lost=count(lost), asked=count(asked))
    for group in _groups(
        flows,
        lambda flow: (
            flow.protocol == "udp" and flow.destination_port == 53 and flow.unanswered > 0 and not flow.faults
        ),
    ):
        yield _about(group, "warn", "no-dns-answer", _NO_DNS, names)


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
            text = (_TOO_BIG if first.mtu else _TOO_BIG_SILENT).fill(mtu=count(first.mtu), **values)
            yield Finding("bad", "too-big", text, flows)
        else:
            text = _ICMP.fill(what=_meaning(first), **values)
            yield Finding("bad", "icmp-error", text, flows)


def _meaning(fault: Fault) -> Text:
    table = _CODES4 if fault.version == 4 else _CODES6
    found = table.get((fault.type, fault.code)) or table.get((fault.type, -1))
    return found or same(f"ICMP {fault.type}/{fault.code}")


def _losses(capture: Capture, names: Mapping[str, str]) -> Iterable[Finding]:
    flows = capture.flows
    for group in _groups(flows, lambda flow: flow.incomplete > 0):
        yield _about(
            group, "bad", "fragments", _PIECES, names,
            lost=count(sum(flow.incomplete for flow in group)), all=count(sum(flow.fragmented for flow in group)),
        )  # fmt: skip
    for group in _groups(flows, _repeats):
        again = sum(flow.sent.retransmitted + flow.received.retransmitted for flow in group)
        whole = sum(flow.sent.packets + flow.received.packets for flow in group)
        yield _about(group, "warn", "retransmissions", _AGAIN, names, again=count(again), all=count(whole))
    for group in _groups(flows, lambda flow: flow.sent.lost + flow.received.lost > 0):
        octets = sum(flow.sent.lost + flow.received.lost for flow in group)
        yield _about(group, "warn", "lost", _LOST, names, bytes=count(octets))
    missed = [flow for flow in flows if flow.sent.uncaptured + flow.received.uncaptured]
    if missed:
        octets = sum(flow.sent.uncaptured + flow.received.uncaptured for flow in missed)
        text = _UNCAPTURED.fill(bytes=count(octets), n=count(len(missed)))
        yield Finding("note", "uncaptured", text, tuple(flow.number for flow in missed))
    doubled = [flow for flow in flows if flow.doubled]
    if doubled:
        text = _DOUBLED.fill(n=count(sum(flow.doubled for flow in doubled)))
        yield Finding("note", "doubled", text, tuple(flow.number for flow in doubled))


def _repeats(flow: Conversation) -> bool:
    return flow.handshake not in ("unanswered", "refused", "unreachable") and (
        flow.sent.retransmitted + flow.received.retransmitted > 0
    )


def _arp(capture: Capture, names: Mapping[str, str]) -> Iterable[Finding]:
    for each in capture.questions:
        # one question at the very end may just not have been answered yet
        if each.times > 1 or capture.last - each.last > 1_000_000_000:
            text = _ARP.fill(
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
            yield Finding("warn", "tunnel-one-way", _ONE_WAY.fill(n=count(each.packets), **values))
        if each.fragmented:
            text = _OUTER_PIECES.fill(n=count(each.fragmented), **values)
            yield Finding("warn", "tunnel-fragmented", text)
        if each.incomplete:
            yield Finding("bad", "tunnel-fragments", _OUTER_LOST.fill(n=count(each.incomplete), **values))
        if each.largest > _WHOLE_FRAME:
            yield Finding("note", "offload", _OFFLOAD.fill(size=count(each.largest), **values))
    ports = {each.port for each in tunnels}
    if len(ports) > 1:
        text = _PORTS.fill(ports=", ".join(map(str, sorted(ports))))
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
        text = _REWRITTEN.fill(a=a, b=b, c=c, d=d) if (a, b) != (c, d) else _REWRITTEN_PORT.fill(a=a, b=b)
        yield Finding("note", "rewritten", text, tuple(sorted(set(numbers))))


def _pair(flow: Conversation, names: Mapping[str, str]) -> tuple[str, str]:
    return end(flow.source, None, names), ends(flow, names)[1]


def _of_file(capture: Capture) -> Iterable[Finding]:
    if capture.problem is not None:
        yield Finding("warn", "file", capture.problem)
    if capture.lost:
        yield Finding("warn", "not-kept", _NOT_KEPT.fill(n=count(capture.lost)))
    if capture.rest_flows:
        text = _REST.fill(
            n=count(capture.rest_flows), packets=count(capture.rest_packets), most=count(len(capture.flows))
        )
        yield Finding("note", "rest", text)
    if capture.damaged:
        kinds = ", ".join(f"{what} {count(times)}" for what, times in capture.damaged.items())
        yield Finding("warn", "damaged", _DAMAGED.fill(kinds=kinds))
    if capture.undecoded:
        kinds = ", ".join(f"{what} {count(times)}" for what, times in capture.undecoded.items())
        yield Finding("note", "undecoded", _UNDECODED.fill(kinds=kinds))
    if capture.cut:
        yield Finding("note", "cut", _CUT.fill(n=count(capture.cut)))


_REFUSED = Text(
    "{b} refuses connections from {a} (RST): nothing listens there, or a rule rejects. Connections: {n}.",
    "{a}에서 온 연결을 {b}이(가) 거부합니다(RST). 듣는 프로세스가 없거나 규칙이 거부합니다. 연결 {n}개.",
)
_UNANSWERED = Text(
    "{a} gets no answer from {b}: of {tries} SYNs none is answered. Connections: {n}.",
    "{a}의 연결 시도에 {b}이(가) 응답하지 않습니다. 연결 {n}개, SYN {tries}개 모두 무응답입니다.",
)
_RESET = Text(
    "{a} → {b}: ended by RST from {who}. Connections: {n}.",
    "{a} → {b}: 연결 {n}개를 {who}이(가) RST로 끊었습니다.",
)
_RESETS = Text("{a} → {b}: ended by RST. Connections: {n}.", "{a} → {b}: 연결 {n}개가 RST로 끝났습니다.")
_NO_REPLY = Text(
    "ping {a} → {b}: {lost} of {asked} requests without a reply.",
    "ping {a} → {b}: 요청 {asked}개 가운데 {lost}개에 응답이 없습니다.",
)
_NO_DNS = Text(
    "{a} asks {b} (DNS) and gets no answer. Flows: {n}.",
    "{a}의 DNS 질의에 {b}이(가) 응답하지 않습니다. 흐름 {n}개.",
)
_TOO_BIG = Text(
    "{who} says that packets of {size} bytes {a} → {b} are too big: the next hop takes {mtu} (MTU). ({times}×)",
    "{who}: {a} → {b} 방향 {size}바이트 패킷이 너무 큽니다. 다음 홉의 MTU는 {mtu}입니다. {times}회.",
)
_TOO_BIG_SILENT = Text(
    "{who} says that packets of {size} bytes {a} → {b} are too big, not for which MTU. ({times}×)",
    "{who}: {a} → {b} 방향 {size}바이트 패킷이 너무 큽니다. MTU는 알려 주지 않았습니다. {times}회.",
)
_ICMP = Text(
    "{who} says of {a} → {b}: {what}. ({times}×)", "{who}이(가) {a} → {b}에 대해 알림: {what}. {times}회."
)
_PIECES = Text(
    "{a} → {b}: of {all} fragmented datagrams {lost} lack pieces.",
    "{a} → {b}: 단편화된 데이터그램 {all}개 가운데 {lost}개에 빠진 조각이 있습니다.",
)
_AGAIN = Text(
    "{a} → {b}: {again} of {all} packets are sent again: packets are lost or late. Connections: {n}.",
    "{a} → {b}: 연결 {n}개에서 패킷 {all}개 가운데 {again}개가 재전송입니다. 패킷이 유실되거나 늦습니다.",
)
_LOST = Text(
    "{a} → {b}: {bytes} bytes are missing in the sequence and were never acknowledged.",
    "{a} → {b}: 시퀀스에서 {bytes}바이트가 빠졌고 끝내 확인(ACK)되지 않았습니다.",
)
_UNCAPTURED = Text(
    "{bytes} bytes (flows: {n}) were acknowledged but are not in the capture: the capture missed them, or they "
    "took another way.",
    "연결 {n}개에서 {bytes}바이트가 확인(ACK)되었지만 캡처에는 없습니다. 캡처가 놓쳤거나 다른 경로로 지나갔습니다.",
)
_DOUBLED = Text(
    "{n} packets pass the same interface twice, unchanged: a bridge in hairpin or promiscuous mode, a mirrored port, or a "
    "capture of all interfaces that does not tell them apart.",
    "패킷 {n}개가 같은 인터페이스에서 그대로 두 번 보입니다. 헤어핀이나 무차별 모드의 브리지, 미러 포트, 또는 인터페이스를 "
    "구분하지 않는 전체 캡처입니다.",
)
_ARP = Text(
    "{a} asks by ARP for {b} and nobody answers. ({n}×)",
    "{a}이(가) {b}을(를) ARP로 {n}회 찾았지만 응답이 없습니다.",
)
_ONE_WAY = Text(
    "VXLAN {vni} from {a} to {b}: {n} packets, and none the other way.",
    "VXLAN {vni}, {a} → {b}: 패킷 {n}개가 갔지만 반대 방향은 하나도 없습니다.",
)
_OUTER_PIECES = Text(
    "VXLAN {vni} from {a} to {b}: {n} tunnel packets are in fragments: the pods' MTU is too large for the nodes' network "
    "(it must be at least 50 bytes smaller).",
    "VXLAN {vni}, {a} → {b}: 터널 패킷 {n}개가 단편화되었습니다. 파드 MTU가 노드 네트워크에 비해 큽니다(50바이트 이상 작아야 "
    "합니다).",
)
_OUTER_LOST = Text(
    "VXLAN {vni} from {a} to {b}: {n} tunnel packets lack fragments.",
    "VXLAN {vni}, {a} → {b}: 터널 패킷 {n}개에 빠진 조각이 있습니다.",
)
_OFFLOAD = Text(
    "VXLAN {vni} from {a} to {b}: packets of up to {size} bytes were captured before they were cut into segments (offload); "
    "their size says nothing of the MTU.",
    "VXLAN {vni}, {a} → {b}: 세그먼트로 나뉘기 전(오프로드)에 캡처되어 최대 {size}바이트입니다. MTU와는 무관합니다.",
)
_PORTS = Text(
    "VXLAN is sent to several ports ({ports}): nodes that differ cannot hear each other.",
    "VXLAN이 여러 포트({ports})로 오갑니다. 포트가 다른 노드끼리는 통신할 수 없습니다.",
)
_REWRITTEN = Text("{a} → {b} is rewritten to {c} → {d}.", "{a} → {b}이(가) {c} → {d}(으)로 변환됩니다(NAT).")
_REWRITTEN_PORT = Text(
    "{a} → {b} gets another source port (NAT).", "{a} → {b}의 출발지 포트가 변환됩니다(NAT)."
)
_NOT_KEPT = Text(
    "Whoever captured says that {n} packets were not kept: what seems lost may be just these.",
    "캡처한 쪽에서 패킷 {n}개를 저장하지 못했습니다. 유실로 보이는 것이 이 패킷일 수 있습니다.",
)
_REST = Text(
    "Beyond the first {most} flows there are {n} more, with {packets} packets; they are counted only.",
    "처음 {most}개 흐름 외에 {n}개(패킷 {packets}개)가 더 있으며, 수만 세었습니다.",
)
_DAMAGED = Text("Headers that contradict themselves: {kinds}.", "헤더 값이 서로 어긋납니다: {kinds}.")
_UNDECODED = Text("Not followed as flows: {kinds}.", "흐름에서 제외했습니다: {kinds}.")
_CUT = Text(
    "Of {n} packets the headers were not captured whole; capture with a larger snap length (`tcpdump -s 0`).",
    "패킷 {n}개는 헤더가 다 저장되지 않았습니다. 더 길게 캡처하십시오(`tcpdump -s 0`).",
)
_CODES4 = {
    (3, 0): Text("no route to the network", "네트워크로 가는 경로가 없습니다"),
    (3, 1): Text("the host does not answer (no neighbour)", "호스트가 응답하지 않습니다(이웃 없음)"),
    (3, 2): Text("it does not speak the protocol", "해당 프로토콜을 지원하지 않습니다"),
    (3, 3): Text(
        "nothing listens on the port, or a rule rejects", "포트에서 듣는 프로세스가 없거나 규칙이 거부합니다"
    ),
    (3, 9): Text("forbidden for the network (a rule)", "네트워크가 금지되어 있습니다(규칙)"),
    (3, 10): Text("forbidden for the host (a rule)", "호스트가 금지되어 있습니다(규칙)"),
    (3, 13): Text("forbidden by a rule", "규칙이 금지합니다"),
    (3, -1): Text("unreachable", "도달할 수 없습니다"),
    (5, -1): Text("take another router (redirect)", "다른 라우터를 쓰십시오(리다이렉트)"),
    (11, 0): Text(
        "the TTL ran out: a routing loop, or a traceroute",
        "TTL이 다했습니다. 라우팅 루프이거나 traceroute입니다",
    ),
    (11, 1): Text("pieces of it did not arrive in time", "조각이 제때 도착하지 않았습니다"),
    (12, -1): Text("a header is wrong", "헤더가 잘못되었습니다"),
}
_CODES6 = {
    (1, 0): _CODES4[3, 0],
    (1, 1): _CODES4[3, 13],
    (1, 3): _CODES4[3, 1],
    (1, 4): _CODES4[3, 3],
    (1, -1): _CODES4[3, -1],
    (3, 0): _CODES4[11, 0],
    (3, 1): _CODES4[11, 1],
    (4, -1): _CODES4[12, -1],
}
