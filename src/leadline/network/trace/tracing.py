"""A flow traced: its request, the answer with the connections that the request made, and every way both can go."""

from dataclasses import replace

import msgspec

from leadline.base.text import Text
from leadline.network.netns import Netns, named
from leadline.network.packet import ICMP, TCP, Frame, Packet, dotted, end, innermost
from leadline.network.result import Branch, Flow, Seen, Trace, Way
from leadline.network.trace import announced
from leadline.network.trace.choices import MOST, Choices
from leadline.network.trace.journey import Arrived, Journey, Made, Network, Step, Wire
from leadline.network.trace.tracking import Tracking
from leadline.network.trace.trail import LOCALLY, OUTSIDE, EndedError, Trail, missing
from leadline.network.trace.walk import walk

_ECHO_REPLY = (0, 0)
_REFUSED = frozenset(((3, 2), (3, 3)))
_TOO_BIG = (3, 4)
_ERROR_SIZE = 576
_INSIDE_ONLY = Text(
    "{to} is an address of the cluster, which nobody outside has a route to",
    "{to}은(는) 클러스터 내부 주소라서 외부에는 그리로 가는 경로가 없습니다",
)
_ASSUMED = Text(
    "what is beyond the recorded hosts is not known: it is taken to answer whoever it can reach",
    "기록된 호스트 너머는 알 수 없으므로, 도달할 수 있는 상대에게는 응답한다고 가정했습니다",
)
_ARRIVES = Text("it arrives", "도착합니다")
_NO_HOST = Text("the node of {what} is not recorded", "{what}이(가) 있는 노드가 기록되지 않았습니다")
_NO_INSIDE = Text(
    "neither the interfaces of {what} nor those of {host} that would tell them are recorded; save `ip -d addr`",
    "{what}의 인터페이스도, 그것을 알 수 있는 {host}의 인터페이스도 기록되지 않았습니다. `ip -d addr`의 출력을 저장하십시오",
)
_BEYOND = Text("it leaves the recorded network as it should", "기록된 네트워크를 정상적으로 벗어납니다")


def follow(network: Network, flow: Flow, *, quiet: bool = False) -> Trace:
    """Every way the flow can go, the likelier ones first. `quiet`: without decisions."""
    branches: list[Branch] = []
    rows: list[tuple[int, ...]] = [()]
    notes: list[Text] = []
    while rows:
        choices = Choices(rows.pop())
        branches.append(_branch(network, flow, choices, quiet))
        rows += choices.others()
        if len(branches) == MOST and rows:
            notes.append(
                Text("only the first {most} ways are followed", "처음 {most}개 경로까지만 추적했습니다").fill(
                    most=MOST
                )
            )
            break
    if (
        any(branch.request.hops and branch.request.hops[-1].place == OUTSIDE for branch in branches)
        and not flow.outside
    ):
        notes.append(_ASSUMED)
    branches.sort(key=lambda branch: -(branch.probability or 0.0))
    return Trace(flow=flow, branches=tuple(branches), notes=tuple(notes))


def _branch(network: Network, flow: Flow, choices: Choices, quiet: bool) -> Branch:
    journey = Journey(network, choices, Trail(quiet=quiet))
    request, last = _go(journey, flow, None)
    reply = None
    if isinstance(last, Arrived):
        journey = replace(journey, trail=Trail(quiet=quiet), answer=True)
        reply, _ = _go(journey, flow, last)
    return Branch(
        probability=choices.probability,
        conditions=choices.conditions,
        endpoint=_endpoint(flow.packet, last.packet),
        request=request,
        reply=reply,
    )


def _endpoint(asked: Packet, packet: Packet | None) -> str:
    """Where the request goes in the end, where that is another place than it was sent to."""
    if packet is None:
        return ""
    packet = innermost(packet)
    sent_to = packet.destination, packet.destination_port
    return "" if sent_to == (asked.destination, asked.destination_port) else end(*sent_to)


