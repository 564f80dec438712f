"""One thing that a rule can ask of a packet, and how it answers."""

from collections.abc import Callable

import msgspec

from leadline.network.packet import PROTOCOLS, Packet
from leadline.network.sight import Sight, Unknown
from leadline.network.trace.nftables.kinds import Kind, Value
from leadline.network.trace.nftables.words import always, untold

Answer = Value | None | Unknown
"""None: the packet has no such thing, which ends the rule."""
Read = Callable[[Sight], Answer]

WITH_PORTS = frozenset(("tcp", "udp", "sctp", "dccp", "udplite"))
MULTICAST, MULTICAST_MASK = 0xE0000000, 0xF0000000


class Selector(msgspec.Struct, frozen=True):
    """One thing asked of a packet. `known`: where only some bits of the answer are certain, which."""

    kind: Kind
    read: Read
    known: Callable[[Sight], int] | None = None


def never_told(what: str) -> Read:
    """Of every packet what no recording tells."""
    return always(untold(what))


def or_untold(read: Callable[[Sight], int | None], what: str) -> Read:
    """Where nothing is read, that no recording tells it."""
    answer = untold(what)

    def asked(seen: Sight) -> Answer:
        value = read(seen)
        return answer if value is None else value

    return asked


def protocol(packet: Packet) -> int | None:
    """The number of a packet's protocol, None where its name is unknown."""
    name = packet.protocol
    return int(name) if name.isdecimal() else PROTOCOLS.get(name)


def l4proto(what: str) -> Read:
    """Reads the number of the packet's protocol."""
    return or_untold(lambda seen: protocol(seen.packet), what)
