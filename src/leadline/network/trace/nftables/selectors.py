"""What a rule can ask of a packet: its headers, what the kernel notes beside it, its connection, its routes.

The order of the kernel's answers is kept: None where a packet has no such thing, which ends the rule.
"""

from collections.abc import Callable

import msgspec

from leadline.network.packet import PROTOCOLS, TCP, Packet
from leadline.network.sight import Sight, Tuple, Unknown
from leadline.network.trace.nftables import kinds
from leadline.network.trace.nftables.kinds import Kind, Value
from leadline.network.trace.nftables.words import NotUnderstoodError, Words, always, untold

Answer = Value | None | Unknown
Read = Callable[[Sight], Answer]

_WITH_PORTS = frozenset(("tcp", "udp", "sctp", "dccp", "udplite"))
_MULTICAST, _MULTICAST_MASK, _EVERYBODY = 0xE0000000, 0xF0000000, 0xFFFFFFFF
_DF = 0x4000


class Selector(msgspec.Struct, frozen=True):
    """One thing asked of a packet. `known`: where only some bits of the answer are certain, which."""

    kind: Kind
    read: Read
    known: Callable[[Sight], int] | None = None


def selector(words: Words) -> Selector | None:
    """The selector that the words begin with; None where they begin with none. Raises NotUnderstoodError."""
    place = words.place
    family = _FAMILIES.get(words.next)
    if family is None:
        return None
    found = family(words)
    if found is None:
        words.place = place
        raise NotUnderstoodError(words.since(place))
    return found


def _untold(what: str) -> Read:
    return always(untold(what))


def _or_untold(read: Callable[[Sight], int | None], what: str) -> Read:
    answer = untold(what)

    def asked(seen: Sight) -> Answer:
        value = read(seen)
        return answer if value is None else value

    return asked


def protocol(packet: Packet) -> int | None:
    """The number of a packet's protocol, None where its name is unknown."""
    name = packet.protocol
    return int(name) if name.isdecimal() else PROTOCOLS.get(name)


# meta


def _users(what: str, read: Callable[[Sight], int | None]) -> Read:
    answer = untold(what)

    def asked(seen: Sight) -> Answer:
        if seen.forwarded and not (
            seen.hook == "input" and seen.tracked and seen.tracked.state == "established"
        ):
            return None  # no socket is known yet, but for early demultiplexing on input
        value = None if seen.forwarded else read(seen)
        return answer if value is None else value

    return asked


def _pkttype(seen: Sight) -> Answer:
    """How its frame was addressed, which a rewritten destination does not change."""
    known = seen.tracked
    rewritten = known is not None and known.dnat and not known.reply and known.original is not None
    to = known.original.destination if known and known.original and rewritten else seen.packet.destination
    if not seen.came_in:
        return 0
    if to & _MULTICAST_MASK == _MULTICAST:
        return 2
    return int(to == _EVERYBODY or seen.here.address_type(to) == "broadcast")


def _arphrd(what: str, device: Callable[[Sight], str]) -> Read:
    answer = untold(what)
    return lambda seen: None if not device(seen) else 772 if device(seen) == "lo" else answer


def _group(what: str, device: Callable[[Sight], str]) -> Read:
    answer = untold(what)

    def asked(seen: Sight) -> Answer:
        if not (name := device(seen)):
            return None
        group = seen.here.interface_group(name)
        return answer if group is None else group

    return asked


def _came_in(seen: Sight) -> str:
    return seen.came_in


def _goes_out(seen: Sight) -> str:
    return seen.goes_out


def _mark(seen: Sight) -> Answer:
    return seen.packet.mark


def _l4proto(what: str) -> Read:
    return _or_untold(lambda seen: protocol(seen.packet), what)


