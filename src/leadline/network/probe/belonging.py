"""Which captured frames are the flow's: those that its sender sent, the answers, the errors about them, however their
addresses and ports were rewritten on the way."""

from collections.abc import Iterable

import msgspec

from leadline.network.probe.agent import Filter
from leadline.network.probe.decode import ACK, SYN, Decoded, decode
from leadline.network.probe.observation import Observation, Role

_ICMP, _TCP = 1, 6
_ECHO = 0x800
_Key = tuple[int, int, int | None, int, int | None]


def belonging(observations: Iterable[Observation], kept: Filter) -> list[Observation]:
    """The flow's own of what the hosts kept, each with its role. A connection is known by its sequence numbers, which no
    rewriting changes; where its sender could not choose them, by the ports that it began with."""
    told = [
        msgspec.structs.replace(each, packet=decode(each.frame, each.link, 0, kept.tunnels))
        for each in observations
    ]
    seen = [(each, innermost(each.packet)) for each in told]
    flow = _Flow(kept)
    for each, packet in seen:
        carried = packet.protocol != _TCP and not packet.piece and kept.token in each.frame
        begun = packet.protocol == _TCP and packet.flags == SYN and packet.source_port in kept.sources
        if carried or (begun and packet.destination_port in kept.ports):
            flow.add(packet)
    # a frame may be known only by one that another host saw
    while sum(flow.take(packet) for _, packet in seen):
        pass
    roles = [(each, flow.role(packet)) for each, packet in seen]
    return [msgspec.structs.replace(each, role=role) for each, role in roles if role is not None]


def innermost(packet: Decoded) -> Decoded:
    """What is carried, whatever tunnel it is in."""
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
        self._kept = kept
        self._keys: dict[_Key, Role] = {}
        self._pieces: dict[tuple[int, int, int, int], Role] = {}
        self._begins = set(kept.begins)

    def add(self, packet: Decoded) -> None:
        """A packet that is the flow's, or an error about one."""
        if packet.inner is not None:
            self.add(packet.inner)
            return
        key, role = _key(packet), self._role(packet) or self._told(packet)
        protocol, source, source_port, destination, destination_port = key
        back = (protocol, destination, destination_port, source, source_port)
        self._keys.setdefault(key, role)
        self._keys.setdefault(back, "request" if role == "reply" else "reply")
        self._pieces[protocol, source, destination, packet.identity] = role
        if protocol == _TCP and packet.flags == SYN:
            self._begins.add(packet.sequence)

    def _told(self, packet: Decoded) -> Role:
        """Of a packet that carries what the probe's do: an answer may repeat it."""
        if packet.protocol == _ICMP:
            return "request" if packet.code == _ECHO else "reply"
        ports = self._kept.ports
        return "reply" if packet.source_port in ports and packet.destination_port not in ports else "request"

    def take(self, packet: Decoded) -> bool:
        """Whether it is the flow's and new."""
        if packet.piece or packet.inner is not None or self._role(packet) is None:
            return False
        before = len(self._keys) + len(self._pieces)
        self.add(packet)
        return len(self._keys) + len(self._pieces) > before

    def role(self, packet: Decoded) -> Role | None:
        """None of what is not the flow's."""
        if packet.inner is not None:  # an error about it
            return "error" if self.role(packet.inner) is not None else None
        if packet.piece:
            return self._pieces.get((packet.protocol, packet.source, packet.destination, packet.identity))
        return self._role(packet)

    def _role(self, packet: Decoded) -> Role | None:
        if packet.source_port is None:
            return None
        if packet.protocol == _TCP:
            for begin in self._begins:
                if packet.sequence - begin & 0xFFFFFFFF <= self._kept.window:
                    return "request"
                if packet.flags & ACK and packet.acknowledged - begin & 0xFFFFFFFF <= self._kept.window:
                    return "reply"
        known = self._keys.get(_key(packet))
        if packet.protocol == _ICMP and known is not None:
            return "request" if packet.code == _ECHO else "reply"
        return known
