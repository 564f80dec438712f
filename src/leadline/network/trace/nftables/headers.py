"""The fields of a packet's headers."""

from leadline.network.packet import TCP
from leadline.network.sight import Sight
from leadline.network.trace.nftables import kinds
from leadline.network.trace.nftables.reading import (
    WITH_PORTS,
    Answer,
    Read,
    Selector,
    l4proto,
    never_told,
    or_untold,
)
from leadline.network.trace.nftables.words import Words, always, untold

_DF = 0x4000


def _of_protocol(name: str, read: Read) -> Read:
    return lambda seen: read(seen) if seen.packet.protocol == name else None


def _port(what: str, field: str) -> Read:
    def asked(seen: Sight) -> Answer:
        packet = seen.packet
        if packet.protocol in WITH_PORTS:
            port: int | None = getattr(packet, field)
            return answer if port is None else port
        if packet.icmp is not None and field == "source_port":
            return packet.icmp[0] << 8 | packet.icmp[1]  # the same place in the packet
        return answer

    answer = untold(what)
    return asked


def _tcp_flags(seen: Sight) -> Answer:
    return sum(kinds.TCP_FLAGS[name] for name in seen.packet.flags)


_IP: dict[str, Selector] = {
    "saddr": Selector(kinds.ADDRESS, lambda seen: seen.packet.source),
    "daddr": Selector(kinds.ADDRESS, lambda seen: seen.packet.destination),
    "protocol": Selector(kinds.PROTOCOL, l4proto("ip protocol")),
    "ttl": Selector(kinds.INTEGER, lambda seen: seen.packet.ttl),
    "dscp": Selector(kinds.DSCP, lambda seen: seen.packet.tos >> 2),
    "ecn": Selector(kinds.ECN, lambda seen: seen.packet.tos & 3),
    "length": Selector(kinds.INTEGER, lambda seen: seen.packet.size),
    "version": Selector(kinds.INTEGER, always(4)),
    "hdrlength": Selector(kinds.INTEGER, always(5)),
    "frag-off": Selector(kinds.INTEGER, lambda seen: _DF if seen.packet.df else 0),
    "id": Selector(kinds.INTEGER, never_told("ip id")),
    "checksum": Selector(kinds.INTEGER, never_told("ip checksum")),
}
_HEADERS: dict[str, dict[str, Selector]] = {
    "ip": _IP,
    "tcp": {"flags": Selector(kinds.FLAGS, _tcp_flags)},
    "udp": {"length": Selector(kinds.INTEGER, lambda seen: seen.packet.size - 20)},
    "icmp": {
        "type": Selector(
            kinds.ICMP_TYPE, or_untold(lambda seen: (seen.packet.icmp or (None,))[0], "icmp type")
        ),
        "code": Selector(
            kinds.ICMP_CODE, or_untold(lambda seen: (seen.packet.icmp or (0, None))[1], "icmp code")
        ),
    },
}
FIELDS = {
    "tcp": ("sequence", "ackseq", "doff", "reserved", "window", "checksum", "urgptr"),
    "udp": ("checksum",),
    "udplite": ("checksum",),
    "sctp": ("vtag", "checksum"),
    "dccp": ("type",),
    "icmp": ("checksum", "id", "sequence", "mtu", "gateway"),
    "igmp": ("type", "mrt", "checksum", "group"),
    "ah": ("nexthdr", "hdrlength", "reserved", "spi", "sequence"),
    "esp": ("spi", "sequence"),
    "comp": ("nexthdr", "flags", "cpi"),
    "gre": ("flags", "version", "protocol"),
}


def header(words: Words) -> Selector | None:
    name, field = words.take(), words.take()
    if name == "ip":
        return _IP.get(field)
    if field in ("sport", "dport") and name in (*WITH_PORTS, "th"):
        read = _port(f"{name} {field}", "source_port" if field == "sport" else "destination_port")
        return Selector(kinds.PORT, read if name == "th" else _of_protocol(name, read))
    if name == "tcp" and field == "option":
        option = f"tcp option {words.take()}"
        if words.next in ("kind", "length", "size", "count", "left", "right", "tsval", "tsecr", "subtype"):
            option += f" {words.take()}"
        return Selector(kinds.OTHER, _of_protocol(TCP, never_told(option)))
    known = _HEADERS.get(name, {}).get(field)
    if known is not None:
        return Selector(known.kind, _of_protocol(name, known.read))
    if field in FIELDS.get(name, ()):
        return Selector(kinds.OTHER, _of_protocol(name, never_told(f"{name} {field}")))
    return None


def other_family(words: Words) -> Selector:
    """A header that no IPv4 packet has."""
    words.take()
    words.take()
    return Selector(kinds.OTHER, always(None))


def ethernet(words: Words) -> Selector:
    """The frame a packet came in: there is none on the way out."""
    what = f"{words.take()} {words.take()}"
    answer = untold(what)
    return Selector(kinds.OTHER, lambda seen: answer if seen.came_in else None)
