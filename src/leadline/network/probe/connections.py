"""What was seen of each attempt by itself: connections to a Service may go to several endpoints."""

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from leadline.network.probe.belonging import innermost
from leadline.network.probe.decode import ACK, SYN, Decoded
from leadline.network.probe.observation import Attempt, Observation, Probed
from leadline.network.result import Seen

_TCP = 6
_AHEAD = 1_000_000
"""Nanoseconds that a frame may be seen before the time that its sender noted."""


class Connection(msgspec.Struct, frozen=True):
    """One TCP connection; of other protocols all that was sent, since the kernels treat it as one. `heard`: what its
    sender noticed, None where nothing could be sent."""

    attempts: tuple[Attempt, ...]
    heard: Seen | None
    observations: tuple[Observation, ...] = ()


def connections(probed: Probed, host: str) -> tuple[Connection, ...]:
    """One for each that was attempted, in that order; a single one where nothing was sent or the protocol has none.
    `host`: where they begin, whose clock the attempts have."""
    sent = probed.sent
    attempts = sent.attempts if sent is not None else ()
    packets = [_told(each) for each in probed.observations]
    tcp = any(each.protocol == _TCP for each in packets)
    if len(attempts) < 2 or not tcp:
        return (Connection(attempts, sent.seen if sent is not None else None, probed.observations),)
    begins = _begins(probed.observations, packets, host)
    of = dict(zip(begins, _attempts(attempts, list(begins.values())), strict=True))
    parts: list[list[Observation]] = [[] for _ in attempts]
    for each, packet in zip(probed.observations, packets, strict=True):
        parts[of[min(of, key=lambda begin: _distance(packet, begin))] if of else 0].append(each)
    return tuple(Connection((one,), one.seen, tuple(seen)) for one, seen in zip(attempts, parts, strict=True))


def _told(seen: Observation) -> Decoded:
    """The packet itself, of an error the one that it is about."""
    packet = innermost(seen.packet)
    return packet.inner if packet.inner is not None else packet


def _begins(seen: Sequence[Observation], packets: Sequence[Decoded], host: str) -> dict[int, int]:
    """First sequence number → when it was first seen, where it begins if it was seen there; in the order of time."""
    first: dict[int, tuple[bool, int]] = {}
    for each, packet in zip(seen, packets, strict=True):
        if each.role == "request" and packet.protocol == _TCP and packet.flags == SYN:
            when = (each.host != host, each.time)
            first[packet.sequence] = min(first.get(packet.sequence, when), when)
    return dict(sorted(((begin, when) for begin, (_, when) in first.items()), key=lambda each: each[1]))


def _attempts(attempts: Sequence[Attempt], times: Sequence[int]) -> list[int]:
    """Which attempt began at each of these times."""
    if len(attempts) == len(times):
        return list(range(len(times)))
    at = [int(each.at * 1e9) - _AHEAD for each in attempts]
    return [max(0, bisect_right(at, each) - 1) for each in times]


def _distance(packet: Decoded, begin: int) -> int:
    """How far a packet's numbers are from those that a connection began with."""
    away = packet.sequence - begin & 0xFFFFFFFF
    return min(away, packet.acknowledged - begin & 0xFFFFFFFF) if packet.flags & ACK else away
