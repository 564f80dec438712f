"""The path MTU on living hosts: by answers, else by what a capture at the destination sees."""

from collections.abc import Sequence

import msgspec

from leadline.network.packet import dotted
from leadline.network.probe.asked import Origin, Station, Wanted
from leadline.network.probe.live import Probe
from leadline.network.probe.observation import PathMtu, Probed

_LEAST = 576
_AT_ONCE = 24
"""Sizes in one round where nothing is answered and a capture tells what arrived: two rounds find any MTU."""


async def path_mtu(
    wanted: Wanted,
    origin: Origin,
    stations: Sequence[Station],
    *,
    arrives: tuple[str, str] | None = None,
    most: int = 9216,
) -> Probed:
    """The largest packet that passes unfragmented, between 576 and `most` bytes, by UDP or ICMP. Where nothing is
    answered, those count that are captured at `arrives` (host, netns)."""
    wanted = msgspec.structs.replace(wanted, df=True)
    found = await Probe(wanted, origin, stations).run((_LEAST, most), bisect=True)
    if found.mtu is None or found.mtu.largest is not None or arrives is None:
        return found
    heard = list(found.mtu.heard)
    low, high = _LEAST, most + 1
    largest: int | None = None
    # the size below a round is sent again: one packet alone may be lost
    for _ in range(4):
        step = max(1, (high - low) // _AT_ONCE)
        sizes = sorted({low, *range(low, high, step), min(high - 1, most)})
        hints = {near for mtu, _ in heard for near in (mtu, mtu + 1) if low < near < high}
        quick = msgspec.structs.replace(wanted, timeout=0.0, pause=0.005)
        later = await Probe(quick, origin, stations).run(tuple(sorted({*sizes, *hints}) * 2), bisect=False)
        found = msgspec.structs.replace(
            later, observations=(*found.observations, *later.observations), sent=found.sent
        )
        heard += [each for each in _heard(later) if each not in heard]
        arrived = {
            each.packet.size
            for each in later.observations
            if (each.host, each.netns) == arrives and each.direction != "out"
        } & {*sizes, *hints}
        if not arrived:
            break
        low = largest = max(arrived)
        high = min((each for each in {*sizes, *hints} if each > low), default=high)
        if high - low <= 1:
            break
    mtu = PathMtu(
        largest=largest,
        lost=(high if high <= most else None) if largest is not None else _LEAST,
        heard=tuple(heard),
        by="capture",
    )
    return msgspec.structs.replace(found, mtu=mtu)


def _heard(probed: Probed) -> list[tuple[int, str]]:
    """The MTUs that the own kernel named while it sent, and those of ICMP messages, wherever they were seen."""
    attempts = probed.sent.attempts if probed.sent else ()
    own = [(each.mtu, each.sender) for each in attempts if each.mtu is not None]
    packets = [each.packet for each in probed.observations]
    inner = [each.inner if each.vni is not None and each.inner is not None else each for each in packets]
    return list(dict.fromkeys(own + [(each.mtu, dotted(each.source)) for each in inner if each.mtu]))
