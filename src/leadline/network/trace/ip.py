"""IPv4 in one namespace: routing, the hooks around it, and what a socket does.

In the order of ip_rcv, ip_forward, ip_output and __ip_local_out of Linux 6.x.
"""

import msgspec

from leadline.base.text import Text
from leadline.network.netns import Netns, named
from leadline.network.packet import TCP, UDP, Packet, dotted
from leadline.network.result import Kind
from leadline.network.trace import hooks, routing, settings, vxlan
from leadline.network.trace.filtering import Carried
from leadline.network.trace.journey import Arrived, Down, Journey, Made, Step, Up
from leadline.network.trace.routing import RouteAnswer
from leadline.network.trace.sockets import accepts
from leadline.network.trace.trail import LOCALLY, UNTOLD, EndedError, missing

_FRAGMENTATION_NEEDED = (3, 4)
_TIME_EXCEEDED = (11, 0)
_PORT_UNREACHABLE = (3, 3)
_HOST_UNREACHABLE = (3, 1)
_TTL_KEY = "net.ipv4.ip_default_ttl"
_REROUTES = "net.ipv4.vs.snat_reroute"


def make(journey: Journey, made: Made) -> Step:
    """Sends a packet from here: routing first, then the output hook, and routing anew where that changed it."""
    netns, packet = made.netns, made.packet
    try:
        route = _route(journey, made, packet, again=made.foreign)
    except EndedError as ended:
        if ended.disposition in ("no-route", "reverse-path"):
            ended.told = LOCALLY
        raise
    if route.kind in ("broadcast", "multicast"):
        raise missing(_MANY.fill(to=dotted(packet.destination)), address=dotted(packet.destination))
    if not packet.source:
        if route.source is None:
            raise missing(
                Text("no source address for {to} is recorded on {host}", "{host}에 {to}(으)로 보낼 때 쓸 출발지 주소가 기록되지 않았습니다")
                .fill(to=dotted(packet.destination), host=named(netns)),
            )  # fmt: skip
        packet = msgspec.structs.replace(packet, source=route.source)
    if (ttl := settings.value(netns, _TTL_KEY)) is not None:
        packet = msgspec.structs.replace(packet, ttl=ttl)
    _noted(journey, route, packet)
    carried = Carried(packet, made.tracking)
    hooks.run(
        journey.filter(netns), journey.trail, "output", carried, goes_out=route.device, forwarded=made.outer
    )
    now = carried.packet
    if carried.elsewhere:
        return _share(journey, netns, carried)
    if (now.source, now.destination, now.mark) != (packet.source, packet.destination, packet.mark):
        again = _route(journey, made, now, again=True)
        changed = (again.device, again.gateway) != (route.device, route.gateway)
        if now.destination != packet.destination or changed:
            route = again
            _noted(journey, route, now)
    return _send(journey, netns, carried, route)


def _route(journey: Journey, made: Made, packet: Packet, *, again: bool = False) -> RouteAnswer:
    answer = routing.output(
        made.netns,
        packet.destination,
        source=packet.source or None,
        mark=packet.mark,
        device=made.device,
        tos=packet.tos,
        protocol=packet.protocol,
        source_port=packet.source_port,
        destination_port=packet.destination_port,
        any_source=again,
    )
    return _usable(journey, made.netns, packet, answer)


def rise(journey: Journey, up: Up) -> Step:
    """Takes a packet that came in: prerouting, the routing decision, then to a socket or on."""
    netns, trail = up.netns, journey.trail
    trail.passes(up.device)
    carried = up.bridged
    if carried is None:
        carried = up.looped or Carried(up.packet)
        hooks.run(journey.filter(netns), trail, "prerouting", carried, came_in=up.device)
    packet = carried.packet
    if up.looped is not None and packet.destination == up.packet.destination:
        return _receive(journey, netns, carried, up.device)
    route = _usable(journey, netns, packet, routing.input(netns, packet, up.device))
    _noted(journey, route, packet)
    if route.kind in ("broadcast", "multicast"):
        raise missing(_MANY.fill(to=dotted(packet.destination)), address=dotted(packet.destination))
    if route.kind == "local":
        return _receive(journey, netns, carried, up.device)
    if packet.ttl <= 1:
        raise EndedError("no-route", _TTL.fill(host=named(netns)), at=netns, told=_TIME_EXCEEDED)
    mtu = _mtu(netns, route)
    if packet.df and mtu is not None and packet.size > mtu:
        raise _too_big(journey, netns, packet, route.device, mtu)
    carried.packet = msgspec.structs.replace(packet, ttl=packet.ttl - 1)
    hooks.run(journey.filter(netns), trail, "forward", carried, came_in=up.device, goes_out=route.device)
    if carried.packet.source != packet.source and settings.value(netns, _REROUTES) != 0:
        # a server's answer goes as if it were made here (ip_vs_route_me_harder)
        route = _route(journey, Made(netns, carried.packet), carried.packet, again=True)
    return _send(journey, netns, carried, route, up.device)


