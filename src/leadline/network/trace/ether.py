"""Frames: interfaces, bridges with their netfilter, veth pairs, wires, and VXLAN devices.

As br_handle_frame, br_netfilter_hooks.c, veth_xmit and vxlan_xmit of Linux 6.x do it.
"""

import msgspec

from leadline.base.text import Text
from leadline.network.netns import End, Link, Netns, named
from leadline.network.packet import UDP, Frame, Packet, dotted, number
from leadline.network.trace import announced, hooks, routing
from leadline.network.trace.filtering import Carried
from leadline.network.trace.journey import Arrived, Down, Journey, Made, Step, Up, Wire
from leadline.network.trace.neighbours import around, carries, down, followed, mac_of, ports, resolve, whole
from leadline.network.trace.trail import EndedError, missing

VXLAN_OVERHEAD = 50
_VLAN_TAG = 4
_BONDS = frozenset(("bond", "team"))
_BROADCAST = "ff:ff:ff:ff:ff:ff"
_BRIDGED = "net.bridge.bridge-nf-call-iptables"


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
    if link.peer is not None or link.kind in ("bridge", "vxlan", "loopback"):
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
        return _forward(journey, netns, link, "", frame, piece)
    if link.kind == "vxlan":
        return _wrap(journey, netns, link, frame, piece)
    return _cross(journey, netns, link, frame, piece)


def _cross(journey: Journey, netns: Netns, link: Link, frame: Frame, piece: int) -> Step:
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
        return _bridge(journey, netns, master, link, frame, wire.piece)
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


def _bridge(journey: Journey, netns: Netns, bridge: Link, port: Link, frame: Frame, piece: int) -> Step:
    """A frame comes in by a port of a bridge."""
    trail = journey.trail
    if not bridge.up or not port.up:
        raise down(journey, netns, bridge if not bridge.up else port)
    trail.passes(bridge.name)
    carried = None
    if _filtered(journey, netns, bridge):
        carried = Carried(frame.packet, port_in=port.name)
        before = frame.packet
        hooks.run(journey.filter(netns), trail, "prerouting", carried, came_in=bridge.name)
        frame = msgspec.structs.replace(frame, packet=carried.packet)
        if carried.packet.destination != before.destination:
            frame = _redirected(journey, netns, bridge, frame)
    if frame.to in _own_macs(netns, bridge):
        return Up(netns, bridge.name, frame.packet, carried)
    return _forward(journey, netns, bridge, port.name, frame, piece, carried)


def _redirected(journey: Journey, netns: Netns, bridge: Link, frame: Frame) -> Frame:
    """The frame of a packet whose destination was rewritten on the bridge: it stays there where the new one is on
    the same bridge, else it goes up (br_nf_pre_routing_finish)."""
    packet = frame.packet
    answer = routing.input(netns, packet, bridge.name)
    if answer.kind == "not-forwarding":
        answer = routing.output(netns, packet.destination, source=None, mark=packet.mark)
    if answer.kind == "forward" and answer.device == bridge.name:
        via = answer.gateway or packet.destination
        journey.trail.note(
            "bridge", "bridge",
            Text("the new destination is on {bridge}, too: the frame stays on it", "새 목적지도 {bridge}에 있으므로 프레임이 브리지에 머묾")
            .fill(bridge=bridge.name), answer.cite, answer.fact,
        )  # fmt: skip
        return msgspec.structs.replace(frame, to=resolve(journey, netns, bridge.name, via))
    return msgspec.structs.replace(frame, to=bridge.mac or frame.to)


def _filtered(journey: Journey, netns: Netns, bridge: Link) -> bool:
    """Whether bridged IPv4 packets meet netfilter."""
    value = netns.sysctl(_BRIDGED)
    if value is None and not netns.knows("sysctl"):
        raise missing(
            Text("{key} of {host} was not recorded", "{host}의 {key} 값이 기록되지 않았습니다")
            .fill(key=_BRIDGED, host=named(netns)), setting=_BRIDGED,
        )  # fmt: skip
    if value == "0":
        journey.trail.note(
            "setting", "bridge",
            Text("frames on {bridge} do not meet iptables", "{bridge}의 프레임이 iptables를 거치지 않음").fill(bridge=bridge.name),
            f"{_BRIDGED} = 0", "sysctl",
        )  # fmt: skip
    # without br_netfilter the key does not exist
    return value not in (None, "0")


def _own_macs(netns: Netns, bridge: Link) -> set[str | None]:
    return {bridge.mac, *(port.mac for port in ports(netns, bridge.name))}


def _forward(
    journey: Journey,
    netns: Netns,
    bridge: Link,
    came_in: str,
    frame: Frame,
    piece: int,
    carried: Carried | None = None,
) -> Step:
    """A frame leaves a bridge by the port that has its MAC address; `came_in`: the port it came in by, "" where the
    host itself sends it."""
    trail = journey.trail
    port, cite = _port(journey, netns, bridge, frame.to)
    if port is None:
        if whole(journey, netns, bridge.name):
            said = Text(
                "nobody on {bridge} of {host} has {mac}", "{host}의 {bridge}에 {mac}을(를) 가진 것이 없습니다"
            )
            said = said.fill(bridge=bridge.name, host=named(netns), mac=frame.to)
            trail.note("fdb", "bridge", said)
            raise EndedError("wrong-mac", said, at=netns, device=bridge.name, mac=frame.to)
        raise missing(
            Text("which port of {bridge} on {host} leads to {mac} was not recorded", "{host}의 {bridge}에서 {mac}(으)로 가는 포트가 기록되지 않았습니다")
            .fill(bridge=bridge.name, host=named(netns), mac=frame.to), device=bridge.name, mac=frame.to,
        )  # fmt: skip
    fact = "bridge_fdb" if cite else "ip_addr"
    trail.note("fdb", "bridge", _BEHIND_PORT, cite or port.raw, fact, mac=frame.to, port=port.name)
    if port.name == came_in:
        _hairpin(journey, netns, port)
    if came_in and port.isolated and netns.links[came_in].isolated:
        said = Text(
            "{port} and {other} are isolated ports", "{port}와(과) {other}은(는) 서로 격리된 포트입니다"
        )
        said = said.fill(port=port.name, other=came_in)
        raise EndedError("no-hairpin", said, at=netns, device=port.name)
    if not port.up:
        raise down(journey, netns, port)
    if carried is not None:
        _across(journey, netns, bridge.name, carried, port.name)
        frame = msgspec.structs.replace(frame, packet=carried.packet)
    return _cross(journey, netns, port, frame, piece)


