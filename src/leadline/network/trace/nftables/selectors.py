"""What a rule can ask of a packet: its headers, what the kernel notes beside it, its connection, its routes."""

from collections.abc import Callable

from leadline.network.trace.nftables import kinds
from leadline.network.trace.nftables.connections import connection
from leadline.network.trace.nftables.headers import FIELDS, ethernet, header, other_family
from leadline.network.trace.nftables.reading import (
    Selector,
    never_told,
)
from leadline.network.trace.nftables.surroundings import BARE, fib, meta
from leadline.network.trace.nftables.words import NotUnderstoodError, Words


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


def _raw(words: Words) -> Selector:
    """`@nh,96,32`: bits of a packet by their place."""
    return Selector(kinds.INTEGER, never_told("".join(words.take() for _ in range(5))))


def _rt(words: Words) -> Selector:
    return Selector(kinds.OTHER, never_told(f"{words.take()} {words.take()}"))


def _socket(words: Words) -> Selector:
    what = f"{words.take()} {words.take()}"
    if what == "socket cgroupv2" and words.taken("level"):
        what += f" level {words.take()}"
    return Selector(kinds.OTHER, never_told(what))


_FAMILIES: dict[str, Callable[[Words], Selector | None]] = {
    "meta": meta,
    **dict.fromkeys(BARE, meta),
    **dict.fromkeys(("ip", "th", *FIELDS), header),
    **dict.fromkeys(
        ("ip6", "icmpv6", "arp", "mld", "hbh", "rt0", "rt2", "rt4", "srh", "frag", "dst", "mh"), other_family
    ),
    **dict.fromkeys(("ether", "vlan"), ethernet),
    **dict.fromkeys(("@ll", "@nh", "@th", "@ih"), _raw),
    "ct": connection,
    "fib": fib,
    "rt": _rt,
    "osf": _rt,
    "socket": _socket,
}