def _go(journey: Journey, flow: Flow, answered: Arrived | None) -> tuple[Way, Arrived | EndedError]:
    """The request's way, or the reply's where the request has arrived."""
    trail = journey.trail
    try:
        start = _request(journey, flow) if answered is None else _reply(journey, answered)
        arrived = walk(journey, start)
        if answered is not None:
            _fits(flow, arrived)
    except EndedError as ended:
        at = ended.at or trail.current
        noticed = _noticed(journey, flow, ended, at) if answered is None else "timeout"
        if ended.disposition == "insufficient-information":
            noticed = "unknown"
        way = trail.way(ended.disposition, ended.why, at, ended.about, noticed, ended.packet, decided=True)
        return way, ended
    if arrived.netns is None:
        trail.outside(arrived.packet)
    why = _BEYOND if arrived.netns is None else _ARRIVES
    return trail.way("delivered", why, arrived.netns, {}, "answer", arrived.packet, decided=False), arrived


def _request(journey: Journey, flow: Flow) -> Step:
    if flow.outside and not flow.host:
        journey.trail.outside(flow.packet)
        step = announced.enter(journey, flow.packet)
        if step is not None:
            return step
        _refuse_inside(journey, flow.packet.destination)
    netns = journey.network.netns.get((flow.host, "" if flow.outside else _inside(journey, flow)))
    if netns is None:
        journey.trail.unseen(flow.host, flow.place, flow.packet)
        said = _NO_INSIDE if (flow.host, "") in journey.network.netns else _NO_HOST
        raise missing(said.fill(what=flow.place or flow.host or flow.source, host=flow.host))
    if flow.outside:
        journey.trail.outside(flow.packet)
        return _enter(journey, netns, flow.packet)
    journey.trail.enter(netns, flow.packet)
    return Made(netns, flow.packet)


def _inside(journey: Journey, flow: Flow) -> str:
    """The name of the namespace that a flow begins in."""
    for host, name in journey.network.netns:
        if host == flow.host and journey.network.netns[host, name].place == flow.place:
            return name
    return flow.place


def _enter(journey: Journey, netns: Netns, packet: Packet) -> Step:
    """A packet that comes in from beyond what is recorded: by the interface that it is for, or by the uplink."""
    device = next(
        (
            link.name
            for link in netns.links.values()
            if any(own == packet.destination for own, _ in link.addresses)
        ),
        "",
    )
    if not device or netns.links[device].kind in ("bridge", "vxlan", "loopback", "dummy"):
        device = uplink(netns) or device
    if not device:
        raise missing(
            Text("the uplink of {host} is not known: no default route is recorded", "{host}에 기본 경로가 기록되지 않아 업링크를 알 수 없습니다")
            .fill(host=named(netns)),
        )  # fmt: skip
    link = netns.links[device]
    journey.trail.enter(netns, packet, device)
    return Wire(netns, device, Frame(link.mac or "", "", packet), packet.size)


def uplink(netns: Netns) -> str:
    """The interface of the default route, "" where there is none."""
    routes = [route for route, _ in netns.routes() or () if route.destination == "default" and route.device]
    routes.sort(key=lambda route: route.metric or 0)
    return next((route.device for route in routes if route.device in netns.links), "")


def _reply(journey: Journey, arrived: Arrived) -> Step:
    """The answer starts where the request arrived."""
    asked = arrived.packet
    packet = _answer(asked)
    if arrived.netns is not None:
        journey.trail.enter(arrived.netns, packet)
        return Made(arrived.netns, packet)
    journey.trail.outside(packet)
    for owner in journey.network.owner(packet.destination):
        there = journey.at(owner)
        if there is not None and owner.netns[1] == "" and there[1].kind not in ("bridge", "vxlan", "dummy"):
            return _enter(journey, there[0], packet)
    _refuse_inside(journey, packet.destination)
    raise missing(
        Text("{to} is not recorded", "{to}이(가) 기록되지 않았습니다").fill(to=dotted(packet.destination))
    )


def _refuse_inside(journey: Journey, destination: int) -> None:
    """Ends the way of what somebody outside sends to an address that only the cluster knows."""
    if journey.network.belongs(destination) in ("pod", "service"):
        to = dotted(destination)
        raise EndedError("no-route", _INSIDE_ONLY.fill(to=to), address=to)


