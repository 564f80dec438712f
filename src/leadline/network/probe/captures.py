"""Capture files: pcap and pcapng, as they are or gzip'd, read as a stream.

A file may end anywhere and hold anything. What stands before the damage is read, then `Reading.problem` says where it
ended and why. Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
"""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from struct import Struct
from typing import IO

import msgspec

from leadline.base.errors import ParseError, UsageError
from leadline.base.text import Text
from leadline.network.probe.decode import VXLAN_PORTS, Decoded, reader
from leadline.network.probe.stream import DamageError, Source

_LARGEST_PACKET = 1 << 19  # twice what libpcap takes from an interface
_LARGEST_BLOCK = 1 << 24
_PCAP = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}  # magic: nanoseconds in a unit of time
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE, _STATISTICS, _PACKET = 0x0A0D0D0A, 1, 2, 3, 5, 6
_ORDER = 0x1A2B3C4D
_LATEST = (1 << 63) - 1  # nanoseconds: the year 2262, for files that lie

Seen = tuple[int, int, int, Decoded]
"""A packet as it was captured: nanoseconds since 1970, the place of its interface in `Reading.interfaces`, how many
bytes it had when it was sent, and what stands in its headers."""


class Interface(msgspec.Struct, frozen=True, kw_only=True):
    """What a capture says of an interface. `name`: "" where it has none. `link`: its link type. `snap`: bytes kept of
    a packet, 0 for all. `tick`: a unit of its times is 1/tick seconds. `offset`: seconds added to them."""

    name: str = ""
    link: int
    snap: int = 0
    tick: int = 1_000_000
    offset: int = 0
    comment: str = ""


