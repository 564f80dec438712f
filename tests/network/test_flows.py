"""What is found in captures: known traffic of a real cluster and of namespaces, held against tshark's analysis of it.

The tables beside the captures are tshark's, made with
    tshark -n -r FILE -d udp.port==8472,vxlan -T fields -E header=y -E occurrence=l -e FIELD…
`loss.pcap`, `drops.pcap`: between two namespaces, with `nft` dropping packets before the one and behind the other.
`trouble.pcapng`, `service-*.pcap`: a lab's node, its bridge and its uplink.
"""

import csv
import json
import time
import tracemalloc
from collections import Counter
from io import BytesIO
from pathlib import Path
from struct import pack

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from leadline.base.text import Lang
from leadline.network.probe.analysis import MOST
from leadline.network.probe.captures import Interface, Reading, read_capture
from leadline.network.probe.flows import analyse
from leadline.network.probe.seen import (
    Capture,
    Conversation,
    Count,
    Event,
    Fault,
    Latency,
    Question,
    Tunnel,
)
from leadline.network.probe.writing import Writer
from leadline.report.contract import Style, load
from leadline.report.views.capture import document
from leadline.report.views.capture_findings import Finding, findings
from leadline.report.views.capture_ladder import ladder

DATA = Path(__file__).parents[1] / "data" / "network" / "captures"
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "capture-v1.json"


def capture(name: str) -> Capture:
    return analyse(read_capture(DATA / name))


