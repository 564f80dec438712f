"""What conntrack knows of a packet: `ct` expressions."""

from leadline.network.sight import Sight, Tuple
from leadline.network.trace.nftables import kinds
from leadline.network.trace.nftables.reading import (
    WITH_PORTS,
    Answer,
    Read,
    Selector,
    l4proto,
    never_told,
)
from leadline.network.trace.nftables.words import Words, always, untold


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
        if side is None or (side.protocol not in WITH_PORTS and field.endswith("port")):
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
    "protocol": Selector(kinds.PROTOCOL, _of_connection(l4proto("ct protocol"))),
} | {
    key: Selector(kinds.OTHER, _of_connection(never_told(f"ct {key}")))
    for key in ("avgpkt", "bytes", "packets", "expiration", "helper", "id", "label", "zone", "secmark")
}
_CT["l4proto"] = _CT["protocol"]
_SIDES = {
    "saddr": (kinds.ADDRESS, "source"),
    "daddr": (kinds.ADDRESS, "destination"),
    "proto-src": (kinds.PORT, "source_port"),
    "proto-dst": (kinds.PORT, "destination_port"),
}


def connection(words: Words) -> Selector | None:
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
