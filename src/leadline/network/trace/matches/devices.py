"""Interfaces: ports of a bridge, groups, and what kind of frame came in by them."""

from leadline.base.text import Text
from leadline.network.sight import Sight, Step, Unknown
from leadline.network.trace.extension import Match, Option, each, interface, masked

_GROUP = Text("the group of interface {device} is not known", "인터페이스 {device}의 그룹을 알 수 없습니다")
_MAC = Unknown(Text("the sender's MAC address is not traced", "송신 MAC 주소는 추적하지 않습니다"))


def _port_in(option: Option) -> Step:
    fits, positive = interface(option.value), not option.negated

    def step(seen: Sight) -> bool:
        if not seen.port_in:
            return not positive or bool(seen.port_out)
        return fits(seen.port_in) is positive

    return step


def _port_out(option: Option) -> Step:
    fits, positive = interface(option.value), not option.negated

    def step(seen: Sight) -> bool:
        if not seen.port_out:
            # of a bridged packet that has no port yet, neither is true (net/netfilter/xt_physdev.c)
            return not positive and not seen.port_in
        return fits(seen.port_out) is positive

    return step


def _has_port_in(option: Option) -> Step:
    positive = not option.negated
    return lambda seen: bool(seen.port_in) is positive


def _has_port_out(option: Option) -> Step:
    positive = not option.negated
    return lambda seen: bool(seen.port_out) is positive


def _group(option: Option) -> Step:
    value, mask = masked(option.value)
    source, positive = option.name == "--src-group", not option.negated

    def step(seen: Sight) -> bool | Unknown:
        device = seen.came_in if source else seen.goes_out
        if not device:
            return False
        group = seen.here.interface_group(device)
        return Unknown(_GROUP.fill(device=device)) if group is None else (group & mask == value) is positive

    return step


def _frame(option: Option) -> Step:
    if option.value not in ("unicast", "broadcast", "multicast"):
        raise ValueError(option.value)
    wanted, positive = option.value, not option.negated

    def step(seen: Sight) -> bool:
        kind = "unicast"  # what the host itself sends is not marked otherwise
        if seen.came_in:
            if seen.packet.destination >> 28 == 0xE:
                kind = "multicast"
            elif seen.here.address_type(seen.packet.destination) == "broadcast":
                kind = "broadcast"
        return (kind == wanted) is positive

    return step


def _mac(_: Option) -> Step:
    # only Ethernet's are compared (net/netfilter/xt_mac.c)
    return lambda seen: False if seen.came_in in ("", "lo") else _MAC


_PORTS = {
    "--physdev-in": _port_in,
    "--physdev-out": _port_out,
    "--physdev-is-in": _has_port_in,
    "--physdev-is-out": _has_port_out,
    "--physdev-is-bridged": _has_port_out,
}
matches = (
    Match(
        name="physdev",
        options={
            "--physdev-in": 1,
            "--physdev-out": 1,
            "--physdev-is-in": 0,
            "--physdev-is-out": 0,
            "--physdev-is-bridged": 0,
        },
        build=lambda options: [*each(options, _PORTS)],
    ),
    Match(
        name="devgroup",
        options={"--src-group": 1, "--dst-group": 1},
        build=lambda options: [*each(options, {"--src-group": _group, "--dst-group": _group})],
    ),
    Match(
        name="pkttype",
        options={"--pkt-type": 1},
        build=lambda options: [*each(options, {"--pkt-type": _frame})],
    ),
    Match(
        name="mac",
        options={"--mac-source": 1},
        build=lambda options: [*each(options, {"--mac-source": _mac})],
    ),
)
