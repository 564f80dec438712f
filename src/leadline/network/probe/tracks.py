"""One flow while its capture is read: both directions, and what TCP's numbers tell."""

from collections import deque
from typing import Literal

from leadline.network.probe.decode import ACK, FIN, RST, SYN, Decoded

_EVENTS, _LAST = 20, 6
_HOLES = 32
_PENDING = 4096
_SAMPLES = 512
_REORDER = 3_000_000  # a gap filled within 3 ms is a packet that was overtaken (as Wireshark has it)
_HALF = 1 << 31
_WRAP = (1 << 32) - 1

Remark = Literal["", "retransmission", "reordered", "gap"]
Happened = tuple[int, int, int, int, int, int, int, Remark]
"""Time, flags, code, sequence, acknowledged, length, pieces, remark."""


class Direction:
    """Packets from one end of a flow to the other; `back` is the other direction."""

    __slots__ = (
        "acknowledged",
        "back",
        "begin",
        "bytes",
        "destination",
        "destination_port",
        "fin",
        "holes",
        "more_lost",
        "next",
        "packets",
        "reordered",
        "retransmitted",
        "source",
        "source_port",
        "timed",
        "track",
    )
    back: "Direction"

    def __init__(
        self,
        track: "Track",
        source: int,
        source_port: int | None,
        destination: int,
        destination_port: int | None,
    ) -> None:
        self.track = track
        self.source, self.source_port = source, source_port
        self.destination, self.destination_port = destination, destination_port
        self.packets = self.bytes = self.retransmitted = self.reordered = self.more_lost = 0
        self.begin: int | None = None
        self.next: int | None = None
        self.acknowledged: int | None = None  # by the packets of this direction
        self.fin = False
        self.holes: list[tuple[int, int, int]] = []  # from, to, since when
        self.timed: tuple[int, int] | None = None  # sequence number to be acknowledged, when it was sent

    def missing(self) -> tuple[int, int]:
        """Bytes of gaps: that nobody acknowledged, and that the other side did."""
        answered = self.back.acknowledged
        lost = seen = 0
        for begin, end, _ in self.holes:
            if answered is not None and (answered - end) & _WRAP < _HALF:
                seen += end - begin & _WRAP
            else:
                lost += end - begin & _WRAP
        return lost, seen + self.more_lost