class Reading:
    """A capture being read: an iterator of what was seen, once. The other attributes are complete when it has ended.

    `interfaces`: in the order of the file, of all its sections. `comments`: of the sections and packets, with the
    packet's number from 1 (0: a section's). `lost`: packets that the capturing system says it did not keep. `problem`:
    why the file could not be read to its end. `packets`: how many were read.
    """

    def __init__(self, name: str, file: IO[bytes], ports: Collection[int]) -> None:
        self.name = name
        self.ports = frozenset(ports)
        self.interfaces: list[Interface] = []
        self.comments: list[tuple[int, str]] = []
        self.lost = 0
        self.packets = 0
        self.problem: Text | None = None
        self._lost_here: dict[int, int] = {}
        self._source = Source(file)
        self._frames = self._begin()

    def __iter__(self) -> Iterator[Seen]:
        ports, interfaces = self.ports, self.interfaces
        readers: list[Callable[[bytes, int, Collection[int]], Decoded]] = []
        for time, interface, length, frame in self.frames():
            if interface >= len(readers):
                readers += [reader(each.link) for each in interfaces[len(readers) :]]
            kept = len(frame)
            yield time, interface, length, readers[interface](frame, length if length > kept else kept, ports)

    def frames(self) -> Iterator[tuple[int, int, int, bytes]]:
        """The same with the bytes of each frame instead of what they say."""
        source = self._source
        with source.file:
            try:
                yield from self._frames
            except DamageError as damage:
                self.problem = _ENDS.fill(
                    name=self.name, offset=f"{source.offset:,}", why=damage.text, packets=f"{self.packets:,}"
                )
        self.lost += sum(self._lost_here.values())

    def _begin(self) -> Iterator[tuple[int, int, int, bytes]]:
        """Reads enough to know the format."""
        try:
            head = self._source.peek(12)
        except DamageError as damage:
            raise ParseError(
                Text(f"{self.name}: {damage.text.en}", f"{self.name}: {damage.text.ko}")
            ) from None
        if not head:
            raise ParseError(Text(f"{self.name}: the file is empty", f"{self.name}: 파일이 비어 있습니다"))
        for order in "<>":
            if (unit := _PCAP.get(Struct(order + "I").unpack(head[:4].ljust(4, b"\0"))[0])) is not None:
                return self._pcap(order, unit)
        if int.from_bytes(head[:4], "little") == _SECTION and _order(head) is not None:
            return self._pcapng()
        raise ParseError(
            Text(
                f"{self.name}: is neither pcap nor pcapng (it begins with {head[:4].hex() or 'nothing'}); give a file "
                "that tcpdump -w or Wireshark wrote",
                f"{self.name}: pcap도 pcapng도 아닙니다(시작 바이트 {head[:4].hex() or '없음'}). tcpdump -w나 Wireshark가 "
                "저장한 파일을 지정하십시오",
            )
        )

    def _pcap(self, order: str, unit: int) -> Iterator[tuple[int, int, int, bytes]]:
        header = self._source.take(24)
        snap, network = Struct(order + "II").unpack_from(header, 16)
        link = network & 0xFFFF  # above it is whether frames end with a checksum
        self.interfaces.append(Interface(link=link, snap=snap, tick=1_000_000_000 // unit))
        source, unpack = self._source, Struct(order + "IIII").unpack_from
        take = source.take
        while head := source.take_or_end(16):
            seconds, fraction, kept, length = unpack(head)
            if kept > _LARGEST_PACKET:
                source.offset -= 16
                raise DamageError(_LONG.fill(n=f"{kept:,}"))
            frame = take(kept)
            self.packets += 1
            yield seconds * 1_000_000_000 + fraction * unit, 0, length, frame

    def _pcapng(self) -> Iterator[tuple[int, int, int, bytes]]:
        source = self._source
        order, first = "<", 0  # of the section: its byte order, the place of its first interface
        scales: list[tuple[int, int]] = []
        while head := source.take_or_end(8):
            start = source.offset - 8
            kind, total = Struct(order + "II").unpack(head)
            if kind == _SECTION:
                found = _order(head + source.peek(4))
                if found is None:
                    source.offset = start
                    raise DamageError(_NO_ORDER)
                order = found
                total = Struct(order + "II").unpack(head)[1]
                first = len(self.interfaces)
                scales = []
                self.lost += sum(self._lost_here.values())
                self._lost_here = {}
            if total < 12 or total % 4 or total > _LARGEST_BLOCK:
                source.offset = start
                raise DamageError(_BLOCK.fill(n=f"{total:,}"))
            body = source.take(total - 12)
            if source.take(4) != head[4:]:
                source.offset = start
                raise DamageError(_TRAILER)
            try:
                if kind in (_PACKET, _OLD_PACKET):
                    yield self._packet(kind, body, order, first, scales)
                elif kind == _SIMPLE:
                    if len(body) < 4:
                        raise _ShortError
                    length = Struct(order + "I").unpack_from(body)[0]
                    snap = self.interfaces[first].snap
                    kept = min(length, len(body) - 4, snap or length)
                    self.packets += 1
                    yield 0, first, length, body[4 : 4 + kept]
                elif kind == _INTERFACE:
                    found_interface = _interface(body, order)
                    self.interfaces.append(found_interface)
                    scales.append((found_interface.tick, found_interface.offset))
                elif kind == _SECTION:
                    self.comments += [
                        (0, _said(each)) for code, each in _options(body, 16, order) if code == 1
                    ]
                elif kind == _STATISTICS:
                    self._count_lost(body, order)
            except (IndexError, _ShortError):
                source.offset = start
                raise DamageError(_CONTENT) from None

    def _packet(
        self, kind: int, body: bytes, order: str, first: int, scales: list[tuple[int, int]]
    ) -> tuple[int, int, int, bytes]:
        if len(body) < 20:
            raise _ShortError
        interface, high, low, kept, length = _PACKETS[order](body)
        if kind == _OLD_PACKET:
            interface = _OLD_INTERFACES[order](body)[0]
        if kept > len(body) - 20:
            raise _ShortError
        tick, offset = scales[interface]
        time = high << 32 | low
        if tick != 1_000_000_000:
            time = time * 1000 if tick == 1_000_000 else time * 1_000_000_000 // tick
        self.packets += 1
        after = 20 + (kept + 3 & ~3)
        if after < len(body):
            for code, value in _options(body, after, order):
                if code == 1 and len(self.comments) < 1000:
                    self.comments.append((self.packets, _said(value)))
        return (
            min(max(time + offset * 1_000_000_000, 0), _LATEST),
            first + interface,
            length,
            body[20 : 20 + kept],
        )

    def _count_lost(self, body: bytes, order: str) -> None:
        if len(body) < 12:
            raise _ShortError
        interface = Struct(order + "I").unpack_from(body)[0]
        counts = dict(_options(body, 12, order))
        # what the interface dropped and what the operating system did: both since the capture began
        self._lost_here[interface] = sum(
            Struct(order + "Q").unpack(counts[code])[0] for code in (5, 7) if len(counts.get(code, b"")) == 8
        )


def read_capture(path: str | Path, ports: Collection[int] = VXLAN_PORTS) -> Reading:
    """Opens a capture; its packets are read when they are asked for. `ports`: UDP ports of VXLAN.

    Raises UsageError where it cannot be opened, ParseError where it is no capture."""
    name = str(path)
    try:
        file: IO[bytes] = Path(path).open("rb")  # noqa: SIM115 - Reading closes it
    except OSError as error:
        raise UsageError(
            Text(
                f"{name}: cannot be opened ({error.strerror}); give a capture file",
                f"{name}: 열 수 없습니다({error.strerror}). 캡처 파일을 지정하십시오",
            )
        ) from None
    try:
        return Reading(name, file, ports)
    except BaseException:
        file.close()
        raise


class _ShortError(Exception):
    """A block is shorter than what it should hold."""


_PACKETS = {order: Struct(order + "IIIII").unpack_from for order in "<>"}
_OLD_INTERFACES = {order: Struct(order + "HH").unpack_from for order in "<>"}


def _order(section: bytes) -> str | None:
    """The byte order that a section's first 12 bytes tell."""
    if int.from_bytes(section[8:12], "little") == _ORDER:
        return "<"
    return ">" if int.from_bytes(section[8:12], "big") == _ORDER else None


def _interface(body: bytes, order: str) -> Interface:
    if len(body) < 8:
        raise _ShortError
    link, _, snap = Struct(order + "HHI").unpack_from(body)
    tick, offset = 1_000_000, 0
    named: dict[int, str] = {}
    for code, value in _options(body, 8, order):
        if code == 9 and value:
            # the high bit: a power of two instead of ten
            tick = 1 << min(value[0] & 127, 63) if value[0] & 128 else 10 ** min(value[0], 18)
        elif code == 14 and len(value) == 8:
            offset = Struct(order + "q").unpack(value)[0]
        elif code in (1, 2, 3):
            named[code] = _said(value)
    name = named.get(2) or named.get(3, "")
    return Interface(name=name, link=link, snap=snap, tick=tick, offset=offset, comment=named.get(1, ""))


def _options(body: bytes, at: int, order: str) -> Iterator[tuple[int, bytes]]:
    unpack = Struct(order + "HH").unpack_from
    while at + 4 <= len(body):
        code, size = unpack(body, at)
        if code == 0:
            return
        if at + 4 + size > len(body):
            raise _ShortError
        yield code, body[at + 4 : at + 4 + size]
        at += 4 + (size + 3 & ~3)


def _said(value: bytes) -> str:
    return value.rstrip(b"\0").decode("utf-8", "replace")


_ENDS = Text(
    "{name}: cannot be read beyond byte {offset}: {why}; {packets} packets before it were read",
    "{name}: {offset}바이트 위치부터 읽을 수 없습니다: {why}. 그 앞의 패킷 {packets}개는 읽었습니다",
)
_LONG = Text("a packet of {n} bytes is announced", "패킷 길이가 {n}바이트로 적혀 있습니다")
_BLOCK = Text("a block of {n} bytes is announced", "블록 길이가 {n}바이트로 적혀 있습니다")
_TRAILER = Text("the block does not end with its length", "블록 끝의 길이 값이 시작의 값과 다릅니다")
_CONTENT = Text(
    "the block is shorter than what it should hold, or names an interface that is not there",
    "블록이 담아야 할 내용보다 짧거나 없는 인터페이스를 가리킵니다",
)
_NO_ORDER = Text("a section without a byte order", "섹션의 바이트 순서를 알 수 없습니다")