def _across(journey: Journey, netns: Netns, bridge: str, carried: Carried, port_out: str) -> None:
    """Netfilter of a packet that stays on a bridge."""
    filter_, trail = journey.filter(netns), journey.trail
    hooks.run(filter_, trail, "forward", carried, came_in=bridge, goes_out=bridge, port_out=port_out)
    hooks.run(filter_, trail, "postrouting", carried, goes_out=bridge, port_out=port_out)


def _hairpin(journey: Journey, netns: Netns, port: Link) -> None:
    if port.hairpin is None:
        raise missing(
            Text("hairpin mode of {port} on {host} was not recorded; save `bridge -d link`",
                 "{host}의 {port} 헤어핀 모드가 기록되지 않았습니다. `bridge -d link`의 출력을 저장하십시오")
            .fill(port=port.name, host=named(netns)), device=port.name,
        )  # fmt: skip
    said = Text("it would go back by {port}, where it came in; hairpin is {how}",
                "들어온 {port}(으)로 되돌려 보내야 하지만 헤어핀 모드가 {how}입니다")  # fmt: skip
    said = said.fill(port=port.name, how="on" if port.hairpin else "off")
    journey.trail.note(
        "bridge", "bridge", said, f"{port.name} hairpin {'on' if port.hairpin else 'off'}", "bridge_link"
    )
    if not port.hairpin:
        raise EndedError("no-hairpin", said, at=netns, device=port.name)


def _port(journey: Journey, netns: Netns, bridge: Link, mac: str) -> tuple[Link | None, str]:
    """The port behind which a MAC address is: by the forwarding table, else whoever answers when all are asked."""
    for entry, cite in netns.forwarding(bridge.name, mac):
        if entry.device in netns.links:
            return netns.links[entry.device], cite
    for port in ports(netns, bridge.name):
        there = journey.at(port.peer) if port.peer is not None else None
        if there is not None and mac_of(*there) == mac:
            return port, ""
    return None, ""


def _wrap(journey: Journey, netns: Netns, link: Link, frame: Frame, piece: int) -> Step:
    """A frame goes into a VXLAN device: to the node that the forwarding table names."""
    trail = journey.trail
    trail.passes(link.name)
    entries = [each for each in netns.forwarding(link.name, frame.to) if each[0].dst]
    entries = entries or [each for each in netns.forwarding(link.name, "00:00:00:00:00:00") if each[0].dst]
    if not entries:
        if not netns.knows("bridge_fdb"):
            raise missing(
                Text("the forwarding table of {device} on {host} was not recorded; save `bridge fdb show`",
                     "{host}의 {device} FDB가 기록되지 않았습니다. `bridge fdb show`의 출력을 저장하십시오")
                .fill(device=link.name, host=named(netns)), device=link.name,
            )  # fmt: skip
        said = Text(
            "{device} of {host} does not know which node {mac} is behind",
            "{host}의 {device} FDB에 {mac} 항목이 없어 어느 노드로 보낼지 알 수 없습니다",
        )
        said = said.fill(device=link.name, host=named(netns), mac=frame.to)
        trail.note("fdb", "tunnel", said)
        raise EndedError("no-fdb-entry", said, at=netns, device=link.name, mac=frame.to)
    entry, cite = entries[0]
    to = number(entry.dst) if "." in entry.dst else None
    trail.note("fdb", "tunnel", _BEHIND_NODE, cite, "bridge_fdb", mac=frame.to, node=entry.dst)
    if to is None or link.port is None or link.vni is None:
        raise missing(
            Text("{device} of {host} is not recorded with its port and network; save `ip -d addr`",
                 "{host}의 {device}이(가) 포트와 VNI 없이 기록되었습니다. `ip -d addr`의 출력을 저장하십시오")
            .fill(device=link.name, host=named(netns)), device=link.name,
        )  # fmt: skip
    outer = Packet(
        protocol=UDP,
        source=link.local or 0,
        destination=to,
        destination_port=entry.port or link.port,
        size=piece + VXLAN_OVERHEAD,
        mark=frame.packet.mark,
        frame=frame,
        vni=entry.vni if entry.vni is not None else link.vni,
    )
    trail.note(
        "tunnel",
        "tunnel",
        _WRAPPED,
        link.raw,
        "ip_addr",
        device=link.name,
        node=entry.dst,
        more=VXLAN_OVERHEAD,
    )
    trail.tunnelled = True
    return Made(netns, outer, link.lower, outer=True)


_BEHIND_PORT = Text("{mac} is behind {port}", "{mac}은(는) {port} 쪽에 있음")
_BEHIND_NODE = Text("{mac} is behind node {node}", "{mac}은(는) {node} 노드에 있음")
_WRAPPED = Text(
    "{device} puts it into a VXLAN packet for {node}, {more} bytes more",
    "{device}이(가) {node}(으)로 가는 VXLAN 패킷으로 캡슐화({more}바이트 추가)",
)
