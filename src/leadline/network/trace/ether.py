"""Frames at interfaces: sent to a neighbour, and received.

As ip_finish_output2, __netif_receive_skb and veth_xmit of Linux 6.x do it.
"""

from leadline.base.text import Text
from leadline.network.netns import Link, Netns, named
from leadline.network.packet import Frame, dotted
from leadline.network.trace import announced, bridging, vxlan
from leadline.network.trace.journey import Arrived, Down, Journey, Step, Up, Wire
from leadline.network.trace.neighbours import around, carries, down, followed, resolve
from leadline.network.trace.trail import EndedError, missing
from leadline.network.trace.wires import cross

_VLAN_TAG = 4
_BONDS = frozenset(("bond", "team"))
_BROADCAST = "ff:ff:ff:ff:ff:ff"


def transmit(journey: Journey, sent: Down) -> Step:
    """Sends a packet by an interface to a neighbour."""
    netns = sent.netns
    link = _link(netns, sent.device)
    if not link.up:
        raise down(journey, netns, link)
    if link.kind not in ("bridge", "vxlan") and not carries(link):
        raise down(journey, netns, link)
    if journey.network.belongs(sent.packet.destination):
        followed(netns, link)
    if _leaves(journey, netns, link, sent.via):
        journey.trail.goes(link.name, sent.packet, link.mtu)
        return _away(journey, netns, sent)
    mac = resolve(journey, netns, sent.device, sent.via)
    frame = Frame(mac, link.mac or "", sent.packet)
    return _out(journey, netns, link, frame, sent.piece)


def _leaves(journey: Journey, netns: Netns, link: Link, via: int) -> bool:
    """Whether the next hop is somebody beyond all that is recorded: on a wire, and no recorded host has its address."""
    if netns.key[1] or link.peer is not None or link.kind in ("bridge", "vxlan", "loopback"):
        return False
    owners = {end.netns for end in journey.network.owner(via)}
    if owners and any(other.key in owners for other, _ in around(journey, netns, link.name)):
        return False
    entry = netns.neighbour(link.name, via)
    if entry is not None and entry[0].mac:
        at_mac = [other for other, met in around(journey, netns, link.name) if met.mac == entry[0].mac]
        return not at_mac
    failed = entry is not None and not entry[0].mac
    gateway = any(route.gateway == dotted(via) for route, _ in netns.routes() or ())
    return gateway and not failed


def _away(journey: Journey, netns: Netns, sent: Down) -> Step:
    """Out of the recorded network. What belongs to the cluster is lost there."""
    packet = sent.packet
    journey.trail.note(
        "link", "link",
        Text("leaves by {device} to {via}, which is not recorded", "{device}을(를) 통해 기록되지 않은 {via}(으)로 나감")
        .fill(device=sent.device, via=dotted(sent.via)),
    )  # fmt: skip
    if (back := announced.routed(journey, packet, sent.via)) is not None:
        return back
    if journey.network.belongs(packet.destination) in ("pod", "service"):
        raise EndedError(
            "no-route",
            Text("{to} belongs to the cluster, but only the default route of {host} leads there, out of it",
                 "{to}은(는) 클러스터의 주소인데 {host}에는 클러스터 밖으로 나가는 기본 경로밖에 없습니다")
            .fill(to=dotted(packet.destination), host=named(netns)),
            at=netns, address=dotted(packet.destination), device=sent.device,
        )  # fmt: skip
    if packet.frame is not None or journey.network.belongs(packet.destination) == "node":
        raise missing(
            Text("node {node} is not recorded", "{node} 노드가 기록되지 않았습니다").fill(
                node=dotted(packet.destination)
            ),
            address=dotted(packet.destination),
        )
    return Arrived(None, packet)


def _link(netns: Netns, device: str) -> Link:
    link = netns.links.get(device)
    if link is None:
        raise missing(
            Text("the interface {device} of {host} was not recorded", "{host}의 {device} 인터페이스가 기록되지 않았습니다")
            .fill(device=device, host=named(netns)), device=device,
        )  # fmt: skip
    return link


def _out(journey: Journey, netns: Netns, link: Link, frame: Frame, piece: int) -> Step:
    """A frame leaves by an interface of its namespace: into a bridge, a tunnel, or to the other side."""
    if link.kind == "bridge":
        journey.trail.passes(link.name)
        return bridging.forward(journey, netns, link, "", frame, piece)
    if link.kind == "vxlan":
        return vxlan.wrap(journey, netns, link, frame, piece)
    return cross(journey, netns, link, frame, piece)


def arrive(journey: Journey, wire: Wire) -> Step:
    """A frame comes in by an interface."""
    netns, frame = wire.netns, wire.frame
    link = _link(netns, wire.device)
    followed(netns, link)
    journey.trail.passes(link.name)
    if link.mtu is not None and wire.piece > link.mtu + _VLAN_TAG:
        said = Text(
            "{size} bytes arrive at {device} of {host}, whose MTU is {mtu}",
            "{host}의 {device}에 {size}바이트가 도착하지만 MTU가 {mtu}입니다",
        ).fill(size=wire.piece, device=link.name, host=named(netns), mtu=link.mtu)
        journey.trail.note("mtu", "link", said, link.raw, "ip_addr")
        raise EndedError("too-big", said, at=netns, device=link.name, mtu=str(link.mtu), size=str(wire.piece))
    master = netns.links.get(link.master) if link.master else None
    if master is not None and master.kind == "bridge":
        return bridging.take(journey, netns, master, link, frame, wire.piece)
    if master is not None:
        if master.kind not in _BONDS:
            raise missing(
                Text("{device} of {host} belongs to {master}, a {kind} device, which is not followed",
                     "{host}의 {device}이(가) 속한 {master}은(는) {kind} 장치로, 추적을 지원하지 않습니다")
                .fill(device=link.name, host=named(netns), master=master.name, kind=master.kind), device=master.name,
            )  # fmt: skip
        link = master
        journey.trail.passes(link.name)
    if link.mac is not None and frame.to not in (link.mac, _BROADCAST):
        said = Text(
            "the frame is for {to}, but {device} of {host} is {mac}",
            "프레임의 목적지 MAC은 {to}인데 {host}의 {device}은(는) {mac}입니다",
        ).fill(to=frame.to, device=link.name, host=named(netns), mac=link.mac)
        journey.trail.note("link", "link", said, link.raw, "ip_addr")
        raise EndedError("wrong-mac", said, at=netns, device=link.name, mac=frame.to, own=link.mac)
    return Up(netns, link.name, frame.packet)
