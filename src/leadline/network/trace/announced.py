"""Packets for an address of a load balancer, which need be on no interface: to whom routers and ARP bring them."""

from collections.abc import Sequence

from leadline.base.text import Text
from leadline.network.announcers import Announcers, Group
from leadline.network.netns import Link, Netns
from leadline.network.packet import Frame, Packet, dotted
from leadline.network.trace.journey import Journey, Step, Wire
from leadline.network.trace.trail import EndedError, missing


def enter(journey: Journey, packet: Packet) -> Step | None:
    """A packet from beyond what is recorded, at the node it is brought to; None where its address is none of a load
    balancer. Raises EndedError where nothing tells that node."""
    found = journey.network.announcers(packet.destination)
    if found is None:
        return None
    return _arrives(journey, packet, _one(journey, found, found.groups, dotted(packet.destination)))


def routed(journey: Journey, packet: Packet, via: int) -> Step | None:
    """A packet that left what is recorded to a router, and is brought back by it; None where its address is none of a
    load balancer."""
    found = journey.network.announcers(packet.destination)
    if found is None:
        return None
    groups = [each for each in found.groups if via in each.routers]
    if not groups:
        raise missing(
            Text("whether the router {via} has a route to {address} is not recorded",
                 "라우터 {via}에 {address} 경로가 있는지 기록되지 않았습니다")
            .fill(via=dotted(via), address=dotted(packet.destination)), address=dotted(packet.destination),
        )  # fmt: skip
    return _arrives(journey, packet, _one(journey, found, groups))


def answers(
    journey: Journey, netns: Netns, heard: Sequence[tuple[Netns, Link]], address: int
) -> tuple[Link, Text] | None:
    """Who of those that hear a host's ARP request answers it for a load balancer, and why that one. None where nobody is
    known to."""
    found = journey.network.announcers(address)
    keys = {(other.key, met.name) for other, met in heard if other.key != netns.key}
    groups = [
        each
        for each in (found.groups if found is not None else ())
        if each.by == "arp" and (each.ends[0].netns, each.ends[0].device) in keys
    ]
    if found is None or not groups:
        return None
    group = _one(journey, found, groups)
    there = journey.at(group.ends[0])
    return (there[1], group.said) if there is not None else None


def _one(journey: Journey, found: Announcers, groups: Sequence[Group], address: str = "") -> Group:
    """Of several that nothing recorded decides between."""
    if not groups and found.ends:
        raise EndedError(found.ends, found.why, address=address, balanced=address)
    if not groups:
        raise missing(found.why, address=address)
    for other in groups[1:]:
        if journey.choices.choose(None, other.condition):
            return other
    return groups[0]


def _arrives(journey: Journey, packet: Packet, group: Group) -> Step:
    place = journey.choices.choose([1.0] * len(group.ends), group.said) if len(group.ends) > 1 else 0
    end = group.ends[place]
    there = journey.at(end)
    if there is None:
        raise missing(
            Text("{said}: {host} is not recorded", "{said}: {host}이(가) 기록되지 않았습니다")
            .fill(said=group.said, host=end.netns[0]),
        )  # fmt: skip
    netns, link = there
    journey.trail.enter(netns, packet, link.name)
    if group.by == "route":
        journey.trail.note("route", "routing", group.said)
    else:
        journey.trail.note("neighbour", "link", group.said)
    return Wire(netns, link.name, Frame(link.mac or "", "", packet), packet.size)
