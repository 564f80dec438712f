"""Connection tracking of one network namespace, as far as the packets of one trace make it, and its address rewriting.

As Linux 6.x does it (nf_conntrack_core.c, nf_conntrack_proto_tcp.c, nf_nat_core.c): a connection is two tuples; what
rewrites its first packet changes the tuple of the answer, and every later packet follows from the two.
"""

from typing import Literal

import msgspec

from leadline.network.packet import ICMP, TCP, Packet
from leadline.network.sight import Tracked, Tuple

Part = Literal["destination", "source"]
_ECHO, _ECHO_REPLY = 8, 0


def tuple_of(packet: Packet) -> Tuple:
    """What tells the packet's connection, in its direction. ICMP's id counts as a port."""
    if packet.protocol == ICMP:
        return Tuple(ICMP, packet.source, packet.source_port, packet.destination, packet.source_port)
    return Tuple(
        packet.protocol, packet.source, packet.source_port, packet.destination, packet.destination_port
    )


def inverse(of: Tuple) -> Tuple:
    """The tuple of the answer."""
    return Tuple(of.protocol, of.destination, of.destination_port, of.source, of.source_port)


class Connection:
    """A connection. `answer` changes while its first packet is rewritten; `decided`: which parts rules have
    decided on, whether or not they rewrote anything."""

    __slots__ = ("answer", "answered", "decided", "dnat", "mark", "original", "snat")

    def __init__(self, original: Tuple) -> None:
        self.original = original
        self.answer = inverse(original)
        self.answered = False
        self.dnat = False
        self.snat = False
        self.mark = 0
        self.decided: set[Part] = set()

    def rewrite(self, part: Part, address: int | None, port: int | None) -> None:
        """A rule's decision: the destination (DNAT) or source (SNAT) from now on; None leaves it as it is."""
        self.decided.add(part)
        before, now = self.answer, self.answer
        if part == "destination":
            now = msgspec.structs.replace(
                now,
                source=now.source if address is None else address,
                source_port=now.source_port if port is None else port,
            )
            self.dnat = self.dnat or now != before
        else:
            now = msgspec.structs.replace(
                now,
                destination=now.destination if address is None else address,
                destination_port=now.destination_port if port is None else port,
            )
            self.snat = self.snat or now != before
        self.answer = now


class Tracking(msgspec.Struct):
    """A packet's part in a connection. `connection`: None where it belongs to none (invalid, untracked)."""

    state: Literal["new", "established", "related", "invalid", "untracked"]
    connection: Connection | None = None
    reply: bool = False

    def seen(self) -> Tracked:
        """As rules see it."""
        if self.connection is None:
            return Tracked(state=self.state)
        return Tracked(
            state=self.state,
            reply=self.reply,
            original=self.connection.original,
            answer=self.connection.answer,
            dnat=self.connection.dnat,
            snat=self.connection.snat,
            mark=self.connection.mark,
        )

    def rewritten(self, packet: Packet, part: Part) -> Packet:
        """The packet as NAT leaves it at a hook that rewrites this part.

        A packet of the first direction takes its destination or source from what the answer will bear; one of
        the other direction has undone what was done to the first.
        """
        connection = self.connection
        if connection is None:
            return packet
        done = connection.dnat if (part == "destination") != self.reply else connection.snat
        if not done:
            return packet
        target = inverse(connection.original if self.reply else connection.answer)
        if part == "destination":
            changed = {"destination": target.destination, "destination_port": target.destination_port}
        else:
            changed = {"source": target.source, "source_port": target.source_port}
        if packet.about is not None:
            return msgspec.structs.replace(
                packet,
                about=_inner(packet.about, part, target),
                **{name: value for name, value in changed.items() if not name.endswith("_port")},
            )
        if packet.protocol == ICMP:
            # an echo's id stands on both sides
            changed = {part: changed[part], "source_port": target.source_port}
        return msgspec.structs.replace(packet, **changed)


def _inner(about: Packet, part: Part, target: Tuple) -> Packet:
    """The packet in an ICMP error, whose other side is rewritten with the error's own."""
    if part == "destination":
        return msgspec.structs.replace(about, source=target.destination, source_port=target.destination_port)
    return msgspec.structs.replace(about, destination=target.source, destination_port=target.source_port)


class Tracker:
    """The connections of one network namespace that this trace has made."""

    def __init__(self) -> None:
        self._known: dict[Tuple, tuple[Connection, bool]] = {}

    def track(self, packet: Packet) -> Tracking:
        """What the packet is to conntrack when it enters, before any rewriting; a new connection is not kept yet."""
        if packet.about is not None:
            found = self._known.get(inverse(tuple_of(packet.about)))
            if found is None:
                return Tracking("invalid")
            # an error goes against the packet it is about
            return Tracking("related", found[0], found[1])
        found = self._known.get(tuple_of(packet))
        if found is not None:
            connection, reply = found
            connection.answered = connection.answered or reply
            return Tracking("established" if connection.answered else "new", connection, reply)
        if not _begins(packet):
            return Tracking("invalid")
        return Tracking("new", Connection(tuple_of(packet)))

    def confirm(self, tracking: Tracking) -> None:
        """The packet leaves the namespace or is delivered: its connection is known from now on."""
        if (connection := tracking.connection) is not None and tracking.state != "related":
            self._known.setdefault(connection.original, (connection, False))
            self._known.setdefault(connection.answer, (connection, True))


def _begins(packet: Packet) -> bool:
    """Whether a packet of no known connection begins one. TCP is picked up in the middle (nf_conntrack_tcp_loose)."""
    if packet.protocol == TCP:
        return "rst" not in packet.flags and packet.flags != {"syn", "ack"}
    if packet.protocol == ICMP:
        return packet.icmp is not None and packet.icmp[0] in (_ECHO, 13, 15, 17)
    return True