_META: dict[str, Selector] = {
    "iif": Selector(kinds.INTERFACE, _came_in),
    "oif": Selector(kinds.INTERFACE, _goes_out),
    "iifname": Selector(kinds.INTERFACE, _came_in),
    "oifname": Selector(kinds.INTERFACE, _goes_out),
    "iiftype": Selector(kinds.ARPHRD, _arphrd("meta iiftype", _came_in)),
    "oiftype": Selector(kinds.ARPHRD, _arphrd("meta oiftype", _goes_out)),
    "iifgroup": Selector(kinds.GROUP, _group("iifgroup", _came_in)),
    "oifgroup": Selector(kinds.GROUP, _group("oifgroup", _goes_out)),
    "mark": Selector(kinds.MARK, _mark),
    "l4proto": Selector(kinds.PROTOCOL, _l4proto("meta l4proto")),
    "nfproto": Selector(kinds.NFPROTO, always(2)),
    "protocol": Selector(kinds.ETHERTYPE, always(0x800)),
    "length": Selector(kinds.INTEGER, lambda seen: seen.packet.size),
    "pkttype": Selector(kinds.PKTTYPE, _pkttype),
    "skuid": Selector(kinds.USER, _users("meta skuid", lambda seen: seen.local_uid)),
    "skgid": Selector(kinds.USER, _users("meta skgid", always(None))),
    **{
        key: Selector(kinds.OTHER, _untold(f"meta {key}"))
        for key in (
            "cgroup", "cpu", "day", "hour", "iifkind", "oifkind", "ipsec", "nftrace", "priority", "random",
            "rtclassid", "sdif", "sdifname", "secmark", "time",
        )
    },
}  # fmt: skip
_BARE = (
    "cgroup", "cpu", "day", "hour", "iif", "iifgroup", "iifname", "iiftype", "ipsec", "mark", "oif", "oifgroup",
    "oifname", "oiftype", "pkttype", "rtclassid", "skgid", "skuid", "time",
)  # fmt: skip


def _meta(words: Words) -> Selector | None:
    words.taken("meta")
    return _META.get(words.take())


# the headers


def _of_protocol(name: str, read: Read) -> Read:
    return lambda seen: read(seen) if seen.packet.protocol == name else None