class Track:
    """One flow. `client`: the direction of its requests."""

    __slots__ = (
        "answered_by",
        "client",
        "copies",
        "doubled",
        "first",
        "fragmented",
        "handshake",
        "head",
        "incomplete",
        "last",
        "last_events",
        "more",
        "number",
        "pending",
        "places",
        "protocol",
        "refused",
        "requests",
        "reset_by",
        "rewritten",
        "sample_count",
        "samples",
        "stride",
        "syn_time",
        "tunnels",
        "version",
    )

    def __init__(
        self,
        number: int,
        protocol: int,
        version: int,
        time: int,
        source: int,
        source_port: int | None,
        destination: int,
        destination_port: int | None,
    ) -> None:
        self.number = number
        self.protocol = protocol
        self.version = version
        self.client = Direction(self, source, source_port, destination, destination_port)
        self.client.back = Direction(self, destination, destination_port, source, source_port)
        self.client.back.back = self.client
        self.first = self.last = time
        self.places: set[int] = set()
        self.tunnels: set[int] = set()
        self.copies = self.doubled = self.requests = self.fragmented = self.incomplete = 0
        self.pending: dict[int, int] = {}  # requests without a reply: sequence -> time
        self.handshake: Literal["", "syn", "answered", "complete"] = ""
        self.refused = False
        self.reset_by: Direction | None = None
        self.syn_time = 0
        self.rewritten: set[int] = set()
        self.answered_by: tuple[int, int | None] | None = None
        self.samples: list[int] = []
        self.sample_count, self.stride = 0, 1
        self.head: list[tuple[Direction, Happened]] = []
        self.last_events: deque[tuple[Direction, Happened]] | None = None
        self.more = 0

    def note(
        self, way: Direction, time: int, packet: Decoded, length: int, pieces: int, remark: Remark = ""
    ) -> None:
        """Keeps the packet for the picture, if it is among the first or last."""
        if len(self.head) < _EVENTS:
            kept: list[tuple[Direction, Happened]] | deque[tuple[Direction, Happened]] = self.head
        else:
            if self.last_events is None:
                self.last_events = deque(maxlen=_LAST)
            kept = self.last_events
            if len(kept) == _LAST:
                self.more += 1
        sequence, acknowledged = packet.sequence, packet.acknowledged
        kept.append((way, (time, packet.flags, packet.code, sequence, acknowledged, length, pieces, remark)))

    def sample(self, taken: int) -> None:
        """One more time between request and reply; of very many an even selection is kept."""
        if taken < 0:
            return
        self.sample_count += 1
        if self.sample_count % self.stride == 0:
            self.samples.append(taken)
            if len(self.samples) >= _SAMPLES:
                # the shortest and the longest stay
                low, high = min(self.samples), max(self.samples)
                self.samples = [low, high, *self.samples[::2]]
                self.stride *= 2

    def tcp(self, way: Direction, time: int, packet: Decoded, length: int) -> Remark:
        """Takes in a TCP packet: the handshake, gaps and repetitions, and when it was acknowledged."""
        flags, sequence = packet.flags, packet.sequence
        back = way.back
        if flags & RST:
            self._reset(way)
            return ""
        if flags & SYN and (remark := self._syn(way, time, packet)) is not None:
            return remark
        if flags & ACK:
            acknowledged = packet.acknowledged
            if way.acknowledged is None or 0 < acknowledged - way.acknowledged & _WRAP < _HALF:
                way.acknowledged = acknowledged
            if (timed := back.timed) is not None and acknowledged - timed[0] & _WRAP < _HALF:
                back.timed = None
                self.sample(time - timed[1])
            if self.handshake == "answered" and way is self.client and not flags & SYN:
                self.handshake = "complete"
        if flags & (SYN | FIN):
            length += 1
            way.fin = way.fin or flags & FIN != 0
        expected = way.next
        if expected is None:
            way.next = sequence + length & _WRAP
            if way.begin is None:
                way.begin = sequence
            if length and way is self.client:
                way.timed = (way.next, time)
            return ""
        if not length:
            return ""
        if sequence == expected:
            way.next = sequence + length & _WRAP
            if way is self.client and way.timed is None:
                way.timed = (way.next, time)
            return ""
        if sequence - expected & _WRAP < _HALF:
            if len(way.holes) < _HOLES:
                way.holes.append((expected, sequence, time))
            else:
                way.more_lost += sequence - expected & _WRAP
            way.next = sequence + length & _WRAP
            return "gap"
        return self._again(way, time, sequence, length, expected)

    def _syn(self, way: Direction, time: int, packet: Decoded) -> Remark | None:
        """What a SYN says; None where the rest of the packet counts as with others."""
        if packet.flags & ACK:
            self.client = way.back
            if self.handshake in ("", "syn"):
                self.handshake = "answered"
        else:
            self.client = way
            if not self.handshake:
                self.handshake = "syn"
                self.requests += 1
                self.syn_time = time
        if way.begin == packet.sequence and way.next is not None:
            way.retransmitted += 1
            way.timed = None
            return "retransmission"
        way.begin = packet.sequence
        way.next = None
        return None

    def _again(self, way: Direction, time: int, sequence: int, length: int, expected: int) -> Remark:
        """A segment that begins before what was expected: late, or sent again."""
        end = sequence + length & _WRAP
        late = False
        for place, (begin, stop, since) in enumerate(way.holes):
            if sequence - begin & _WRAP < stop - begin & _WRAP or begin - sequence & _WRAP < length:
                rest = []
                if 0 < sequence - begin & _WRAP < _HALF:
                    rest.append((begin, sequence, since))
                if 0 < stop - end & _WRAP < _HALF:
                    rest.append((end, stop, since))
                way.holes[place : place + 1] = rest
                late = time - since < _REORDER
                break
        if 0 < end - expected & _WRAP < _HALF:
            way.next = end
        if late:
            way.reordered += 1
            return "reordered"
        if length == 1 and end == expected:
            return ""  # a probe that keeps the connection alive
        way.retransmitted += 1
        way.timed = None
        return "retransmission"

    def _reset(self, way: Direction) -> None:
        if self.reset_by is None:
            self.reset_by = way
            if self.handshake == "syn" and way is self.client.back:
                self.refused = True

    def asked(self, sequence: int, time: int) -> None:
        """A request that waits for its reply."""
        self.requests += 1
        if len(self.pending) < _PENDING:
            self.pending.setdefault(sequence, time)

    def replied(self, sequence: int, time: int) -> None:
        """A reply to a request."""
        if (since := self.pending.pop(sequence, None)) is not None:
            self.sample(time - since)
