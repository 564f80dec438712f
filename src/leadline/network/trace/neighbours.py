"""Who has the address of the next hop: the neighbour table, else ARP over all that is recorded of the link."""

from collections.abc import Iterator

from leadline.base.text import Text
from leadline.network.netns import End, Link, Netns, named
from leadline.network.packet import dotted
from leadline.network.trace import announced
from leadline.network.trace.journey import Journey
from leadline.network.trace.trail import EndedError, missing

_HOST_UNREACHABLE = (3, 1)
_ETHERNET = frozenset((
    "ether", "veth", "bridge", "vxlan", "vlan", "bond", "team", "macvlan", "macvtap", "dummy", "loopback",
))  # fmt: skip
_FAILED = frozenset(("FAILED", "INCOMPLETE"))


def ports(netns: Netns, bridge: str) -> list[Link]:
    """The ports of a bridge."""
    return [link for link in netns.links.values() if link.master == bridge]


def carries(link: Link) -> bool:
    """Whether frames pass this interface: it is up, and so is its other side as far as is known. A bridge passes
    them to nobody then, and a tunnel device has no other side."""
    return link.up and (link.carrier is not False or link.kind in ("bridge", "vxlan"))


def mac_of(netns: Netns, link: Link) -> str:
    """An interface's MAC address; where it is not recorded a word that stands for it."""
    return link.mac or f"{netns.place or netns.host}/{link.name}"


def around(journey: Journey, netns: Netns, device: str) -> Iterator[tuple[Netns, Link]]:
    """All recorded interfaces that hear a broadcast sent by this one, those that are down, too."""
    link = netns.links[device]
    if link.kind == "bridge":
        for port in ports(netns, device):
            if port.up:
                yield from _beyond(journey, netns, port)
    else:
        yield from _beyond(journey, netns, link)


def _beyond(journey: Journey, netns: Netns, link: Link) -> Iterator[tuple[Netns, Link]]:
    """What hears a frame that leaves by this interface."""
    ends = [link.peer] if link.peer is not None else journey.network.segment(End(netns.key, link.name))
    for end in ends:
        if (there := journey.at(end)) is None:
            continue
        other, met = there
        bridge = other.links.get(met.master) if met.master else None
        if bridge is None or bridge.kind != "bridge":
            yield other, met
            continue
        yield other, bridge
        if not met.up or not bridge.up:
            continue
        for port in ports(other, bridge.name):
            if port.name != met.name and port.up:
                yield from _beyond(journey, other, port)


def whole(journey: Journey, netns: Netns, device: str) -> bool:
    """Whether everything on this link is recorded, so that nobody else can have an address on it."""
    link = netns.links[device]
    if link.kind == "bridge":
        return all(port.peer is not None and journey.at(port.peer) for port in ports(netns, device))
    if link.peer is None or (there := journey.at(link.peer)) is None:
        return False
    other, met = there
    return whole(journey, other, met.master) if met.master in other.links else True


def followed(netns: Netns, link: Link) -> None:
    """Raises EndedError where what a device does with frames is not known here."""
    if link.kind not in _ETHERNET:
        raise missing(
            Text("{device} of {host} is a {kind} device, which is not followed", "{host}의 {device}은(는) {kind} 장치로, 추적을 지원하지 않습니다")
            .fill(device=link.name, host=named(netns), kind=link.kind), device=link.name,
        )  # fmt: skip


def resolve(journey: Journey, netns: Netns, device: str, address: int) -> str:
    """The MAC address behind an IPv4 address on a link. Raises EndedError where nobody has it."""
    trail, link = journey.trail, netns.links[device]
    followed(netns, link)
    entry = netns.neighbour(device, address)
    states = set(entry[0].state.split(",")) if entry is not None else set()
    if entry is not None and entry[0].mac and states & {"PERMANENT", "NOARP"}:
        trail.note("neighbour", "link", _AT, entry[1], "ip_neigh", address=dotted(address), mac=entry[0].mac)
        return entry[0].mac
    owners = {end.netns for end in journey.network.owner(address)} - {netns.key}
    for other, met in around(journey, netns, device) if owners else ():
        if other.key not in owners or not _answers(other, address, met):
            continue
        if not carries(met):
            raise down(journey, other, met)
        mac = mac_of(other, met)
        cite, fact = (entry[1], "ip_neigh") if entry and entry[0].mac == mac else (met.raw, "ip_addr")
        trail.note("neighbour", "link", _AT, cite, fact, address=dotted(address), mac=mac)
        return mac
    known = entry is not None and entry[0].mac and not states & _FAILED
    if known and entry is not None and not whole(journey, netns, device):
        trail.note("neighbour", "link", _AT, entry[1], "ip_neigh", address=dotted(address), mac=entry[0].mac)
        return entry[0].mac
    heard = tuple(around(journey, netns, device)) if link.kind != "vxlan" else ()
    if (answer := announced.answers(journey, netns, heard, address)) is not None:
        met, said = answer
        trail.note("neighbour", "link", said)
        return met.mac or ""
    if link.kind != "vxlan" and not whole(journey, netns, device) and not states & _FAILED:
        raise missing(
            Text("no recorded host has {address}, and {host} has no neighbour entry of it on {device}",
                 "기록된 호스트 중 {address}을(를) 가진 것이 없고 {host}의 {device}에 이웃 항목도 없습니다")
            .fill(address=dotted(address), host=named(netns), device=device), address=dotted(address), device=device,
        )  # fmt: skip
    if link.kind == "vxlan" and entry is None and not netns.knows("ip_neigh"):
        raise missing(
            Text("the neighbours of {device} on {host} were not recorded; save `ip neigh`",
                 "{host}의 {device} 이웃 항목이 기록되지 않았습니다. `ip neigh`의 출력을 저장하십시오")
            .fill(device=device, host=named(netns)), address=dotted(address), device=device,
        )  # fmt: skip
    why = Text(
        "nobody on {device} of {host} has {address}", "{host}의 {device}에 {address}을(를) 가진 것이 없습니다"
    )
    said = why.fill(address=dotted(address), host=named(netns), device=device)
    trail.note("neighbour", "link", said, entry[1] if entry else "", "ip_neigh")
    raise EndedError(
        "no-neighbour", said, at=netns, told=_HOST_UNREACHABLE, address=dotted(address), device=device
    )


def down(journey: Journey, netns: Netns, link: Link) -> EndedError:
    """The end at an interface that carries nothing."""
    said = (
        Text("{device} of {host} is down", "{host}의 {device}이(가) 내려가 있습니다")
        if not link.up
        else Text("{device} of {host} has no carrier: its other side is down", "{host}의 {device}에 캐리어가 없습니다: 반대쪽이 내려가 있습니다")
    ).fill(device=link.name, host=named(netns))  # fmt: skip
    journey.trail.note("link", "link", said, link.raw, "ip_addr")
    return EndedError("link-down", said, at=netns, device=link.name)


def _answers(netns: Netns, address: int, met: Link) -> bool:
    """Whether a host that has the address answers ARP for it on this interface: on each, unless arp_ignore says that
    it must be the one that has it."""
    if any(own == address for own, _ in met.addresses):
        return True
    ignore = max(
        int(netns.sysctl(f"net.ipv4.conf.{name}.arp_ignore") or 0)
        for name in ("all", met.name.replace(".", "/"))
    )
    return ignore == 0


_AT = Text("{address} is at {mac}", "{address}의 MAC은 {mac}")