def _port(what: str, field: str) -> Read:
    def asked(seen: Sight) -> Answer:
        packet = seen.packet
        if packet.protocol in _WITH_PORTS:
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
    "protocol": Selector(kinds.PROTOCOL, _l4proto("ip protocol")),
    "ttl": Selector(kinds.INTEGER, lambda seen: seen.packet.ttl),
    "dscp": Selector(kinds.DSCP, lambda seen: seen.packet.tos >> 2),
    "ecn": Selector(kinds.ECN, lambda seen: seen.packet.tos & 3),
    "length": Selector(kinds.INTEGER, lambda seen: seen.packet.size),
    "version": Selector(kinds.INTEGER, always(4)),
    "hdrlength": Selector(kinds.INTEGER, always(5)),
    "frag-off": Selector(kinds.INTEGER, lambda seen: _DF if seen.packet.df else 0),
    "id": Selector(kinds.INTEGER, _untold("ip id")),
    "checksum": Selector(kinds.INTEGER, _untold("ip checksum")),
}
_HEADERS: dict[str, dict[str, Selector]] = {
    "ip": _IP,
    "tcp": {"flags": Selector(kinds.FLAGS, _tcp_flags)},
    "udp": {"length": Selector(kinds.INTEGER, lambda seen: seen.packet.size - 20)},
    "icmp": {
        "type": Selector(
            kinds.ICMP_TYPE, _or_untold(lambda seen: (seen.packet.icmp or (None,))[0], "icmp type")
        ),
        "code": Selector(
            kinds.ICMP_CODE, _or_untold(lambda seen: (seen.packet.icmp or (0, None))[1], "icmp code")
        ),
    },
}
_FIELDS = {
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


def _header(words: Words) -> Selector | None:
    name, field = words.take(), words.take()
    if name == "ip":
        return _IP.get(field)
    if field in ("sport", "dport") and name in (*_WITH_PORTS, "th"):
        read = _port(f"{name} {field}", "source_port" if field == "sport" else "destination_port")
        return Selector(kinds.PORT, read if name == "th" else _of_protocol(name, read))
    if name == "tcp" and field == "option":
        option = f"tcp option {words.take()}"
        if words.next in ("kind", "length", "size", "count", "left", "right", "tsval", "tsecr", "subtype"):
            option += f" {words.take()}"
        return Selector(kinds.OTHER, _of_protocol(TCP, _untold(option)))
    known = _HEADERS.get(name, {}).get(field)
    if known is not None:
        return Selector(known.kind, _of_protocol(name, known.read))
    if field in _FIELDS.get(name, ()):
        return Selector(kinds.OTHER, _of_protocol(name, _untold(f"{name} {field}")))
    return None


def _other_family(words: Words) -> Selector:
    """A header that no IPv4 packet has."""
    words.take()
    words.take()
    return Selector(kinds.OTHER, always(None))


def _ethernet(words: Words) -> Selector:
    """The frame a packet came in: there is none on the way out."""
    what = f"{words.take()} {words.take()}"
    answer = untold(what)
    return Selector(kinds.OTHER, lambda seen: answer if seen.came_in else None)


# conntrack


def _state(seen: Sight) -> Answer:
    return kinds.STATES["invalid" if seen.tracked is None else seen.tracked.state]


def tracked(seen: Sight) -> bool:
    """Whether the packet has a connection."""
    return seen.tracked is not None and seen.tracked.state not in ("invalid", "untracked")


def _of_connection(read: Read) -> Read:
    return lambda seen: read(seen) if tracked(seen) else None


def _status(seen: Sight) -> Answer:
    known = seen.tracked
    if known is None:
        return None
    status = kinds.STATUSES["dnat"] * known.dnat | kinds.STATUSES["snat"] * known.snat
    if known.reply or known.state == "established":
        status |= kinds.STATUSES["seen-reply"] | kinds.STATUSES["confirmed"]
    return status


def _status_known(seen: Sight) -> int:
    """`assured` and the rest change with packets that are not here; a first packet is confirmed behind all hooks, and
    an ICMP error bears the status of the connection it is about."""
    known = kinds.STATUSES["dnat"] | kinds.STATUSES["snat"] | kinds.STATUSES["dying"]
    if seen.tracked is not None and seen.tracked.state == "related":
        return known
    return known | kinds.STATUSES["seen-reply"] | kinds.STATUSES["confirmed"]


def _connection_mark(seen: Sight) -> Answer:
    if seen.connection_mark is not None:
        return seen.connection_mark
    return seen.tracked.mark if seen.tracked is not None else None


def _tuple(direction: str, field: str) -> Read:
    answer = untold(f"ct {direction} {field}")

    def asked(seen: Sight) -> Answer:
        if seen.tracked is None:
            return None
        side: Tuple | None = seen.tracked.original if direction == "original" else seen.tracked.answer
        if side is None or (side.protocol not in _WITH_PORTS and field.endswith("port")):
            return answer
        value: int | None = getattr(side, field)
        return answer if value is None else value

    return asked


_CT = {
    "mark": Selector(kinds.MARK, _of_connection(_connection_mark)),
    "status": Selector(kinds.STATUS, _of_connection(_status), _status_known),
    "direction": Selector(
        kinds.DIRECTION, _of_connection(lambda seen: int(seen.tracked.reply) if seen.tracked else None)
    ),
    "l3proto": Selector(kinds.NFPROTO, _of_connection(always(2))),
    "protocol": Selector(kinds.PROTOCOL, _of_connection(_l4proto("ct protocol"))),
} | {
    key: Selector(kinds.OTHER, _of_connection(_untold(f"ct {key}")))
    for key in ("avgpkt", "bytes", "packets", "expiration", "helper", "id", "label", "zone", "secmark")
}
_CT["l4proto"] = _CT["protocol"]
_SIDES = {
    "saddr": (kinds.ADDRESS, "source"),
    "daddr": (kinds.ADDRESS, "destination"),
    "proto-src": (kinds.PORT, "source_port"),
    "proto-dst": (kinds.PORT, "destination_port"),
}


def _ct(words: Words) -> Selector | None:
    words.take()
    key = words.take()
    if key == "state":
        return Selector(kinds.STATE, _state)
    if key not in ("original", "reply"):
        return _CT.get(key)
    direction, key = key, words.take()
    if key == "ip6":
        words.take()
        return Selector(kinds.OTHER, always(None))
    if key == "ip":
        key = words.take()
    if key in _SIDES:
        kind, field = _SIDES[key]
        return Selector(kind, _of_connection(_tuple(direction, field)))
    return _CT.get(key) if key not in ("mark", "status", "direction") else None


# routes


def _fib(words: Words) -> Selector | None:
    words.take()
    asked = [words.take()]
    while words.taken("."):
        asked.append(words.take())
    result = words.take()
    whom, rest = asked[0], asked[1:]
    if whom not in ("saddr", "daddr") or not set(rest) <= {"mark", "iif", "oif"}:
        return None
    if result == "type":
        return Selector(kinds.ROUTE_TYPE, _address_type(whom, rest))
    if result in ("oif", "oifname", "check"):
        return Selector(kinds.ROUTE_DEVICE, _route_device(whom, rest))
    return None


def _device(rest: list[str], seen: Sight) -> str:
    return seen.goes_out if "oif" in rest else seen.came_in if "iif" in rest else ""


def _address_type(whom: str, rest: list[str]) -> Read:
    answer = untold(f"fib {whom} type")

    def asked(seen: Sight) -> Answer:
        address = seen.packet.source if whom == "saddr" else seen.packet.destination
        return kinds.ROUTE_TYPES.get(seen.here.address_type(address, _device(rest, seen)), answer)

    return asked


def _route_device(whom: str, rest: list[str]) -> Read:
    def asked(seen: Sight) -> Answer:
        packet, device = seen.packet, _device(rest, seen)
        if seen.hook == "prerouting" and seen.came_in == "lo":
            return "lo"
        if packet.source >> 24 == 0 and packet.destination & _MULTICAST_MASK >= _MULTICAST:
            return seen.came_in or seen.goes_out  # as asking for an address by DHCP
        to, source = packet.destination, packet.source
        if whom == "saddr":
            to, source = source, to
        if seen.here.address_type(to) == "local":
            return ""  # nft_fib4_eval answers nothing for a route of this type
        spoken = None if source >> 24 == 0 or source & _MULTICAST_MASK >= _MULTICAST else source
        mark = packet.mark if "mark" in rest else 0
        return seen.here.route_device(to, source=spoken, mark=mark, device=device)

    return asked


def _raw(words: Words) -> Selector:
    """`@nh,96,32`: bits of a packet by their place."""
    return Selector(kinds.INTEGER, _untold("".join(words.take() for _ in range(5))))


def _rt(words: Words) -> Selector:
    return Selector(kinds.OTHER, _untold(f"{words.take()} {words.take()}"))


def _socket(words: Words) -> Selector:
    what = f"{words.take()} {words.take()}"
    if what == "socket cgroupv2" and words.taken("level"):
        what += f" level {words.take()}"
    return Selector(kinds.OTHER, _untold(what))


_FAMILIES: dict[str, Callable[[Words], Selector | None]] = {
    "meta": _meta,
    **dict.fromkeys(_BARE, _meta),
    **dict.fromkeys(("ip", "th", *_FIELDS), _header),
    **dict.fromkeys(
        ("ip6", "icmpv6", "arp", "mld", "hbh", "rt0", "rt2", "rt4", "srh", "frag", "dst", "mh"), _other_family
    ),
    **dict.fromkeys(("ether", "vlan"), _ethernet),
    **dict.fromkeys(("@ll", "@nh", "@th", "@ih"), _raw),
    "ct": _ct,
    "fib": _fib,
    "rt": _rt,
    "osf": _rt,
    "socket": _socket,
}
