"""A capture → a Document: what is wrong first, then the flows, the tunnels, and one flow packet by packet."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from leadline.base.text import Text, same
from leadline.network.probe.seen import Capture, Conversation, Latency, Tunnel
from leadline.report.document import (
    Block,
    Callout,
    Cell,
    Code,
    Column,
    Document,
    Figure,
    Figures,
    Fold,
    Heading,
    Paragraph,
    Table,
    Tag,
    Tone,
)
from leadline.report.units import count, size
from leadline.report.views.capture_findings import Finding, end, ends, findings
from leadline.report.views.capture_ladder import ladder

_FLOWS, _TUNNELS, _FINDINGS = 30, 20, 20
_NOTHING: Mapping[str, str] = {}
_FLOW_COLUMNS = (
    Column(Text("no.", "번호"), "number"),
    Column(Text("from", "출발"), "value"),
    Column(Text("to", "도착"), "value"),
    Column(Text("packets", "패킷"), "name"),
    Column(Text("bytes", "바이트"), "name"),
    Column(Text("reply", "응답"), "name"),
    Column(Text("outcome", "결과"), "text"),
)
_TUNNEL_COLUMNS = (
    Column(Text("from", "출발"), "value"),
    Column(Text("to", "도착"), "value"),
    Column(Text("VNI", "VNI"), "name"),
    Column(Text("port", "포트"), "name"),
    Column(Text("packets", "패킷"), "number"),
    Column(Text("longest", "최대"), "number"),
    Column(Text("overhead", "오버헤드"), "number"),
    Column(Text("inner MACs", "내부 MAC"), "text"),
)
Row = tuple[Cell, ...]


def document(
    capture: Capture, names: Mapping[str, str] = _NOTHING, *, flow: int | None = None, expand: bool = False
) -> Document:
    """The report of `leadline probe --pcap`. `names`: address → what it is called, as snapshots tell. `flow`: the
    number of the one to draw, by default the one that the worst finding is about. `expand`: with every flow."""
    found = findings(capture, names)
    title = Text("Capture {name}", "캡처 {name}").fill(name=capture.name)
    blocks = [*_summary(capture, found), *_flows(capture, found, names, expand=expand)]
    blocks += [*_tunnels(capture.tunnels, names), *_drawn(capture, found, names, flow)]
    return Document(title, tuple(blocks), lambda: record(capture, names))


def _summary(capture: Capture, found: Sequence[Finding]) -> list[Block]:
    troubles = [each for each in found if each.severity != "note"]
    lossy = sum(flow.sent.retransmitted + flow.received.retransmitted for flow in capture.flows)
    figures = [
        Figure(capture.packets, Text("packets", "패킷")),
        Figure(len(capture.flows) + capture.rest_flows, Text("flows", "흐름")),
        Figure(len(capture.tunnels), Text("tunnel directions", "터널 방향")),
        Figure(sum(flow.fragmented for flow in capture.flows), Text("fragmented", "단편화")),
        Figure(lossy, Text("sent again", "재전송"), "warn" if lossy else "good"),
        Figure(len(troubles), Text("findings", "발견 사항"), "bad" if troubles else "good"),
    ]
    blocks: list[Block] = [Figures(tuple(figures))]
    if not capture.packets:
        blocks.append(Callout("note", Text("There is no packet in it.", "패킷이 하나도 없습니다.")))
    elif not troubles:
        blocks.append(
            Callout(
                "good",
                Text(
                    "Nothing is lost, refused or without an answer.",
                    "유실, 거부, 무응답이 없습니다.",
                ),
            )
        )
    blocks += [Callout(each.severity, _numbered(each)) for each in found[:_FINDINGS]]
    if len(found) > _FINDINGS:
        rest = found[_FINDINGS:]
        folded = Paragraph(_joined([_numbered(each) for each in rest], " "))
        blocks.append(Fold(Text("more findings", "개 발견 사항 더 있음"), len(rest), blocks=(folded,)))
    return blocks


def _numbered(finding: Finding) -> Text:
    """The sentence, with the numbers of its flows."""
    if not finding.flows:
        return finding.text
    numbers = ", ".join(map(str, finding.flows[:5])) + (" …" if len(finding.flows) > 5 else "")
    plural = "s" if len(finding.flows) > 1 else ""
    return Text(f"{finding.text.en} (flow{plural} {numbers})", f"{finding.text.ko} (흐름 {numbers})")


def _flows(
    capture: Capture, found: Sequence[Finding], names: Mapping[str, str], *, expand: bool
) -> list[Block]:
    if not capture.flows:
        return []
    ill = {number for each in found if each.severity != "note" for number in each.flows}
    # troubled ones stand first so that the fold cannot hide them
    ordered = sorted(capture.flows, key=lambda each: each.number not in ill)
    shown, rest = ordered[:_FLOWS], ordered[_FLOWS:]
    seen_on = sorted({place for flow in capture.flows for place in flow.places})
    aside = Text("{n} in {span}, seen on {places}", "{span} 동안 {n}개, 캡처 위치 {places}").fill(
        n=count(len(capture.flows)),
        span=_span(capture.last - capture.first),
        places=", ".join(seen_on[:6]) + (" …" if len(seen_on) > 6 else ""),
    )
    blocks: list[Block] = [
        Heading(Text("Flows", "흐름"), 2, aside),
        Table(_FLOW_COLUMNS, tuple(_flow(each, names) for each in shown)),
    ]
    if rest:
        inside = (Table(_FLOW_COLUMNS, tuple(_flow(each, names) for each in rest)),) if expand else ()
        blocks.append(Fold(Text("more flows", "개 흐름 더 있음"), len(rest), blocks=inside))
    return blocks


def _flow(flow: Conversation, names: Mapping[str, str]) -> Row:
    source, destination = ends(flow, names)
    return (
        flow.number,
        source,
        f"{destination}/{flow.protocol}",
        f"{count(flow.sent.packets)} ⇄ {count(flow.received.packets)}",
        f"{size(flow.sent.bytes)} ⇄ {size(flow.received.bytes)}",
        _latency(flow.latency),
        _outcome(flow, names),
    )


def _latency(latency: Latency | None) -> str | None:
    return _span(latency.median) if latency is not None else None


def _span(nanoseconds: int) -> str:
    """`16 µs`, `1.2 ms`, `3.5 s`."""
    for unit, length in (("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1000)):
        if nanoseconds >= length:
            amount = nanoseconds / length
            return (
                f"{amount:.0f} {unit}" if amount >= 100 else f"{amount:.1f}".removesuffix(".0") + f" {unit}"
            )
    return f"{nanoseconds} ns"


def _outcome(flow: Conversation, names: Mapping[str, str]) -> Cell:
    said: list[Text] = []
    tone: Tone = "plain"
    if flow.protocol == "tcp":
        word, tone = _HANDSHAKES[flow.handshake]
        said.append(word)
        if flow.ended in _ENDED:
            ending, worse = _ENDED[flow.ended]
            said.append(ending)
            tone = worse or tone
    elif flow.faults:
        said.append(Text("ICMP error", "ICMP 오류"))
        tone = "bad"
    elif flow.requests and flow.protocol.startswith("icmp"):
        said.append(_REPLIES.fill(n=count(flow.requests - flow.unanswered), of=count(flow.requests)))
        tone = "bad" if flow.unanswered else "good"
    elif not flow.received.packets:
        said.append(Text("one way", "단방향"))
        tone = "dim"
    else:
        said.append(Text("answered", "응답함"))
        tone = "good"
    if again := flow.sent.retransmitted + flow.received.retransmitted:
        said.append(Text("{n} sent again", "재전송 {n}").fill(n=count(again)))
        tone = "warn" if tone in ("plain", "good", "dim") else tone
    if flow.incomplete:
        said.append(Text("pieces missing", "조각 빠짐"))
        tone = "bad"
    elif flow.fragmented:
        said.append(Text("in fragments", "단편화"))
    if flow.answered_by is not None:
        said.append(Text("as {a}", "{a}(으)로 응답").fill(a=end(*flow.answered_by, names)))
    if flow.rewritten:
        numbers = ", ".join(map(str, flow.rewritten))
        said.append(Text("NAT: flow {n}", "NAT: 흐름 {n}").fill(n=numbers))
    return Tag(_joined(said), tone)


def _joined(said: Sequence[Text], between: str = ", ") -> Text:
    return Text(between.join(each.en for each in said), between.join(each.ko for each in said))


def _tunnels(tunnels: tuple[Tunnel, ...], names: Mapping[str, str]) -> list[Block]:
    if not tunnels:
        return []
    shown = sorted(tunnels, key=lambda each: -each.packets)[:_TUNNELS]
    blocks: list[Block] = [
        Heading(
            Text("Tunnels", "터널"),
            2,
            Text("VXLAN; sizes of outer IP packets", "VXLAN, 크기는 외부 IP 패킷 기준"),
        ),
        Table(_TUNNEL_COLUMNS, tuple(_tunnel(each, names) for each in shown)),
    ]
    if len(tunnels) > len(shown):
        blocks.append(Fold(Text("more tunnel directions", "개 터널 방향 더 있음"), len(tunnels) - len(shown)))
    return blocks


def _tunnel(tunnel: Tunnel, names: Mapping[str, str]) -> Row:
    macs = [f"{sender} → {to}" for sender, to in tunnel.macs]
    shown = macs[0] if macs else ""
    return (
        end(tunnel.source, None, names),
        end(tunnel.destination, None, names),
        str(tunnel.vni),
        str(tunnel.port),
        tunnel.packets,
        tunnel.largest,
        tunnel.overhead,
        same(f"{shown} +{len(macs) - 1}" if len(macs) > 1 else shown),
    )


def _drawn(
    capture: Capture, found: Sequence[Finding], names: Mapping[str, str], wanted: int | None
) -> list[Block]:
    by_number = {flow.number: flow for flow in capture.flows}
    if wanted is None:
        troubled = [number for each in found if each.severity != "note" for number in each.flows]
        busiest = max(capture.flows, key=lambda each: each.sent.packets + each.received.packets, default=None)
        wanted = troubled[0] if troubled else busiest.number if busiest is not None else None
    flow = by_number.get(wanted) if wanted is not None else None
    if flow is None:
        return []
    begun = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(flow.first // 1_000_000_000))
    aside = Text("{protocol}, from {begun}", "{protocol}, 시작 {begun}").fill(
        protocol=flow.protocol, begun=begun
    )
    blocks: list[Block] = [
        Heading(Text("Flow {n}", "흐름 {n}").fill(n=flow.number), 2, aside),
        Code(ladder(flow, names)),
    ]
    remarks = {event.remark for event in flow.events} | {"⧉" for event in flow.events if event.pieces != 1}
    legend = [text for sign, text in _LEGEND.items() if sign in remarks]
    if legend:
        blocks.append(Paragraph(_joined(legend)))
    return blocks


def record(capture: Capture, names: Mapping[str, str]) -> dict[str, Any]:
    """The JSON record `leadline/capture/v1`."""
    written = msgspec.to_builtins(capture)
    return {
        "schema": "leadline/capture/v1",
        **written,
        "findings": [msgspec.to_builtins(each) for each in findings(capture, names)],
        "names": {address: name for address, name in names.items() if address in _addresses(capture)},
    }


def _addresses(capture: Capture) -> set[str]:
    ends_ = {each for flow in capture.flows for each in (flow.source, flow.destination)}
    ends_ |= {flow.answered_by[0] for flow in capture.flows if flow.answered_by is not None}
    return ends_ | {each for tunnel in capture.tunnels for each in (tunnel.source, tunnel.destination)}


_HANDSHAKES: dict[str, tuple[Text, Tone]] = {
    "complete": (Text("connected", "연결됨"), "good"),
    "unfinished": (Text("answered", "응답함"), "plain"),
    "unanswered": (Text("no answer", "응답 없음"), "bad"),
    "refused": (Text("refused", "거부됨"), "bad"),
    "unreachable": (Text("unreachable", "도달 불가"), "bad"),
    "earlier": (Text("begun earlier", "캡처 전 시작"), "dim"),
    "": (same(""), "plain"),
}
_ENDED: dict[str, tuple[Text, Tone | None]] = {
    "closed": (Text("closed", "정상 종료"), None),
    "reset-by-source": (Text("reset by the client", "클라이언트가 RST"), None),
    "reset-by-destination": (Text("reset by the server", "서버가 RST"), "warn"),
}
_REPLIES = Text("{n} of {of} answered", "{of}개 중 {n}개 응답")
_LEGEND = {
    "retransmission": Text("↻ sent again", "↻ 재전송"),
    "reordered": Text("⇄ overtaken", "⇄ 순서 뒤바뀜"),
    "gap": Text("⋯ something before it is missing here", "⋯ 이 앞의 데이터가 아직 보이지 않음"),
    "⧉": Text("⧉ in that many fragments (?: not all of them)", "⧉ 조각 수(?: 일부 빠짐)"),
}