def _answer(asked: Packet) -> Packet:
    """The packet that answers one: TCP's SYN with SYN and ACK, an echo with its reply, a datagram with another of its size."""
    turned = msgspec.structs.replace(
        asked,
        source=asked.destination,
        destination=asked.source,
        ttl=64,
        mark=0,
    )
    if asked.protocol == ICMP:
        return msgspec.structs.replace(turned, icmp=_ECHO_REPLY, df=False)
    flags = frozenset(("syn", "ack")) if asked.protocol == TCP else frozenset()
    return msgspec.structs.replace(
        turned, source_port=asked.destination_port, destination_port=asked.source_port, flags=flags
    )


def _fits(flow: Flow, arrived: Arrived) -> None:
    """The answer is for the one who asked, and comes from whom it asked; raises EndedError where not."""
    netns, packet, asked = arrived.netns, arrived.packet, flow.packet
    if netns is not None and (netns.host, netns.place) != (flow.host, flow.place):
        raise EndedError(
            "no-listener",
            Text(
                "the answer ends at {host}, which did not ask", "응답이 요청하지 않은 {host}에 도착했습니다"
            ).fill(host=named(netns)),
            at=netns,
        )
    source = asked.destination, asked.destination_port
    # an echo's id stands where others have their port
    if (packet.source, packet.source_port if asked.protocol != ICMP else source[1]) != source:
        said = Text(
            "the answer comes from {source}, but {asked} was asked",
            "{asked}에 요청했는데 {source}에서 응답이 옵니다",
        )
        raise EndedError(
            "wrong-source",
            said.fill(source=end(packet.source, packet.source_port), asked=end(*source)),
            at=netns, address=dotted(packet.source),
        )  # fmt: skip


def _noticed(journey: Journey, flow: Flow, ended: EndedError, at: Netns | None) -> Seen:
    """What the sender hears of a packet that did not arrive: the error message takes its own way back."""
    about = ended.packet
    if ended.told == LOCALLY:
        own = at is not None and not flow.outside and (at.host, at.place) == (flow.host, flow.place)
        return "unreachable" if own else "timeout"
    if (
        ended.told is None
        or about is None
        or at is None
        or about.frame is not None
        or about.about is not None
    ):
        return "timeout"
    if ended.told == "reset":
        error = msgspec.structs.replace(_answer(about), flags=frozenset(("rst", "ack")), size=40)
    else:
        error = Packet(
            protocol=ICMP,
            source=about.destination if ended.disposition == "no-listener" else 0,
            destination=about.source,
            icmp=ended.told if isinstance(ended.told, tuple) else None,
            size=min(_ERROR_SIZE, about.size + 28),
            about=about,
        )
    back = replace(journey, trail=Trail(quiet=True), answer=True, choices=Choices())
    back.filters = dict(journey.filters)
    try:
        back.trail.enter(at, error)
        tracking = _attached(journey.filter(at).last, about)
        heard = walk(back, Made(at, error, tracking=tracking, foreign=ended.told == "reset"))
    except EndedError:
        return "timeout"
    if not _hears(flow, heard):
        return "timeout"
    if ended.told == "reset" or ended.told in _REFUSED:
        return "refused"
    return "too-big" if ended.told == _TOO_BIG else "unreachable"


def _attached(of: Tracking | None, about: Packet) -> Tracking | None:
    """The part of an error in the connection of the packet it is about, which need not be known yet (nf_ct_attach)."""
    if of is None or of.connection is None:
        return None
    ends = of.connection.original, of.connection.answer
    known = {address for each in ends for address in (each.source, each.destination)}
    if about.protocol != ends[0].protocol or not {about.source, about.destination} <= known:
        return None
    return Tracking("related", of.connection, not of.reply)


def _hears(flow: Flow, heard: Arrived) -> bool:
    """Whether an error message reaches the socket that sent the packet."""
    netns, packet, asked = heard.netns, heard.packet, flow.packet
    if flow.outside:
        return netns is None
    if netns is None or (netns.host, netns.place) != (flow.host, flow.place):
        return False
    about = packet.about
    if about is None:
        return packet.source == asked.destination
    return (about.destination, about.destination_port) == (asked.destination, asked.destination_port)
