"""From one interface to the other side: of a veth pair, or of a wire between recorded hosts."""

import msgspec

from leadline.base.text import Text
from leadline.network.netns import End, Link, Netns, named
from leadline.network.packet import Frame
from leadline.network.trace.journey import Journey, Step, Wire
from leadline.network.trace.neighbours import carries, down
from leadline.network.trace.trail import missing


def cross(journey: Journey, netns: Netns, link: Link, frame: Frame, piece: int) -> Step:
    """To the other side of a veth pair or wire."""
    trail = journey.trail
    if not link.up:
        raise down(journey, netns, link)
    trail.goes(link.name, frame.packet, link.mtu)
    end = link.peer or _on_wire(journey, netns, link, frame.to)
    there = journey.at(end) if end is not None else None
    if there is None:
        raise missing(
            Text("what is behind {device} of {host} was not recorded", "{host}의 {device} 반대쪽이 기록되지 않았습니다")
            .fill(device=link.name, host=named(netns)), device=link.name,
        )  # fmt: skip
    other, met = there
    if not carries(met):
        raise down(journey, other, met)
    # a mark is of one namespace
    packet = msgspec.structs.replace(frame.packet, mark=0)
    trail.enter(other, packet, met.name)
    return Wire(other, met.name, msgspec.structs.replace(frame, packet=packet), piece)


def _on_wire(journey: Journey, netns: Netns, link: Link, mac: str) -> End | None:
    """Who on the wire has a MAC address."""
    ends = journey.network.segment(End(netns.key, link.name))
    for end in ends:
        there = journey.at(end)
        if there is None:
            continue
        other, met = there
        bridge = other.links.get(met.master) if met.master else None
        if mac in (met.mac, bridge.mac if bridge else None):
            return end
    if len(ends) == 1 and link.kind == "veth":
        return ends[0]
    return None