def tshark(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.analysis.tsv").open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def of(found: Capture, destination: str, port: int | None = None) -> list[Conversation]:
    return [
        each
        for each in found.flows
        if each.destination == destination and port in (None, each.destination_port)
    ]


def kinds(found: Capture) -> list[str]:
    return [each.kind for each in findings(found, {}) if each.severity != "note"]


def test_the_recorded_tunnel() -> None:
    """Three pings, one of 2000 bytes, HTTP both ways; of six requests to a ClusterIP two left the node."""
    found = capture("vxlan.pcap")
    pings, big, back, *service = found.flows
    assert (pings.protocol, pings.source, pings.destination) == ("icmp", "10.244.0.2", "10.244.1.5")
    assert (pings.requests, pings.unanswered, pings.fragmented) == (3, 0, 0)
    assert (big.requests, big.unanswered, big.fragmented, big.incomplete) == (1, 0, 2, 0)
    assert (big.sent.packets, big.sent.bytes - 2 * 20) == (2, 2008)
    assert (back.source, back.destination, back.destination_port) == ("10.244.1.5", "10.244.0.2", 80)
    assert [(each.destination, each.destination_port) for each in service] == [
        ("10.244.1.4", 80),
        ("10.244.1.6", 80),
    ]
    assert {(each.handshake, each.ended) for each in (back, *service)} == {("complete", "closed")}
    assert [(each.source, each.destination, each.vni, each.port) for each in found.tunnels] == [
        ("192.168.10.100", "192.168.10.101", 1, 8472),
        ("192.168.10.101", "192.168.10.100", 1, 8472),
    ]
    assert [(each.largest, each.overhead, len(each.macs)) for each in found.tunnels] == [(1494, 50, 1)] * 2
    assert found.tunnels[0].macs[0] == found.tunnels[1].macs[0][::-1]
    assert kinds(found) == []


def test_the_recorded_bridge() -> None:
    """All six requests; where the endpoint is on the other node the bridge shows them between two rewritings."""
    found = capture("cni0.pcap")
    service = [each for each in found.flows if each.source == "10.244.0.2" and each.protocol == "tcp"]
    assert Counter(each.destination for each in service) == {
        "10.244.0.3": 2, "10.244.0.4": 2, "10.244.1.4": 1, "10.244.1.6": 1,
    }  # fmt: skip
    remote = [each for each in service if each.destination.startswith("10.244.1.")]
    assert {each.answered_by for each in remote} == {("10.96.182.106", 80)}
    assert {(each.handshake, each.ended, each.unanswered) for each in service} == {("complete", "closed", 0)}
    assert sum(each.copies for each in found.flows) == 34
    assert sum(each.sent.retransmitted + each.received.retransmitted for each in found.flows) == 0
    assert kinds(found) == []


@pytest.mark.parametrize("name", ["vxlan.pcap", "cni0.pcap", "loss.pcap", "drops.pcap", "service-any.pcap"])
def test_reply_times_are_tsharks(name: str) -> None:
    """Every time we tell is one that tshark measured for that flow."""
    measured: dict[tuple[str, str], set[int]] = {}
    for each in tshark(name):
        if each["tcp.analysis.ack_rtt"]:
            key = each["ip.src"], each["tcp.dstport"]
            measured.setdefault(key, set()).add(round(float(each["tcp.analysis.ack_rtt"]) * 1e9))
        if each["icmp.resptime"]:
            key = each["ip.src"], each["icmp.ident"]
            measured.setdefault(key, set()).add(round(float(each["icmp.resptime"]) * 1e6))
    checked = 0
    for flow in capture(name).flows:
        # of a request whose reply bears another address tshark has no time
        if (
            flow.latency is None
            or flow.protocol == "udp"
            or ":" in flow.source
            or flow.answered_by is not None
        ):
            continue
        told = {flow.latency.shortest, flow.latency.median, flow.latency.longest}
        assert told <= measured[flow.destination, str(flow.source_port)]
        checked += 1
    assert checked >= 2


def test_repetitions_are_tsharks() -> None:
    again: Counter[tuple[str, str]] = Counter()
    for each in tshark("drops.pcap"):
        if (
            each["tcp.analysis.retransmission"]
            or each["tcp.analysis.fast_retransmission"]
            or each["tcp.analysis.out_of_order"]
        ):
            again[each["ip.src"], each["tcp.dstport"]] += 1
    flows = of(capture("drops.pcap"), "10.244.0.3", 9000)
    assert len(flows) == 2
    for flow in flows:
        assert (
            flow.received.retransmitted + flow.received.reordered
            == again["10.244.0.3", str(flow.source_port)]
            > 2
        )
        assert (flow.received.lost, flow.received.uncaptured, flow.ended) == (0, 0, "closed")


def test_what_went_wrong_between_two_namespaces() -> None:
    found = capture("loss.pcap")
    (refused,), (silent,) = of(found, "10.244.0.3", 9001), of(found, "10.244.0.3", 9002)
    assert (refused.handshake, refused.ended, refused.sent.packets) == ("refused", "", 1)
    assert (silent.handshake, silent.unanswered, silent.sent.packets, silent.sent.retransmitted) == (
        "unanswered",
        1,
        3,
        2,
    )
    (closed,) = of(found, "10.244.0.3", 9999)
    assert [(each.type, each.code, each.sender, each.times) for each in closed.faults] == [
        (3, 3, "10.244.0.3", 2)
    ]
    (pieces,) = of(found, "10.244.0.3", 5556)
    assert (pieces.fragmented, pieces.incomplete, pieces.sent.packets) == (1, 1, 2)
    (question,) = found.questions
    assert (question.address, question.asked_by) == ("10.244.0.77", "10.244.0.2")
    (six,) = of(found, "fd00::3", 9000)
    assert six.handshake == "refused"
    (whole,) = [each for each in found.flows if each.protocol == "icmp" and each.source_port == 78]
    assert (whole.fragmented, whole.incomplete, whole.unanswered) == (2, 0, 0)


def test_what_went_wrong_in_a_lab() -> None:
    """One flow each, though two interfaces saw it, in the tunnel and before."""
    found = capture("trouble.pcapng")
    assert [each.name for each in found.interfaces] == ["cni0", "eth0"]
    (served,) = of(found, "10.244.1.2", 9000)
    assert served.places == ("cni0", "eth0 (VXLAN 1)")
    assert (served.copies, served.sent.packets, served.received.packets, served.tunnels) == (18, 9, 9, (1, 2))
    (big,) = [each for each in found.faults if each.code == 4]
    assert (big.sender, big.mtu, big.size) == ("10.244.0.1", 1400, 1418)
    (lost,) = of(found, "10.244.1.99")
    assert [(each.type, each.code) for each in lost.faults] == [(3, 1)]
    before, after = of(found, "10.96.0.16", 80)
    assert (before.source, after.source) == ("10.244.0.2", "192.168.10.100")
    assert (before.rewritten, after.rewritten) == ((after.number,), (before.number,))
    assert Counter(kinds(found)) == {"refused": 2, "unanswered": 1, "icmp-error": 2, "too-big": 1}


@pytest.mark.parametrize("name", ["service-any.pcap", "service-sll.pcap"])
def test_a_service_and_its_pods(name: str) -> None:
    found = capture(name)
    by_number = {each.number: each for each in found.flows}
    service = of(found, "10.96.0.10", 80) + of(found, "10.96.0.17", 80)
    pairs = [(each, by_number[number]) for each in service for number in each.rewritten]
    assert [pod.destination for _, pod in pairs] == ["10.244.0.2", "10.244.0.3", "10.244.0.3", "10.244.0.3"]
    assert {pod.destination_port for _, pod in pairs} == {8080}
    # the pod that asks itself must not see its own address as the source
    assert [pod.source for _, pod in pairs] == ["10.244.0.1", "10.244.0.2", "10.244.0.2", "10.244.0.2"]
    for asked, pod in pairs:
        assert (asked.sent, asked.received) == (pod.sent, pod.received)
    assert kinds(found) == []


# what follows is made here: cases that no capture at hand has


def ip(
    source: int, destination: int, protocol: int, payload: bytes, identity: int = 0, fragment: int = 0
) -> bytes:
    size = 20 + len(payload)
    head = pack("!BBHHHBBHII", 0x45, 0, size, identity, fragment, 64, protocol, 0, source, destination)
    return bytes(12) + b"\x08\x00" + head + payload


def tcp(
    source: int,
    destination: int,
    sequence: int,
    acknowledged: int,
    flags: int,
    length: int = 0,
    port: int = 80,
) -> bytes:
    ports = (40000, port) if source < destination else (port, 40000)
    return pack(
        "!HHIIBBHHH", *ports, sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF, 0x50, flags, 100, 0, 0
    ) + bytes(length)


def made(frames: list[tuple[int, bytes]], interfaces: int = 1) -> Capture:
    file = BytesIO()
    writer = Writer(file)
    for number in range(interfaces):
        writer.interface(f"if{number}")
    for at, frame in frames:
        writer.packet(at, at % interfaces, frame)
    file.seek(0)
    return analyse(Reading("made", file, (8472, 4789)))


@pytest.mark.parametrize("begin", [1000, 2**32 - 700])
def test_gaps(begin: int) -> None:
    """Bytes that nobody saw: acknowledged ones were not captured, others are lost; numbers wrap around."""
    a, b, ms = 1, 2, 1_000_000

    def packet(at: int, *fields: int) -> tuple[int, bytes]:
        return at * ms, ip(fields[0], fields[1], 6, tcp(*fields), identity=at)

    handshake = [
        packet(1, a, b, begin - 1, 0, 2),
        packet(2, b, a, 500, begin, 18),
        packet(3, a, b, begin, 501, 16),
    ]
    data = [packet(10 * place + 10, a, b, begin + 100 * place, 501, 24, 100) for place in range(10)]
    whole = made([*handshake, *data])
    (flow,) = whole.flows
    assert (flow.sent.lost, flow.sent.uncaptured, flow.sent.retransmitted, flow.handshake) == (
        0,
        0,
        0,
        "complete",
    )
    (flow,) = made([*handshake, *data[:3], *data[5:]]).flows
    assert (flow.sent.lost, flow.sent.uncaptured) == (200, 0)
    (flow,) = made([*handshake, *data[:3], *data[5:], packet(200, b, a, 501, begin + 1000, 16)]).flows
    assert (flow.sent.lost, flow.sent.uncaptured) == (0, 200)
    late = [packet(200, a, b, begin + 300, 501, 24, 200)]
    (flow,) = made([*handshake, *data[:3], *data[5:], *late]).flows
    assert (flow.sent.lost, flow.sent.retransmitted, flow.sent.reordered) == (0, 1, 0)
    (flow,) = made([*handshake, *data[:3], data[4], (51 * ms, data[3][1]), *data[5:]]).flows
    assert (flow.sent.lost, flow.sent.retransmitted, flow.sent.reordered) == (0, 0, 1)
    (flow,) = made([*handshake, *data, packet(210, a, b, begin + 500, 501, 24, 100)]).flows
    assert (flow.sent.retransmitted, flow.events[-1].remark) == (1, "retransmission")
    (flow,) = made([*handshake, *data, packet(210, a, b, begin + 999, 501, 16, 1)]).flows
    assert flow.sent.retransmitted == 0, "a probe that keeps the connection alive"


def test_a_port_that_is_used_again_is_another_connection() -> None:
    def packet(at: int, *fields: int) -> tuple[int, bytes]:
        return at, ip(fields[0], fields[1], 6, tcp(*fields), identity=at)

    frames = [
        packet(1, 1, 2, 10, 0, 2),
        packet(2, 2, 1, 70, 11, 20),
        packet(3, 1, 2, 99, 0, 2),
        packet(4, 2, 1, 80, 100, 18),
    ]
    frames += [packet(5, 1, 2, 100, 81, 16), packet(6, 2, 1, 81, 100, 20)]
    first, second = made(frames).flows
    assert (first.handshake, second.handshake, second.ended) == (
        "refused",
        "complete",
        "reset-by-destination",
    )


def test_one_packet_on_several_interfaces_is_one() -> None:
    ping = pack("!BBHHH", 8, 0, 0, 7, 1) + bytes(56)
    found = made([(at, ip(1, 2, 1, ping, identity=9)) for at in (10, 11, 12)], interfaces=3)
    (flow,) = found.flows
    assert (flow.sent.packets, flow.copies, flow.doubled, flow.places) == (1, 2, 0, ("if0", "if1", "if2"))
    assert (flow.requests, flow.unanswered) == (1, 1)


def test_fragments_in_any_order_and_twice() -> None:
    payload = pack("!HHHH", 5000, 6000, 3008, 0) + bytes(3000)
    pieces = [
        ip(1, 2, 17, payload[place : place + 1000], 77, place // 8 | (0x2000 if place < 2000 else 0))
        for place in (0, 1000, 2000)
    ]
    pieces += [ip(1, 2, 17, payload[3000:], 77, 3000 // 8)]
    pieces[2] = ip(1, 2, 17, payload[2000:3000], 77, 2000 // 8 | 0x2000)
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 0, 3, 1, 1), (1, 3, 0, 2, 2, 0)):
        (flow,) = made([(10 + at, pieces[place]) for at, place in enumerate(order)]).flows
        assert (flow.sent.packets, flow.fragmented, flow.incomplete, flow.events[0].length) == (4, 1, 0, 3000)
    (flow,) = made([(1, pieces[0]), (2, pieces[1]), (3, pieces[3])]).flows
    assert (flow.destination_port, flow.fragmented, flow.incomplete) == (6000, 1, 1)
    assert kinds(made([(1, pieces[0]), (2, pieces[1]), (3, pieces[3])])) == ["fragments"]


def test_outer_fragments_are_the_tunnels() -> None:
    inner = ip(10, 11, 17, pack("!HHHH", 1, 2, 1408, 0) + bytes(1400), 5)
    outer = pack("!HHHH", 5555, 8472, 16 + len(inner), 0) + pack("!BxxxI", 8, 1 << 8) + inner
    head, rest = ip(1, 2, 17, outer[:1200], 3, 0x2000), ip(1, 2, 17, outer[1200:], 3, 150)
    found = made([(1, head), (2, rest)])
    assert [(each.packets, each.fragmented, each.incomplete) for each in found.tunnels] == [(1, 1, 0)]
    assert [(each.source, each.sent.bytes) for each in found.flows] == [("0.0.0.10", 1428)]
    assert found.damaged == {}
    assert kinds(found) == ["tunnel-one-way", "tunnel-fragmented"]
    assert "tunnel-fragments" in kinds(made([(1, head)]))


def test_many_flows_are_counted_and_memory_is_bounded() -> None:
    def frames(many: int) -> list[tuple[int, bytes]]:
        return [
            (at + 1, ip(1 + at, 2, 17, pack("!HHHH", 1000, 2000, 8, 0), identity=1)) for at in range(many)
        ]

    found = made(frames(MOST + 500) + frames(MOST + 500))
    assert (len(found.flows), found.rest_flows, found.rest_packets) == (MOST, 500, 1000)
    raw = (DATA / "vxlan.pcap").read_bytes()
    short, long = (Reading("x", BytesIO(raw + raw[24:] * times), (8472,)) for times in (20, 150))
    tracemalloc.start()
    try:
        analyse(short)
        once = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        analyse(long)
        assert tracemalloc.get_traced_memory()[1] < once + 1_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["vxlan.pcap", "trouble.pcapng", "loss.pcap"]),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=60),
)
def test_damage_is_analysed(name: str, wrong: list[tuple[int, int]]) -> None:
    raw = bytearray((DATA / name).read_bytes())
    frames = list(Reading(name, BytesIO(bytes(raw)), ()).frames())
    damaged = [bytearray(frame) for *_, frame in frames]
    for place, value in wrong:
        frame = damaged[place % len(damaged)]
        frame[place * 7 % min(len(frame), 100)] = value
    found = made(
        [(time_ % 10**15, bytes(frame)) for (time_, *_), frame in zip(frames, damaged, strict=True)], 2
    )
    assert found.packets == len(frames)
    for form in ("terminal", "json"):
        assert load(form).render(document(found), "ko", Style())


