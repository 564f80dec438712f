"""Capture files: what Wireshark's own tools wrote, every form of the formats, and files that end or lie."""

import gzip
import json
import os
import random
import threading
from io import BytesIO
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.base.errors import ParseError, UsageError
from leadline.network.probe.captures import Interface, Reading, read_capture
from leadline.network.probe.writing import Writer

DATA = Path(__file__).parents[1] / "data" / "network" / "captures"
FRAME = bytes(range(60))
TIME = 1_795_245_295_970_719_123


def reading(data: bytes) -> Reading:
    return Reading("file", BytesIO(data), (8472,))


def frames(data: bytes) -> list[tuple[int, int, int, bytes]]:
    return list(reading(data).frames())


def pcap(order: str, magic: int, link: int = 1) -> bytes:
    scale = 1 if magic == 0xA1B23C4D else 1000
    head = pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    record = pack(order + "IIII", TIME // 10**9, TIME % 10**9 // scale, len(FRAME), 1500)
    return head + record + FRAME


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    total = pack(order + "I", len(body) + 12)
    return pack(order + "I", kind) + total + body + total


def option(order: str, code: int, value: bytes) -> bytes:
    return pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str) -> bytes:
    return block(order, 0x0A0D0D0A, pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order: str, *options: bytes, link: int = 1, snap: int = 0) -> bytes:
    return block(order, 1, pack(order + "HHI", link, 0, snap) + b"".join(options))


def packet(order: str, number: int, time: int, frame: bytes = FRAME, *options: bytes) -> bytes:
    head = pack(order + "IIIII", number, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame))
    return block(order, 6, head + frame + bytes(-len(frame) % 4) + b"".join(options))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D])
def test_pcap(order: str, magic: int) -> None:
    exact = TIME if magic == 0xA1B23C4D else TIME // 1000 * 1000
    assert frames(pcap(order, magic)) == [(exact, 0, 1500, FRAME)]


def test_the_upper_bits_of_the_link_type_are_not_the_link_type() -> None:
    read = reading(pcap("<", 0xA1B2C3D4, link=0x24000001))
    assert len(list(read)) == 1
    assert read.interfaces[0].link == 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng(order: str) -> None:
    data = (
        section(order)
        + interface(order, option(order, 2, b"cni0"), option(order, 9, b"\x09"))
        + interface(
            order,
            option(order, 2, b"eth0"),
            option(order, 9, b"\x8a"),
            option(order, 14, pack(order + "q", 5)),
        )
        + block(order, 0x0BAD, b"a block of somebody's own")
        + packet(order, 0, TIME, FRAME, option(order, 1, b"what a person wrote"), option(order, 0, b""))
        + packet(order, 1, (7 << 10) + 512)
        + block(order, 5, pack(order + "III", 0, 0, 0) + option(order, 5, pack(order + "Q", 3)))
        + block(order, 5, pack(order + "III", 0, 0, 0) + option(order, 5, pack(order + "Q", 4)))
    )
    read = reading(data + data)
    assert list(read.frames()) == [
        (TIME, 0, 60, FRAME), (12_500_000_000, 1, 60, FRAME), (TIME, 2, 60, FRAME), (12_500_000_000, 3, 60, FRAME),
    ]  # fmt: skip
    assert read.problem is None
    assert [each.name for each in read.interfaces] == ["cni0", "eth0"] * 2
    assert read.comments == [(1, "what a person wrote"), (3, "what a person wrote")]
    assert read.lost == 8


def test_sections_of_both_byte_orders_in_one_file() -> None:
    parts = [section(order) + interface(order) + packet(order, 0, 1_000_000) for order in "<><"]
    assert [each[:2] for each in frames(b"".join(parts))] == [
        (1_000_000_000, 0),
        (1_000_000_000, 1),
        (1_000_000_000, 2),
    ]


def test_packets_without_time() -> None:
    simple = block("<", 3, pack("<I", 1500) + FRAME)
    assert frames(section("<") + interface("<", snap=60) + simple) == [(0, 0, 1500, FRAME)]
    old = block("<", 2, pack("<HHIIII", 0, 0, 0, 2_000_000, 60, 60) + FRAME)
    assert frames(section("<") + interface("<") + old) == [(2_000_000_000, 0, 60, FRAME)]


def test_gzip_and_a_pipe(tmp_path: Path) -> None:
    raw = (DATA / "vxlan.pcap").read_bytes()
    packed = tmp_path / "vxlan.pcap.gz"
    packed.write_bytes(gzip.compress(raw))
    expected = frames(raw)
    assert list(read_capture(packed).frames()) == expected
    for content in (raw, packed.read_bytes()):
        fifo = tmp_path / f"fifo{len(content)}"
        os.mkfifo(fifo)
        writer = threading.Thread(target=fifo.write_bytes, args=(content,))
        writer.start()
        assert list(read_capture(fifo).frames()) == expected
        writer.join()


@pytest.mark.parametrize("name", ["vxlan.pcap", "trouble.pcapng"])
def test_a_file_may_end_anywhere(name: str) -> None:
    raw = (DATA / name).read_bytes()[:2500]
    whole = frames(raw)
    ends_well = 0
    for end in range(1, len(raw)):
        try:
            read = reading(raw[:end])
            got = list(read.frames())
        except ParseError:
            assert end < 24
            continue
        assert got == whole[: len(got)]
        if read.problem is None:
            ends_well += 1
        else:
            assert f"{len(got):,} packets before it were read" in read.problem.en
            offset = int(read.problem.en.partition("byte ")[2].partition(":")[0].replace(",", ""))
            assert offset <= end
    assert ends_well < len(whole) + 8


