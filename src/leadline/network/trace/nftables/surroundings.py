"""What the kernel notes beside a packet: `meta` expressions, and those that ask the routes: `fib`."""

from collections.abc import Callable

from leadline.network.sight import Sight
from leadline.network.trace.nftables import kinds
from leadline.network.trace.nftables.reading import (
    MULTICAST,
    MULTICAST_MASK,
    Answer,
    Read,
    Selector,
    l4proto,
    never_told,
)
from leadline.network.trace.nftables.words import Words, always, untold

_EVERYBODY = 0xFFFFFFFF


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
    if to & MULTICAST_MASK == MULTICAST:
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
    "l4proto": Selector(kinds.PROTOCOL, l4proto("meta l4proto")),
    "nfproto": Selector(kinds.NFPROTO, always(2)),
    "protocol": Selector(kinds.ETHERTYPE, always(0x800)),
    "length": Selector(kinds.INTEGER, lambda seen: seen.packet.size),
    "pkttype": Selector(kinds.PKTTYPE, _pkttype),
    "skuid": Selector(kinds.USER, _users("meta skuid", lambda seen: seen.local_uid)),
    "skgid": Selector(kinds.USER, _users("meta skgid", always(None))),
    **{
        key: Selector(kinds.OTHER, never_told(f"meta {key}"))
        for key in (
            "cgroup", "cpu", "day", "hour", "iifkind", "oifkind", "ipsec", "nftrace", "priority", "random",
            "rtclassid", "sdif", "sdifname", "secmark", "time",
        )
    },
}  # fmt: skip
BARE = (
    "cgroup", "cpu", "day", "hour", "iif", "iifgroup", "iifname", "iiftype", "ipsec", "mark", "oif", "oifgroup",
    "oifname", "oiftype", "pkttype", "rtclassid", "skgid", "skuid", "time",
)  # fmt: skip


def meta(words: Words) -> Selector | None:
    words.taken("meta")
    return _META.get(words.take())


def fib(words: Words) -> Selector | None:
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
        if packet.source >> 24 == 0 and packet.destination & MULTICAST_MASK >= MULTICAST:
            return seen.came_in or seen.goes_out  # as asking for an address by DHCP
        to, source = packet.destination, packet.source
        if whom == "saddr":
            to, source = source, to
        if seen.here.address_type(to) == "local":
            return ""  # nftfib4_eval answers nothing for a route of this type
        spoken = None if source >> 24 == 0 or source & MULTICAST_MASK >= MULTICAST else source
        mark = packet.mark if "mark" in rest else 0
        return seen.here.route_device(to, source=spoken, mark=mark, device=device)

    return asked