def _share(journey: Journey, netns: Netns, carried: Carried, came_in: str = "") -> Step:
    """Sends on what IPVS gives to a server elsewhere: by a route of its own, and through the output hook (anew for what
    was made here), where NAT looks for the route again (ip_vs_nat_xmit, nf_nat_ipv4_local_fn)."""
    packet = carried.packet
    answer = routing.output(netns, packet.destination)
    if answer.icmp is None:
        answer = msgspec.structs.replace(answer, icmp=_HOST_UNREACHABLE)
    route = _usable(journey, netns, packet, answer)
    _noted(journey, route, packet)
    if packet.ttl <= 1:
        raise EndedError("no-route", _TTL.fill(host=named(netns)), at=netns, told=_TIME_EXCEEDED)
    mtu = _mtu(netns, route)
    if packet.df and mtu is not None and packet.size > mtu:
        raise _too_big(journey, netns, packet, route.device, mtu)
    carried.packet = msgspec.structs.replace(packet, ttl=packet.ttl - 1)
    carried.elsewhere = False
    hooks.run(
        journey.filter(netns),
        journey.trail,
        "output",
        carried,
        goes_out=route.device,
        forwarded=bool(came_in),
    )
    if not answer.candidates:
        route = _route(journey, Made(netns, carried.packet), carried.packet, again=True)
    return _send(journey, netns, carried, route, came_in)


def _send(journey: Journey, netns: Netns, carried: Carried, route: RouteAnswer, came_in: str = "") -> Step:
    """The postrouting hook, then the interface, in pieces where it takes no more at a time. `came_in`: "" for what is
    made here."""
    trail = journey.trail
    hooks.run(
        journey.filter(netns),
        trail,
        "postrouting",
        carried,
        came_in=came_in,
        goes_out=route.device,
        via=route.gateway,
        forwarded=bool(came_in),
    )
    packet = carried.packet
    if route.kind == "local":
        return Up(netns, "lo", packet, looped=carried)
    mtu = _mtu(netns, route)
    piece = packet.size
    if mtu is not None and packet.size > mtu:
        if packet.df:
            raise _too_big(journey, netns, packet, route.device, mtu)
        piece = 20 + (mtu - 20) // 8 * 8
        trail.note(
            "mtu",
            "routing",
            Text("{size} bytes go as fragments of up to {mtu} by {device}", "{size}바이트가 최대 {mtu}바이트 조각으로 나뉘어 {device}(으)로 나감")
            .fill(size=packet.size, mtu=mtu, device=route.device),
        )  # fmt: skip
    trail.narrow(mtu)
    return Down(netns, route.device, route.gateway or packet.destination, packet, piece)


def _receive(journey: Journey, netns: Netns, carried: Carried, device: str) -> Step:
    """The input hook, then the socket, or the tunnel whose packet it is."""
    trail = journey.trail
    hooks.run(journey.filter(netns), trail, "input", carried, came_in=device)
    packet = carried.packet
    if carried.elsewhere:
        return _share(journey, netns, carried, device)
    if packet.frame is not None:
        return vxlan.unwrap(journey, netns, packet)
    if packet.protocol in (TCP, UDP) and not journey.answer:
        answer = accepts(netns, packet, device)
        if answer is not None and not answer.listens:
            told: tuple[int, int] | str = "reset" if packet.protocol == TCP else _PORT_UNREACHABLE
            raise EndedError(
                "no-listener",
                Text("nothing listens on {protocol} port {port} at {host}", "{host}에서 {protocol} {port}번 포트를 수신하는 프로세스가 없습니다")
                .fill(protocol=packet.protocol, port=packet.destination_port, host=named(netns)),
                at=netns, told=told, port=str(packet.destination_port), protocol=packet.protocol,
                address=dotted(packet.destination),
            )  # fmt: skip
        if answer is not None:
            trail.note("socket", "socket", _LISTENS, answer.cite, "ss")
        elif not netns.inferred:
            said = _NOT_RECORDED.fill(protocol=packet.protocol, host=named(netns))
            trail.note("socket", "socket", said)
            raise missing(said)
    return Arrived(netns, packet)


def _mtu(netns: Netns, route: RouteAnswer) -> int | None:
    link = netns.links.get(route.device)
    own = link.mtu if link is not None else None
    if route.mtu is None:
        return own
    return route.mtu if own is None else min(own, route.mtu)


def _too_big(journey: Journey, netns: Netns, packet: Packet, device: str, mtu: int) -> EndedError:
    said = Text(
        "{size} bytes are more than the MTU {mtu} of {device}, and DF forbids fragments",
        "{size}바이트가 {device}의 MTU {mtu}보다 크고 DF 때문에 나눌 수 없습니다",
    ).fill(size=packet.size, mtu=mtu, device=device)
    link = netns.links.get(device)
    journey.trail.note("mtu", "routing", said, link.raw if link else "", "ip_addr")
    return EndedError(
        "too-big",
        said,
        at=netns,
        told=_FRAGMENTATION_NEEDED,
        device=device,
        mtu=str(mtu),
        size=str(packet.size),
    )


