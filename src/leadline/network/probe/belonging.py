"""Which captured frames are the flow's: those that its sender sent, the answers, the errors about them, however their
addresses and ports were rewritten on the way."""

from collections.abc import Iterable

from leadline.network.probe.agent import Filter
from leadline.network.probe.decode import ACK, SYN, Decoded, decode
from leadline.network.probe.observation import Observation

_TCP = 6
_Key = tuple[int, int, int | None, int, int | None]


def belonging(observations: Iterable[Observation], kept: Filter) -> list[Observation]:
    """The flow's own of what the hosts kept. A connection is known by its sequence numbers, which no rewriting changes;
    where its sender could not choose them, by the ports that it began with."""
    seen = [(each, _innermost(decode(each.frame, each.link, 0, kept.tunnels))) for each in observations]
    flow = _Flow(kept)
    for each, packet in seen:
        carried = packet.protocol != _TCP and not packet.piece and kept.token in each.frame
        begun = packet.protocol == _TCP and packet.flags == SYN and packet.source_port in kept.sources
        if carried or (begun and packet.destination_port in kept.ports):
            flow.add(packet)
    # a frame may be known only by one that another host saw
    while sum(flow.take(packet) for _, packet in seen):
        pass
    return [each for each, packet in seen if flow.has(packet)]


def _innermost(packet: Decoded) -> Decoded:
    while packet.vni is not None and packet.inner is not None:
        packet = packet.inner
    return packet


def _key(packet: Decoded) -> _Key:
    return (
        packet.protocol,
        packet.source,
        packet.source_port,
        packet.destination,
        packet.destination_port,
    )


class _Flow:
    def __init__(self, kept: Filter) -> None:
        self._keys: set[_Key] = set()
        self._pieces: set[tuple[int, int, int, int]] = set()
        self._begins = set(kept.begins)
        self._window = kept.window

    def add(self, packet: Decoded) -> None:
        """A packet that is the flow's, or an error about one."""
        if packet.inner is not None:
            self.add(packet.inner)
            return
        protocol, source, source_port, destination, destination_port = key = _key(packet)
        self._keys |= {key, (protocol, destination, destination_port, source, source_port)}
        self._pieces.add((protocol, source, destination, packet.identity))
        if protocol == _TCP and packet.flags == SYN:
            self._begins.add(packet.sequence)

    def take(self, packet: Decoded) -> bool:
        """Whether it is the flow's and new."""
        if packet.piece or packet.inner is not None or not self._known(packet):
            return False
        before = len(self._keys) + len(self._pieces)
        self.add(packet)
        return len(self._keys) + len(self._pieces) > before

    def has(self, packet: Decoded) -> bool:
        if packet.inner is not None:  # an error about it
            return self.has(packet.inner)
        if packet.piece:
            return (packet.protocol, packet.source, packet.destination, packet.identity) in self._pieces
        return self._known(packet)

    def _known(self, packet: Decoded) -> bool:
        if packet.source_port is None:
            return False
        if _key(packet) in self._keys:
            return True
        return packet.protocol == _TCP and any(
            packet.sequence - begin & 0xFFFFFFFF <= self._window
            or (packet.flags & ACK and packet.acknowledged - begin & 0xFFFFFFFF <= self._window)
            for begin in self._begins
        )
