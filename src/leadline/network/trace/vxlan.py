"""A VXLAN device: frames into packets for the node that the forwarding table names, and out of them.

As vxlan_xmit and vxlan_rcv of Linux 6.x do it.
"""

import msgspec

from leadline.base.text import Text
from leadline.network.netns import Link, Netns, named
from leadline.network.packet import UDP, Frame, Packet, dotted, number
from leadline.network.trace.journey import Journey, Made, Step, Wire
from leadline.network.trace.trail import EndedError, missing

OVERHEAD = 50
"""Bytes that VXLAN adds: Ethernet 14, VXLAN 8, UDP 8, IPv4 20."""
_PORT_UNREACHABLE = (3, 3)


def wrap(journey: Journey, netns: Netns, link: Link, frame: Frame, piece: int) -> Step:
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
        size=piece + OVERHEAD,
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
        more=OVERHEAD,
    )
    trail.tunnelled = True
    return Made(netns, outer, link.lower, outer=True)


def unwrap(journey: Journey, netns: Netns, packet: Packet) -> Step:
    """A VXLAN packet at the device of its port and network."""
    assert packet.frame is not None  # noqa: S101 - the caller looked
    devices = [link for link in netns.links.values() if link.kind == "vxlan" and link.up]
    listening = [link for link in devices if link.port == packet.destination_port]
    link = next((link for link in listening if link.vni == packet.vni), None)
    if link is None:
        other = next((each for each in netns.links.values() if each.kind == "vxlan"), None)
        raise EndedError(
            "no-listener",
            Text("no VXLAN device of {host} takes port {port}, network {vni}", "{host}에 {port}번 포트, VNI {vni}의 VXLAN을 받는 장치가 없습니다")
            .fill(host=named(netns), port=packet.destination_port, vni=packet.vni),
            at=netns,
            told=None if listening else _PORT_UNREACHABLE,
            port=str(packet.destination_port), protocol="vxlan", device=other.name if other else "",
        )  # fmt: skip
    journey.trail.note(
        "tunnel", "tunnel",
        _UNWRAPPED, link.raw, "ip_addr", device=link.name, source=dotted(packet.source),
    )  # fmt: skip
    journey.trail.tunnelled = False
    # it is one buffer to the kernel: what was in it bears the mark that the outer packet got here
    inner = msgspec.structs.replace(packet.frame.packet, mark=packet.mark)
    return Wire(netns, link.name, msgspec.structs.replace(packet.frame, packet=inner), 0)


_BEHIND_NODE = Text("{mac} is behind node {node}", "{mac}은(는) {node} 노드에 있음")
_WRAPPED = Text(
    "{device} puts it into a VXLAN packet for {node}, {more} bytes more",
    "{device}이(가) {node}(으)로 가는 VXLAN 패킷으로 캡슐화({more}바이트 추가)",
)
_UNWRAPPED = Text(
    "{device} takes the frame out of the packet from {source}",
    "{device}이(가) {source}에서 온 VXLAN 패킷의 캡슐화를 해제",
)
