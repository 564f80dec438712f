"""Addresses: what kind the host takes them for, ranges of them, and whether the way back leads where one came from."""

from collections.abc import Sequence

import msgspec

from leadline.base.text import Text
from leadline.network.packet import number
from leadline.network.sight import Sight, Step, Unknown
from leadline.network.trace.extension import Match, Option, each

_KINDS = frozenset(
    ("unspec", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit",
     "throw", "nat", "xresolve")
)  # fmt: skip
_ACCEPT_LOCAL = Unknown(
    Text(
        "rpfilter --accept-local is not traced for an address of the host's own",
        "호스트 자신의 주소에 대한 rpfilter --accept-local은 추적하지 않습니다",
    )
)


def _types(options: Sequence[Option]) -> list[Step]:
    names = {option.name for option in options}

    def made(option: Option) -> Step:
        kinds = frozenset(option.value.lower().split(","))
        if not kinds <= _KINDS:
            raise ValueError(option.value)
        source, positive = option.name == "--src-type", not option.negated
        incoming, outgoing = "--limit-iface-in" in names, "--limit-iface-out" in names

        def step(seen: Sight) -> bool:
            device = seen.came_in if incoming else seen.goes_out if outgoing else ""
            address = seen.packet.source if source else seen.packet.destination
            return (seen.here.address_type(address, device) in kinds) is positive

        return step

    return [made(option) for option in options if option.name in ("--src-type", "--dst-type")]


def _range(option: Option) -> Step:
    first, _, last = option.value.partition("-")
    low, high = number(first), number(last or first)
    source, positive = option.name == "--src-range", not option.negated

    def step(seen: Sight) -> bool:
        address = seen.packet.source if source else seen.packet.destination
        return (low <= address <= high) is positive

    return step


def _way_back(options: Sequence[Option]) -> list[Step]:
    """As net/ipv4/netfilter/ipt_rpfilter.c."""
    names = {option.name for option in options}
    positive = "--invert" not in names

    def step(seen: Sight) -> bool | Unknown:
        packet = seen.packet
        if seen.came_in == "lo":
            return positive
        if packet.source >> 24 == 0 and (
            packet.destination == 0xFFFFFFFF or packet.destination >> 8 == 0xE00000
        ):
            return positive
        if seen.here.address_type(packet.source) == "local":
            return _ACCEPT_LOCAL if "--accept-local" in names else not positive
        if "--validmark" not in names:
            packet = msgspec.structs.replace(packet, mark=0)
        return seen.here.reverse_device(packet, seen.came_in, loose="--loose" in names) is positive

    return [step]


matches = (
    Match(
        name="addrtype",
        options={"--src-type": 1, "--dst-type": 1, "--limit-iface-in": 0, "--limit-iface-out": 0},
        build=_types,
    ),
    Match(
        name="iprange",
        options={"--src-range": 1, "--dst-range": 1},
        build=lambda options: [*each(options, {"--src-range": _range, "--dst-range": _range})],
    ),
    Match(
        name="rpfilter",
        options={"--loose": 0, "--validmark": 0, "--accept-local": 0, "--invert": 0},
        build=_way_back,
    ),
)