def test_the_packed_file_may_end_anywhere() -> None:
    raw = gzip.compress((DATA / "cni0.pcap").read_bytes())
    read = reading(raw[: len(raw) // 2])
    got = list(read.frames())
    assert 10 < len(got) < 147
    assert read.problem is not None
    assert "unpacked" in read.problem.en
    broken = bytearray(raw)
    broken[len(raw) // 2] ^= 0xFF
    read = reading(bytes(broken))
    list(read.frames())
    assert read.problem is not None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (pcap("<", 0xA1B2C3D4)[:24] + pack("<IIII", 1, 1, 1 << 30, 60), "1,073,741,824 bytes is announced"),
        (section("<") + interface("<") + pack("<II", 6, 13), "13 bytes is announced"),
        (section("<") + interface("<") + pack("<II", 6, 1 << 30), "1,073,741,824 bytes is announced"),
        (section("<") + packet("<", 0, 0), "an interface that is not there"),
        (section("<") + block("<", 1, b"1234"), "shorter than what it should hold"),
        (section("<") + interface("<") + block("<", 6, bytes(12)), "shorter than what it should hold"),
        (section("<") + interface("<") + packet("<", 0, 0)[:-4] + b"abcd", "does not end with its length"),
        (section("<") + interface("<") + section("<").replace(b"\x4d\x3c\x2b\x1a", b"oops"), "without a byte order"),
        (section("<") + interface("<") + block("<", 3, b""), "shorter than"),
        (section("<") + block("<", 3, b"abcdefgh"), "an interface that is not there"),
    ],
)  # fmt: skip
def test_lies_end_in_a_sentence(data: bytes, why: str) -> None:
    read = reading(data)
    list(read.frames())
    assert read.problem is not None
    assert why in read.problem.en
    assert "읽을 수 없습니다" in read.problem.ko


@pytest.mark.parametrize("data", [b"", b"\n", b"no capture at all", b"\x1f\x8b", b"\x0a\x0d\x0d\x0a12345678"])
def test_what_is_no_capture_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(ParseError, match="x"):
        list(read_capture(tmp_path / "x"))


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(UsageError, match="cannot be opened"):
            read_capture(path)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["vxlan.pcap", "trouble.pcapng"]), st.randoms(use_true_random=False), st.booleans())
def test_damaged_files_are_read_as_far_as_they_go(name: str, chance: random.Random, packed: bool) -> None:
    raw = bytearray((DATA / name).read_bytes()[:4000])
    for _ in range(chance.randint(1, 12)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    try:
        read = reading(gzip.compress(raw) if packed else bytes(raw))
        for _ in read:
            pass
    except ParseError:
        return
    assert read.packets <= 4000


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", pcap("<", 0xA1B2C3D4)[:24], section("<"), section(">"), b"\x1f\x8b\x08"]),
)
def test_any_bytes_end_in_order(data: bytes, head: bytes) -> None:
    try:
        for _ in reading(head + data):
            pass
    except ParseError:
        pass


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    import tracemalloc

    raw = (DATA / "vxlan.pcap").read_bytes()
    (tmp_path / "long.pcap").write_bytes(raw + raw[24:] * 400)  # 4 MB
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_capture(tmp_path / "long.pcap").frames()) == 46 * 401
        assert tracemalloc.get_traced_memory()[1] < 1_500_000
    finally:
        tracemalloc.stop()


def written() -> bytes:
    file = BytesIO()
    writer = Writer(file, comment="a probe")
    first = writer.interface("cni0", comment="the bridge of k8s-w1")
    second = writer.interface("eth0", snap=96)
    writer.packet(TIME, first, FRAME, comment="request, hop 1")
    writer.packet(TIME + 1, second, FRAME[:42], 60)
    return file.getvalue()


def test_what_is_written_is_read() -> None:
    read = reading(written())
    assert list(read.frames()) == [(TIME, 0, 60, FRAME), (TIME + 1, 1, 60, FRAME[:42])]
    assert read.interfaces == [
        Interface(name="cni0", link=1, tick=10**9, comment="the bridge of k8s-w1"),
        Interface(name="eth0", link=1, snap=96, tick=10**9),
    ]
    assert read.comments == [(0, "a probe"), (1, "request, hop 1")]


def test_what_is_written_wireshark_reads() -> None:
    """The file beside is what tshark was given for this table: -T json -e FIELD…"""
    assert written() == (DATA / "written.pcapng").read_bytes()
    table = json.loads((DATA / "written.tshark.json").read_text())
    seen = [each["_source"]["layers"] for each in table]
    seconds = "1795245295.97071912"
    assert seen == [
        {
            "frame.interface_name": ["cni0"],
            "frame.time_epoch": [seconds + "3"],
            "frame.comment": ["request, hop 1"],
            "frame.len": ["60"],
            "frame.cap_len": ["60"],
        },
        {
            "frame.interface_name": ["eth0"],
            "frame.time_epoch": [seconds + "4"],
            "frame.len": ["60"],
            "frame.cap_len": ["42"],
        },
    ]
