"""Packets taken in one by one: which flow each is of, and what it changes. Memory does not grow with their number."""

from collections.abc import Iterable
from typing import TypeVar

from leadline.network.probe.captures import Seen
from leadline.network.probe.decode import ACK, SYN, Decoded
from leadline.network.probe.pieces import Pieces, carried
from leadline.network.probe.tracks import Direction, Track

MOST = 20_000
"""How many flows are followed."""
REST = 500_000
"""Up to how many further flows are counted exactly."""

_AGAIN = (
    100_000_000  # the same packet later than 0.1 s is not the same: TCP repeats after 0.2 s at the earliest
)
_REMEMBERED = 50_000
_KINDS = 1000
_MACS = 64

Value = TypeVar("Value")


class TunnelTrack:
    """VXLAN packets of one direction while they are counted."""

    __slots__ = (
        "bytes",
        "first",
        "fragmented",
        "incomplete",
        "key",
        "largest",
        "last",
        "macs",
        "number",
        "overhead",
        "packets",
        "sender",
        "to",
        "version",
    )

    def __init__(self, number: int, key: tuple[int, int, int, int], version: int, time: int) -> None:
        self.number = number
        self.version = version
        self.key = key
        self.first = self.last = time
        self.packets = self.bytes = self.largest = self.overhead = self.fragmented = self.incomplete = 0
        self.macs: set[tuple[bytes, bytes]] = set()
        self.sender = self.to = b""  # of the last frame in it


