"""Targets that write to the IP header."""

from collections.abc import Callable, Sequence

import msgspec

from leadline.network.packet import Packet
from leadline.network.sight import Sight, Step
from leadline.network.trace.extension import Option, Target, masked

_HIGHEST_TTL = 255
_ECN_BITS = 3


def _writes(change: Callable[[Packet], Packet]) -> Step:
    def step(seen: Sight) -> bool:
        seen.packet = change(seen.packet)
        return True

    return step


def _ttl(options: Sequence[Option]) -> Step:
    [option] = options
    value = int(option.value)

    def change(packet: Packet) -> Packet:
        moved = {"--ttl-set": value, "--ttl-dec": packet.ttl - value, "--ttl-inc": packet.ttl + value}
        return msgspec.structs.replace(packet, ttl=max(0, min(moved[option.name], _HIGHEST_TTL)))

    return _writes(change)


def _tos(options: Sequence[Option]) -> Step:
    [option] = options
    value, mask = masked(option.value)
    mask &= 0xFF
    if option.name != "--set-tos":
        value, mask = {"--and-tos": (0, ~value & 0xFF), "--or-tos": (value, value), "--xor-tos": (value, 0)}[
            option.name
        ]
    return _writes(lambda packet: msgspec.structs.replace(packet, tos=packet.tos & ~mask ^ value))


def _dscp(options: Sequence[Option]) -> Step:
    value = int(options[0].value, 0) << 2
    return _writes(lambda packet: msgspec.structs.replace(packet, tos=packet.tos & _ECN_BITS | value))


targets = (
    Target(name="TTL", options={"--ttl-set": 1, "--ttl-dec": 1, "--ttl-inc": 1}, build=_ttl),
    Target(name="TOS", options={"--set-tos": 1, "--and-tos": 1, "--or-tos": 1, "--xor-tos": 1}, build=_tos),
    Target(name="DSCP", options={"--set-dscp": 1}, build=_dscp),
)