def _noted(journey: Journey, route: RouteAnswer, packet: Packet) -> None:
    if journey.trail.quiet:
        return
    said, via = _ROUTED.get(route.kind, _DIRECT), ""
    if said is _DIRECT and route.gateway is not None:
        said, via = _BY_GATEWAY, dotted(route.gateway)
    journey.trail.note(
        "route",
        "routing",
        said,
        route.cite,
        route.fact,
        to=dotted(packet.destination),
        device=route.device,
        via=via,
    )


def _usable(journey: Journey, netns: Netns, packet: Packet, route: RouteAnswer) -> RouteAnswer:
    """The answer where it leads anywhere; raises EndedError where it does not."""
    if route.candidates:
        weights = [each.weight for each in route.candidates if each.weight is not None]
        drawn = weights if len(weights) == len(route.candidates) else None
        one = route.candidates[journey.choices.choose(drawn, _MULTIPATH, len(route.candidates))]
        return msgspec.structs.replace(
            route,
            device=one.device,
            gateway=one.gateway,
            source=one.source if one.source is not None else route.source,
            candidates=(),
        )
    if route.kind in ("forward", "local", "broadcast", "multicast"):
        return route
    to, host = dotted(packet.destination), named(netns)
    match route.kind:
        case "unknown":
            if route.missing is None:
                raise missing(_UNTOLD.fill(to=to, host=host))
            raise missing(UNTOLD.fill(what=route.missing, host=host))
        case "no-route":
            why = Text("{host} has no route to {to}", "{host}에 {to}(으)로 가는 경로가 없습니다")
            ended = EndedError("no-route", why.fill(host=host, to=to), at=netns, told=route.icmp, address=to)
        case "unreachable" | "blackhole" | "prohibit":
            why = Text(
                "a route of {host} forbids {to}: `{cite}`", "{host}의 경로가 {to}을(를) 막습니다: `{cite}`"
            )
            ended = EndedError(
                "no-route", why.fill(host=host, to=to, cite=route.cite), at=netns, told=route.icmp, address=to
            )
        case "not-forwarding":
            why = Text("{host} does not forward: {setting}", "{host}이(가) 포워딩하지 않습니다: {setting}")
            ended = EndedError(
                "not-forwarding",
                why.fill(host=host, setting=route.setting),
                at=netns,
                told=route.icmp,
                setting=route.setting,
            )
        case "martian":
            why = Text(
                "{host} takes no packet from {source} to {to} on {device} ({setting})",
                "{host}은(는) {device}에서 {source}에서 {to}(으)로 가는 패킷을 받지 않습니다({setting})",
            )
            ended = EndedError(
                "reverse-path",
                why.fill(
                    host=host,
                    source=dotted(packet.source),
                    to=to,
                    device=route.device,
                    setting=route.setting or "martian",
                ),
                at=netns,
                setting=route.setting,
                address=dotted(packet.source),
                device=route.device,
            )
        case _:
            why = Text(
                "{host} would not answer {source} by the interface it came in by ({setting})",
                "{source}에 대한 응답이 들어온 인터페이스로 나가지 않으므로 {host}이(가) 버립니다({setting})",
            )
            ended = EndedError(
                "reverse-path", why.fill(host=host, source=dotted(packet.source), setting=route.setting),
                at=netns, setting=route.setting, address=dotted(packet.source), device=route.device,
            )  # fmt: skip
    kind: Kind = "setting" if route.setting else "route"
    journey.trail.note(kind, "routing", ended.why, route.cite or route.setting, route.fact)
    raise ended


_ROUTED = {
    "local": Text("{to} is an address of this host", "{to}은(는) 이 호스트의 주소"),
    "broadcast": Text("{to} is a broadcast address here", "{to}은(는) 이 호스트의 브로드캐스트 주소"),
    "multicast": Text("{to} is a multicast address", "{to}은(는) 멀티캐스트 주소"),
}
_DIRECT = Text("to {to} by {device}", "{to}(으)로 갈 때 {device} 사용")
_BY_GATEWAY = Text("to {to} by {via} on {device}", "{to}(으)로 갈 때 {device}의 {via} 경유")
_TTL = Text(
    "the packet's time to live ends at {host}: it goes round",
    "패킷의 TTL이 {host}에서 다했습니다: 경로가 순환합니다",
)
_UNTOLD = Text(
    "what {host} does with {to} is not recorded", "{host}이(가) {to}을(를) 어떻게 하는지 기록되지 않았습니다"
)
_MANY = Text(
    "{to} is an address of many hosts (broadcast or multicast), which is not followed",
    "{to}은(는) 여러 호스트로 가는 주소(브로드캐스트 또는 멀티캐스트)라서 추적을 지원하지 않습니다",
)
_MULTIPATH = Text("another next hop of the route", "경로의 다른 다음 홉")
_LISTENS = Text("a socket listens there", "수신 대기 중인 소켓이 있음")
_NOT_RECORDED = Text(
    "it arrives, but which {protocol} sockets listen at {host} was not recorded; save `ss -tulnp`",
    "도착하지만 {host}에서 수신 대기 중인 {protocol} 소켓이 기록되지 않았습니다. `ss -tulnp`의 출력을 저장하십시오",
)
