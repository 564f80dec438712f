"""The decoder against tshark on real captures; on any bytes it answers and does not raise.

The tables beside the captures are tshark's, made with
    tshark -n -r FILE -d udp.port==8472,vxlan -o ip.defragment:FALSE -o ipv6.defragment:FALSE
        -o tcp.relative_sequence_numbers:FALSE -T fields -E header=y -E occurrence=a -E aggregator=, -e FIELD…
"""

import csv
from collections.abc import Iterator
from ipaddress import IPv6Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.network.packet import dotted
from leadline.network.probe.captures import read_capture
from leadline.network.probe.decode import (
    ETHERNET,
    IPV4,
    IPV6,
    LOOP,
    NULL,
    RAW,
    SLL,
    SLL2,
    Decoded,
    decode,
    known,
)

DATA = Path(__file__).parents[1] / "data" / "network" / "captures"
TABLES = sorted(DATA.glob("*.decoded.tsv"))
LINKS = (ETHERNET, NULL, LOOP, RAW, SLL, SLL2, IPV4, IPV6)


def levels(packet: Decoded | None) -> Iterator[Decoded]:
    while packet is not None:
        yield packet
        packet = packet.inner


def row(time: int, length: int, packet: Decoded) -> dict[str, list[str]]:
    """What tshark says of a packet, from ours."""
    every = list(levels(packet))
    four = [each for each in every if each.version == 4]
    six = [each for each in every if each.version == 6]
    tcp = [each for each in every if each.protocol == 6 and each.source_port is not None]
    whole = [each for each in tcp if not each.cut]
    udp = [each for each in every if each.protocol == 17 and each.source_port is not None]
    icmp = [each for each in every if each.protocol == 1 and not each.piece]
    query = [each for each in icmp if each.source_port is not None]
    arp = [each for each in every if each.ethertype == 0x806]
    ethernet = [each for each in every if each.to]
    return {
        "frame.time_epoch": [f"{time // 10**9}.{time % 10**9:09}"],
        "frame.len": [str(length)],
        "eth.dst": [each.to.hex(":") for each in ethernet],
        "eth.src": [each.sender.hex(":") for each in ethernet],
        "vlan.id": [str(vlan) for each in every for vlan in each.vlans],
        "vxlan.vni": [str(each.vni) for each in every if each.vni is not None],
        "ip.src": [dotted(each.source) for each in four],
        "ip.dst": [dotted(each.destination) for each in four],
        "ip.id": [f"0x{each.identity:04x}" for each in four],
        "ip.len": [str(each.size) for each in four],
        "ip.ttl": [str(each.ttl) for each in four],
        "ip.frag_offset": [str(each.piece // 8) for each in four],
        "ip.flags.mf": [str(int(each.more)) for each in four],
        "ip.flags.df": [str(int(each.df)) for each in four],
        "ip.proto": [str(each.protocol) for each in four],
        "ipv6.src": [str(IPv6Address(each.source)) for each in six],
        "ipv6.dst": [str(IPv6Address(each.destination)) for each in six],
        "tcp.srcport": [str(each.source_port) for each in tcp],
        "tcp.dstport": [str(each.destination_port) for each in tcp],
        "tcp.seq_raw": [str(each.sequence) for each in tcp],
        "tcp.ack_raw": [str(each.acknowledged) for each in whole],
        "tcp.flags": [f"0x{each.flags:04x}" for each in whole],
        "tcp.window_size_value": [str(each.window) for each in whole],
        "tcp.len": [str(each.length) for each in whole],
        "udp.srcport": [str(each.source_port) for each in udp],
        "udp.dstport": [str(each.destination_port) for each in udp],
        "icmp.type": [str(each.code >> 8) for each in icmp],
        "icmp.code": [str(each.code & 255) for each in icmp],
        "icmp.mtu": [str(each.mtu) for each in icmp if each.code == 0x304],
        "icmp.ident": [str(each.source_port) for each in query],
        "icmp.seq": [str(each.sequence) for each in query],
        "icmpv6.type": [str(each.code >> 8) for each in every if each.protocol == 58 and not each.piece],
        "arp.opcode": [str(each.code) for each in arp],
        "arp.src.proto_ipv4": [dotted(each.source) for each in arp],
        "arp.dst.proto_ipv4": [dotted(each.destination) for each in arp],
    }


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name.removesuffix(".decoded.tsv"))
def test_as_tshark_says(table: Path) -> None:
    reading = read_capture(table.with_name(table.name.removesuffix(".decoded.tsv")))
    with table.open(newline="") as file:
        expected = list(csv.DictReader(file, delimiter="\t"))
    for each in expected:
        each["vlan.id"] = ",".join((each["ieee8021ad.id"], each["vlan.id"]))
    ours = [row(time, length, packet) for time, _, length, packet in reading]
    assert len(ours) == len(expected) > 10
    assert reading.problem is None
    cooked = reading.interfaces[0].link in (SLL, SLL2)
    for number, (mine, theirs) in enumerate(zip(ours, expected, strict=True), 1):
        for field, said in mine.items():
            if not (cooked and field in ("eth.src", "eth.dst")):
                assert (number, field, said) == (
                    number,
                    field,
                    [each for each in theirs[field].split(",") if each],
                )


def chain(address: str, number: int) -> Decoded:
    return [packet for *_, packet in read_capture(DATA / address)][number]


def test_cooked_frames_tell_their_interface() -> None:
    assert chain("service-any.pcap", 30).device in range(1, 10)
    assert chain("service-sll.pcap", 30).device is None


def test_the_port_of_vxlan_can_be_another() -> None:
    frames = list(read_capture(DATA / "vxlan.pcap").frames())
    moved = [frame[:36] + (4790).to_bytes(2, "big") + frame[38:] for _, _, _, frame in frames]
    assert all(decode(frame).inner is None for frame in moved)
    inner = [decode(frame, ports={4790}).inner for frame in moved]
    assert inner == [decode(frame).inner for _, _, _, frame in frames]
    assert None not in inner


def test_an_error_about_a_tunnel_shows_what_was_in_it() -> None:
    frame = next(read_capture(DATA / "vxlan.pcap").frames())[3]
    router = bytes(12) + b"\x08\x00" + bytes.fromhex("4500006000000000400100000a0000010a000002")
    error = bytes.fromhex("0304000000000578")
    packet = decode(router + error + frame[14:90])
    assert (packet.code, packet.mtu) == (0x304, 1400)
    about = packet.inner
    assert about is not None
    assert (about.vni, about.destination_port, about.damage) == (1, 8472, "")
    assert about.inner is not None
    assert (dotted(about.inner.source), about.inner.size) == ("10.244.0.2", 84)


@pytest.mark.parametrize(
    "name", ["vxlan.pcap", "vlan.pcap", "service-any.pcap", "null.pcap", "raw.pcap", "trouble.pcapng"]
)
def test_cut_anywhere(name: str) -> None:
    """Less of a frame never says something else, only less."""
    reading = read_capture(DATA / name)
    for _, interface, length, frame in list(reading.frames())[:60]:
        link = reading.interfaces[interface].link
        whole = decode(frame, link, length)
        for end in range(min(len(frame), 130)):
            part = decode(frame[:end], link, length)
            for field in ("version", "protocol", "source", "destination", "source_port", "vni", "size"):
                if (said := getattr(part, field)) not in (0, -1, None):
                    assert said == getattr(whole, field)
            assert part.damage in ("", whole.damage)


REAL = [
    (reading.interfaces[interface].link, frame)
    for reading in map(read_capture, (DATA / "vxlan.pcap", DATA / "service-any.pcap", DATA / "loss.pcap"))
    for _, interface, _, frame in reading.frames()
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(REAL),
    st.lists(st.tuples(st.integers(0, 140), st.integers(0, 255)), max_size=8),
    st.integers(0, 200),
)
def test_a_damaged_frame_is_decoded(
    real: tuple[int, bytes], wrong: list[tuple[int, int]], length: int
) -> None:
    link, frame = real
    damaged = bytearray(frame)
    for place, value in wrong:
        damaged[place % len(damaged)] = value
    for each in levels(decode(bytes(damaged), link, length)):
        assert each.length >= 0
        assert each.size >= 0


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(LINKS), st.integers(0, 70000))
def test_any_bytes_are_decoded(data: bytes, link: int, length: int) -> None:
    assert known(link)
    decode(data, link, length)


def test_an_unknown_link_type_is_said() -> None:
    assert not known(147)
    assert decode(b"x" * 60, 147).damage == "link-type"