@pytest.mark.parametrize("offset", [1 << 62, -(1 << 62)])
def test_a_capture_from_another_age(offset: int) -> None:
    def block(kind: int, body: bytes) -> bytes:
        return pack("<II", kind, len(body) + 12) + body + pack("<I", len(body) + 12)

    file = BytesIO()
    Writer(file)
    frame = ip(1, 2, 1, pack("!BBHHH", 8, 0, 0, 7, 1) + bytes(18))
    raw = file.getvalue() + block(1, pack("<HHI", 1, 0, 0) + pack("<HHq", 14, 8, offset))
    raw += block(6, pack("<IIIII", 0, 0, 1, len(frame), len(frame)) + frame + bytes(-len(frame) % 4))
    reading = Reading("old", BytesIO(raw), ())
    found = analyse(reading)
    assert (reading.problem, found.packets, found.interfaces[0].offset) == (None, 1, offset)
    for form in ("terminal", "json"):
        assert load(form).render(document(found), "en", Style())


def test_time_is_linear() -> None:
    """Ten times the packets take about ten times as long."""
    raw = (DATA / "cni0.pcap").read_bytes()
    taken = []
    for times in (10, 100):
        data = BytesIO(raw + raw[24:] * times)
        start = time.process_time()
        analyse(Reading("x", data, ()))
        taken.append(time.process_time() - start)
    assert taken[1] < 25 * taken[0]