class Analysis:
    """What is known of a capture so far."""

    def __init__(self) -> None:
        self.packets = self.bytes = self.first = self.last = self.cut = self.rest_packets = 0
        self.tracks: list[Track] = []
        self.rest: set[int] = set()
        self.tunnels: dict[tuple[int, int, int, int], TunnelTrack] = {}
        self.pieces = Pieces()
        self.places: dict[tuple[int, int | None, int | None], int] = {}
        # ICMP errors: (version, sender, code, mtu, quoted packet's ends, of a tunnel) -> times, first, size
        self.faults: dict[
            tuple[int, int, int, int, tuple[int, int, int | None, int, int | None], bool], list[int]
        ] = {}
        # ARP: (asker, target) -> times, first, last
        self.asked: dict[tuple[int, int], list[int]] = {}
        self.answered: set[int] = set()
        self.undecoded: dict[str, int] = {}
        self.damaged: dict[str, int] = {}
        self._ways: dict[tuple[int, int, int | None, int, int | None], Direction] = {}
        self._waiting: dict[tuple[int, int | None], Track] = {}
        self._syns: dict[int, Track] = {}
        # packets seen a moment ago, in two halves so that the older can be dropped at once
        self._recent: dict[tuple[object, ...], tuple[int, int, int]] = {}
        self._older: dict[tuple[object, ...], tuple[int, int, int]] = {}
        self._turn = 0
        self._fresh: dict[tuple[object, ...], tuple[int, Direction]] = {}

    def take(self, reading: Iterable[Seen]) -> None:
        """Takes in packets in the order of the file."""
        see = self._see
        for time, interface, length, packet in reading:
            self.packets += 1
            self.bytes += length
            if time < self.first or not self.first:
                self.first = time
            if time > self.last:
                self.last = time
            see(time, interface, packet)

    def _see(self, time: int, interface: int, packet: Decoded) -> None:
        vni, tunnel, device = None, 0, packet.device
        while True:
            if packet.damage:
                _count(self.damaged, packet.damage)
            if packet.cut:
                self.cut += 1
            if packet.version == 0:
                self._no_ip(time, packet)
                return
            if packet.vni is None or (inner := packet.inner) is None:
                break
            tunnel = self._tunnel(time, packet, inner)
            if packet.more:
                self._piece(time, packet, 0, tunnel)
            vni, packet = packet.vni, inner
        key = (interface, device, vni)
        place = self.places.get(key)
        if place is None:
            # numbers of interfaces in damaged frames must not fill the memory
            place = self.places[key] = len(self.places) if len(self.places) < MOST else 0
        if packet.piece or packet.more:
            self._piece(time, packet, place, tunnel)
            return
        self._whole(time, packet, place, tunnel, packet.length, 1, packet.size)

    def _no_ip(self, time: int, packet: Decoded) -> None:
        if packet.ethertype != 0x0806:
            if packet.damage == "link-type":
                return
            if packet.ethertype >= 0x600:
                _count(self.undecoded, f"ethertype 0x{packet.ethertype:04x}")
            elif packet.ethertype and packet.ethertype not in (0x0800, 0x86DD):
                _count(self.undecoded, "802.3")
            return
        if packet.source:
            self.answered.add(packet.source)
        if packet.code == 1 and packet.source != packet.destination and len(self.asked) < MOST:
            found = self.asked.setdefault((packet.source, packet.destination), [0, time, time])
            found[0] += 1
            found[2] = time

    def _tunnel(self, time: int, packet: Decoded, inner: Decoded) -> int:
        assert packet.vni is not None and packet.destination_port is not None  # noqa: S101 - told by its caller
        key = (packet.source, packet.destination, packet.destination_port, packet.vni)
        found = self.tunnels.get(key)
        if found is None:
            if len(self.tunnels) >= MOST:
                return 0
            found = self.tunnels[key] = TunnelTrack(len(self.tunnels) + 1, key, packet.version, time)
        found.packets += 1
        found.bytes += packet.size
        found.last = time
        if packet.size > found.largest:
            found.largest = packet.size
        if inner.version and not packet.more and packet.size > inner.size:
            found.overhead = packet.size - inner.size
        if inner.sender != found.sender or inner.to != found.to:
            found.sender, found.to = inner.sender, inner.to
            if len(found.macs) < _MACS:
                found.macs.add((inner.sender, inner.to))
        return found.number

    def _piece(self, time: int, packet: Decoded, place: int, tunnel: int) -> None:
        datagram, complete = self.pieces.add(packet, time)
        if not packet.piece:
            datagram.place, datagram.tunnel = place, tunnel
        if not complete or datagram.head is None:
            return
        head = datagram.head
        if head.vni is not None:
            if (found := self._of_tunnel(head)) is not None:
                found.fragmented += 1
            return
        # what the first piece says of its own length, plus all that followed it
        length = (datagram.length or 0) - carried(head) + head.length
        self._whole(time, head, datagram.place, datagram.tunnel, length, datagram.packets, datagram.bytes)

    def _of_tunnel(self, head: Decoded) -> TunnelTrack | None:
        return self.tunnels.get((head.source, head.destination, head.destination_port or 0, head.vni or 0))

    def _whole(
        self, time: int, packet: Decoded, place: int, tunnel: int, length: int, pieces: int, size: int
    ) -> None:
        """A whole IP packet, or a datagram whose pieces are all there."""
        protocol = packet.protocol
        if packet.inner is not None:
            self._fault(time, packet, packet.inner)
            return
        key = (protocol, packet.source, packet.source_port, packet.destination, packet.destination_port)
        way = self._ways.get(key)
        if way is None and protocol == 58 and packet.code >> 8 in _NEIGHBOURS:
            _count(self.undecoded, "ICMPv6 ND/MLD")
            return
        flags = packet.flags
        if way is None or (flags & (SYN | ACK) == SYN and way.begin not in (None, packet.sequence)):
            made = self._begin(key, time, packet, way)
            if made is None:
                self.rest_packets += pieces
                return
            way = made
        track = way.track
        track.places.add(place)
        if tunnel:
            track.tunnels.add(tunnel)
        mark = (way, packet.identity, packet.sequence, packet.acknowledged, flags | packet.code, length)
        here = (time, place, packet.ttl)
        before = self._before(mark, here, time)
        # datagrams without an identity may be equal and still be two
        if before is not None and (packet.identity or protocol == 6 or before[1:] != here[1:]):
            track.copies += pieces
            if before[1:] == here[1:]:
                track.doubled += pieces
            return
        way.packets += pieces
        way.bytes += size
        if time > track.last:
            track.last = time
        if pieces > 1:
            track.fragmented += 1
        if way.packets <= 3:
            self._pair(time, packet, way, length)
        if protocol == 6:
            remark = track.tcp(way, time, packet, length)
            track.note(way, time, packet, length, pieces, remark)
            return
        if protocol == 17:
            if way is track.client:
                track.asked(0, time)
            else:
                track.replied(0, time)
                track.pending.clear()
        elif packet.code in _ECHO_REQUEST and protocol in (1, 58):
            track.client = way
            track.asked(packet.sequence, time)
        elif packet.code in _ECHO_REPLY and protocol in (1, 58):
            track.client = way.back
            track.replied(packet.sequence, time)
        track.note(way, time, packet, length, pieces)

    def _before(
        self, mark: tuple[object, ...], here: tuple[int, int, int], time: int
    ) -> tuple[int, int, int] | None:
        """When, where and with which TTL this very packet was seen, if it was a moment ago."""
        if time - self._turn > _AGAIN or len(self._recent) > _REMEMBERED or time < self._turn:
            self._older, self._recent, self._turn = self._recent, {}, time
        before = self._recent.get(mark) or self._older.get(mark)
        self._recent[mark] = here
        return before if before is not None and abs(time - before[0]) <= _AGAIN else None

    def _begin(
        self,
        key: tuple[int, int, int | None, int, int | None],
        time: int,
        packet: Decoded,
        old: Direction | None,
    ) -> Direction | None:
        """The way of a packet whose ends were not seen so far: a new flow's, or one that NAT had hidden."""
        protocol, source, source_port, destination, destination_port = key
        if old is None and (joined := self._answer(key, time, packet)) is not None:
            self._ways[key] = joined
            return joined
        if len(self.tracks) >= MOST:
            if len(self.rest) < REST:
                ends = ((source, source_port or 0), (destination, destination_port or 0))
                self.rest.add(hash((protocol, *sorted(ends))))
            return None
        track = Track(
            len(self.tracks) + 1,
            protocol,
            packet.version,
            time,
            source,
            source_port,
            destination,
            destination_port,
        )
        self.tracks.append(track)
        way = track.client
        self._ways[key] = way
        self._ways[(protocol, destination, destination_port, source, source_port)] = way.back
        if protocol == 6:
            if packet.flags & SYN:
                if not packet.flags & ACK:
                    _keep(self._syns, packet.sequence, track)
            elif source_port is not None and destination_port is not None and source_port < destination_port:
                # nobody saw it begin: servers have the smaller port
                track.client = way.back
        elif protocol == 17:
            if source_port in _SERVERS and destination_port not in _SERVERS:
                track.client = way.back
            _keep(self._waiting, (source, source_port), track)
        return way

    def _answer(
        self, key: tuple[int, int, int | None, int, int | None], time: int, packet: Decoded
    ) -> Direction | None:
        """Where a reply bears another address than the request was sent to, since the capture stands where the one is
        rewritten already and the other is rewritten back: the direction of the request's flow that it belongs to."""
        protocol, source, source_port, destination, destination_port = key
        if protocol == 6 and packet.flags & (SYN | ACK) == SYN | ACK:
            track = self._syns.get(packet.acknowledged - 1 & 0xFFFFFFFF)
        elif protocol == 17:
            track = self._waiting.get((destination, destination_port))
            if track is not None and time - track.last > 10_000_000_000:
                return None
        else:
            return None
        if track is None or track.client.back.packets or track.answered_by is not None:
            return None
        client = track.client
        if (client.source, client.source_port) != (destination, destination_port):
            return None
        if protocol == 17 and client.destination == source:
            return None  # another port of the same host is another service
        track.answered_by = (source, source_port)
        return client.back

    def _pair(self, time: int, packet: Decoded, way: Direction, length: int) -> None:
        """Notes where the first packets of two flows are one packet before and after its addresses were rewritten."""
        if packet.protocol == 6:
            if not length and not packet.flags & SYN:
                return
        elif not packet.identity:
            return
        # ports are rewritten too, so that neither they nor the addresses are in the mark
        mark = (
            packet.protocol, packet.identity, packet.sequence, packet.acknowledged, packet.flags | packet.code, length,
        )  # fmt: skip
        before = self._fresh.get(mark)
        if before is None:
            _keep(self._fresh, mark, (time, way))
            return
        other = before[1]
        if other.track is way.track or abs(time - before[0]) > _AGAIN:
            return
        if packet.protocol == 6 or other.source == way.source or other.destination == way.destination:
            other.track.rewritten.add(way.track.number)
            way.track.rewritten.add(other.track.number)

    def _fault(self, time: int, packet: Decoded, about: Decoded) -> None:
        """An ICMP error."""
        outer = about.vni is not None
        ends = (about.protocol, about.source, about.source_port, about.destination, about.destination_port)
        key = (packet.version, packet.source, packet.code, packet.mtu, ends, outer)
        found = self.faults.get(key)
        if self._before((key, packet.identity), (time, 0, 0), time) is not None and packet.identity:
            return
        if found is not None:
            found[0] += 1
        elif len(self.faults) < _KINDS:
            self.faults[key] = [1, time, about.size]

    def flow_of(self, ends: tuple[int, int, int | None, int, int | None]) -> Track | None:
        """The flow that a packet with these ends is of."""
        way = self._ways.get(ends)
        return way.track if way is not None else None

    def incomplete(self) -> None:
        """Accounts for what stayed in pieces; to be called once, at the end."""
        for datagram in self.pieces.finish():
            head = datagram.head
            if head is not None and head.vni is not None:
                if (found := self._of_tunnel(head)) is not None:
                    found.fragmented += 1
                    found.incomplete += 1
                continue
            first = head or Decoded(version=4)
            source, destination, protocol, _ = datagram.key
            key = (protocol, source, first.source_port, destination, first.destination_port)
            way = self._ways.get(key) or self._begin(key, datagram.first, first, None)
            if way is None:
                self.rest_packets += datagram.packets
                continue
            way.packets += datagram.packets
            way.bytes += datagram.bytes
            way.track.fragmented += 1
            way.track.incomplete += 1
            way.track.places.add(datagram.place)
            way.track.note(way, datagram.first, first, datagram.bytes, 0)


_ECHO_REQUEST, _ECHO_REPLY = frozenset((0x0800, 0x8000)), frozenset((0x0000, 0x8100))
# neighbour discovery and multicast listeners: IPv6's ARP, no traffic of anybody
_NEIGHBOURS = frozenset((*range(130, 138), 143))
_SERVERS = frozenset((53, 67, 123, 161, 514, 8472, 4789))


def _count(where: dict[str, int], what: str) -> None:
    where[what] = where.get(what, 0) + 1


_Key = TypeVar("_Key")


def _keep(where: dict[_Key, Value], key: _Key, value: Value) -> None:
    """Remembers a value, and forgets the oldest where there are too many."""
    if len(where) >= _REMEMBERED:
        del where[next(iter(where))]
    where[key] = value
