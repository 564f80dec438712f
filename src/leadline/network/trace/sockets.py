"""Whether a socket of a namespace takes a packet."""

import msgspec

from leadline.network.netns import Netns
from leadline.network.packet import Packet, dotted


class Taken(msgspec.Struct, frozen=True):
    """Whether something listens, and its line."""

    listens: bool
    cite: str = ""


_ANY = frozenset(("0.0.0.0", "*", "[::]", "::", "[::ffff:0.0.0.0]"))  # noqa: S104 - compared, not bound


def accepts(netns: Netns, packet: Packet, device: str) -> Taken | None:
    """None where it was not recorded which sockets of this protocol listen there."""
    listeners = netns.listeners()
    if listeners is None:
        return None
    mine = dotted(packet.destination)
    for listener, cite in listeners:
        if listener.protocol not in (packet.protocol, f"{packet.protocol}6"):
            continue
        if listener.port != packet.destination_port:
            continue
        if listener.interface and listener.interface != device:
            continue
        address = listener.address.removeprefix("[::ffff:").removesuffix("]")
        if listener.address in _ANY or address in (*_ANY, mine):
            return Taken(True, cite)
    return Taken(False) if netns.knows(f"ss {packet.protocol}") else None
