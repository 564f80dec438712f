"""Fragments put together, by their places alone: what they carry is not needed."""

from collections import deque

from leadline.network.probe.decode import Decoded

Key = tuple[int, int, int, int]
"""Source, destination, protocol, identity."""

_MOST, _GIVEN_UP = 4096, 20_000
_AGAIN = 1_000_000_000  # an identity that comes again later than this is another datagram's
_PATIENCE = 30_000_000_000  # as the kernel's ipfrag_time


class Datagram:
    """One datagram in pieces. `head`: its first piece, which alone has ports. `length`: of what IP carries, None before
    the last piece was there. `copies`: pieces seen again. `place`, `tunnel`: where its head was seen."""

    __slots__ = (
        "bytes",
        "complete",
        "copies",
        "first",
        "head",
        "key",
        "length",
        "packets",
        "place",
        "ranges",
        "tunnel",
    )

    def __init__(self, key: Key, first: int) -> None:
        self.key = key
        self.first = first
        self.head: Decoded | None = None
        self.length: int | None = None
        self.ranges: list[tuple[int, int]] = []
        self.packets = self.bytes = self.copies = 0
        self.complete = False
        self.place = 0
        self.tunnel = 0


class Pieces:
    """Datagrams in the making, a few thousand at most. `given_up`: such that stay incomplete, the
    first 20,000 of them."""

    def __init__(self) -> None:
        self._open: dict[Key, Datagram] = {}
        self._order: deque[Datagram] = deque()
        self.given_up: list[Datagram] = []

    def add(self, packet: Decoded, time: int) -> tuple[Datagram, bool]:
        """The datagram, and whether this piece completed it."""
        key = (packet.source, packet.destination, packet.protocol, packet.identity)
        found = self._open.get(key)
        if found is None or time - found.first > (_AGAIN if found.complete else _PATIENCE):
            if found is not None and not found.complete:
                self._give_up(found)
                found.complete = True
            found = self._open[key] = Datagram(key, time)
            self._order.append(found)
            if len(self._order) > _MOST:
                self._drop(self._order.popleft())
        start = packet.piece
        # of a first piece the headers of what it carries count too; an IP header's options do not
        end = start + carried(packet)
        if found.complete or (start, end) in found.ranges:
            found.copies += 1
            return found, False
        found.ranges.append((start, end))
        found.packets += 1
        found.bytes += packet.size
        if not start:
            found.head = packet
        if not packet.more:
            found.length = end
        if found.length is None or found.head is None:
            return found, False
        reached = 0
        for begin, stop in sorted(found.ranges):
            if begin > reached:
                return found, False
            reached = max(reached, stop)
        found.complete = reached >= found.length
        return found, found.complete

    def finish(self) -> list[Datagram]:
        """All that stayed incomplete."""
        for each in self._order:
            if not each.complete:
                self._give_up(each)
        return self.given_up

    def _give_up(self, datagram: Datagram) -> None:
        if len(self.given_up) < _GIVEN_UP:
            self.given_up.append(datagram)

    def _drop(self, oldest: Datagram) -> None:
        if self._open.get(oldest.key) is oldest:
            del self._open[oldest.key]
        if not oldest.complete:
            self._give_up(oldest)


def carried(packet: Decoded) -> int:
    """How many bytes the IP packet carries behind its header."""
    return packet.size - packet.header