NAMES = {
    "10.244.0.2": "default/pod-2",
    "10.244.1.5": "default/pod-1",
    "10.96.182.106": "svc default/deploy-websrv",
}


@pytest.mark.parametrize("file", sorted(DATA.glob("*.pcap*[pg]")), ids=lambda file: file.name)
def test_the_record_is_as_documented(file: Path) -> None:
    written = json.loads(load("json").render(document(analyse(read_capture(file)), NAMES), "en", Style()))
    jsonschema.validate(written, json.loads(SCHEMA.read_text()))
    numbers = {each["number"] for each in written["flows"]}
    assert all(set(each["flows"]) <= numbers for each in written["findings"])
    assert all(each["text"]["en"] != each["text"]["ko"] for each in written["findings"])


def test_what_the_record_may_hold_is_documented() -> None:
    """Each field of the record has its place in the schema, and the schema no others."""
    schema = json.loads(SCHEMA.read_text())
    parts = dict(schema["$defs"], Capture=schema)
    for kind in (Capture, Conversation, Count, Event, Fault, Latency, Question, Tunnel, Interface, Finding):
        own = {"schema", "findings", "names"} if kind is Capture else set()
        assert set(parts[kind.__name__]["properties"]) - own == set(kind.__struct_fields__)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_report_of_the_recorded_bridge(lang: Lang) -> None:
    made_of = document(capture("cni0.pcap"), NAMES)
    text = load("terminal").render(made_of, lang, Style(False, 100))
    assert "10.244.1.4:80/tcp" in text
    well, rewritten = {
        "en": (
            "Nothing is lost, refused or without an answer.",
            "default/pod-2 → svc default/deploy-websrv:80 is rewritten to",
        ),
        "ko": (
            "유실, 거부, 무응답이 없습니다.",
            "default/pod-2 → svc default/deploy-websrv:80이 default/pod-2",
        ),
    }[lang]
    assert well in text
    assert rewritten in text
    assert all(cell_len(line) <= 100 for line in text.splitlines())
    assert "▶│" in text
    assert load("html").render(made_of, lang, Style()).count("<tr") > 9


def test_a_flow_as_a_ladder() -> None:
    (silent,) = of(capture("loss.pcap"), "10.244.0.3", 9002)
    lines = ladder(silent, {"10.244.0.2": "default/web-1"}).splitlines()
    assert lines[0].split() == ["default/web-1:39614", "10.244.0.3:9002"]
    assert [line.split()[0] for line in lines[1:]] == ["0.000000", "1.022953", "2.046944"]
    assert [line.count("↻") for line in lines[1:]] == [0, 1, 1]
    assert len({cell_len(line) for line in lines}) == 1
