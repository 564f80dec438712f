"""A Linux bridge with its netfilter: which port a frame leaves by, or that it goes up to the host.

As br_handle_frame_finish and br_netfilter_hooks.c of Linux 6.x do it.
"""

import msgspec

from leadline.base.text import Text
from leadline.network.netns import Link, Netns, named
from leadline.network.packet import Frame
from leadline.network.trace import hooks, routing
from leadline.network.trace.filtering import Carried
from leadline.network.trace.journey import Journey, Step, Up
from leadline.network.trace.neighbours import down, mac_of, ports, resolve, whole
from leadline.network.trace.trail import EndedError, missing
from leadline.network.trace.wires import cross

_BRIDGED = "net.bridge.bridge-nf-call-iptables"


def take(journey: Journey, netns: Netns, bridge: Link, port: Link, frame: Frame, piece: int) -> Step:
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
    return forward(journey, netns, bridge, port.name, frame, piece, carried)


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


def forward(
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
    return cross(journey, netns, port, frame, piece)


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


_BEHIND_PORT = Text("{mac} is behind {port}", "{mac}은(는) {port} 쪽에 있음")
