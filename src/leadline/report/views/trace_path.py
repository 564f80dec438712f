"""A Way → the Course that is drawn: stations, what is done to the packet at which interface, what goes between."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from leadline.base.text import Text, same
from leadline.network.packet import Packet
from leadline.network.result import Branch, Flow, Hop, Way
from leadline.report.document import Act, Course, Leg, Passage, Station, Stop, Tag, Tone
from leadline.report.views.trace_words import (
    DISPOSITIONS,
    OUTSIDE,
    about,
    destination,
    ends,
    here,
    inner,
    outer,
    source,
)

Direction = Literal["request", "reply"]
_INFERRED = Text("not recorded, as its CNI plugin makes it", "기록 없음, CNI 플러그인이 만드는 구성으로 추정")
_UNRECORDED = Text("not recorded", "기록 없음")
_ROUTE = Text("route", "라우트")
_TRACKED = same("conntrack")
_PACKED = Text("into VXLAN", "VXLAN 캡슐화")
_UNPACKED = Text("out of VXLAN", "VXLAN 해제")
_BETWEEN = Text(
    "out of {a} by {out}, into {b} by {into}", "{a}에서 {out}(으)로 나와 {b}에 {into}(으)로 들어갑니다"
)
_FROM_OUTSIDE = Text("from outside, into {b} by {into}", "외부에서 {b}에 {into}(으)로 들어갑니다")
_TO_OUTSIDE = Text("out of {a} by {out}", "{a}에서 {out}(으)로 나갑니다")
_CAPTION = Text(
    "The way of a packet from {source} to {destination}: {end}",
    "{source}에서 {destination}까지의 패킷 경로: {end}",
)


def path(flow: Flow, branch: Branch) -> Passage:
    """One branch as a picture, with its answer."""
    course = _course(branch.request, "request")
    answer = _course(branch.reply, "reply") if branch.reply is not None else None
    caption = _CAPTION.fill(
        source=flow.source, destination=flow.destination, end=DISPOSITIONS[branch.ends.disposition]
    )
    alike = answer is not None and branch.direction == "request" and _mirrored(course, answer)
    return Passage(course=course, answer=answer, alike=alike or answer is None, caption=caption)


def _mirrored(course: Course, answer: Course) -> bool:
    """Whether the answer passes the same interfaces in the opposite order."""
    there = [(each.machine, each.name, [stop.name for stop in each.stops]) for each in course.stations]
    back = [
        (each.machine, each.name, [stop.name for stop in reversed(each.stops)])
        for each in reversed(answer.stations)
    ]
    return there == back


def _course(way: Way, direction: Direction) -> Course:
    hops = way.hops
    stations = [_station(hop, hops, number, direction) for number, hop in enumerate(hops)]
    legs = [_leg(hop, after) for hop, after in pairwise(hops)]
    if hops and hops[0].host and hops[0].came_in:
        stations.insert(0, Station(machine="", name=OUTSIDE))
        legs.insert(0, _came(hops[0]))
    beyond = {"delivered": OUTSIDE, "insufficient-information": _UNRECORDED}.get(way.disposition)
    if hops and beyond is not None and hops[-1].leaves is not None:
        stations.append(Station(machine="", name=beyond))
        legs.append(_left(hops[-1], hops[-1].leaves))
    if not stations:
        stations = [Station(machine="", name=OUTSIDE)]
    return Course(tuple(stations), tuple(legs), _end(way))


def _end(way: Way) -> Tag:
    if way.disposition == "delivered":
        sockets = [each for each in way.hops[-1].decisions if each.kind == "socket"] if way.hops else []
        if not sockets or sockets[-1].said == way.why:
            return Tag(way.why, "good")
        return Tag(
            Text("{why}: {socket}", "{why}: {socket}").fill(why=way.why, socket=sockets[-1].said), "good"
        )
    tone: Tone = "warn" if way.disposition == "insufficient-information" else "bad"
    said = Text("{what}: {why}", "{what}: {why}")
    return Tag(said.fill(what=DISPOSITIONS[way.disposition], why=way.why), tone)


def _came(hop: Hop) -> Leg:
    said = _FROM_OUTSIDE.fill(b=here(hop), into=hop.came_in)
    return Leg(
        text=said, packet=ends(inner(hop.packet)), note=about(inner(hop.packet)), outer=outer(hop.packet)
    )


def _left(hop: Hop, packet: Packet) -> Leg:
    said = _TO_OUTSIDE.fill(a=here(hop), out=hop.goes_out)
    return Leg(text=said, packet=ends(inner(packet)), note=about(inner(packet)), outer=outer(packet))


def _leg(hop: Hop, after: Hop) -> Leg:
    packet = hop.leaves or after.packet
    if not hop.host:
        return _came(after)
    if not after.host:
        return _left(hop, packet)
    said = _BETWEEN.fill(a=here(hop), out=hop.goes_out, b=here(after), into=after.came_in)
    return Leg(text=said, packet=ends(inner(packet)), note=about(inner(packet)), outer=outer(packet))


def _station(hop: Hop, hops: tuple[Hop, ...], number: int, direction: Direction) -> Station:
    if not hop.host:
        return Station(machine="", name=OUTSIDE)
    names = hop.through or tuple(dict.fromkeys(filter(None, (hop.came_in, hop.goes_out))))
    unpacked, packed = _tunnels(hop, names)
    before = hops[number - 1] if number else None
    after = hops[number + 1] if number + 1 < len(hops) else None
    stops = []
    for place, name in enumerate(names):
        kind: Literal["port", "uplink", "inner", "tunnel"] = "inner"
        if place in (unpacked, packed):
            kind = "tunnel"
        elif hop.place:
            kind = "port"
        elif place == 0 and hop.came_in:
            kind = "port" if before is not None and before.host == hop.host else "uplink"
        elif place == len(names) - 1 and hop.goes_out:
            kind = "port" if after is not None and after.host == hop.host else "uplink"
        stops.append(Stop(name, kind))
    from_pod = before is not None and before.host == hop.host and bool(before.place)
    routed = _routed(hop, names, unpacked, packed, from_pod=from_pod)
    acts = tuple(_acts(hop, direction, routed, unpacked, packed)) if names else ()
    notes = [Text("MTU {n}", "MTU {n}").fill(n=hop.mtu)] if hop.mtu is not None else []
    notes += [_INFERRED] if hop.inferred else []
    if len(hops) == 1 and not names:  # it ends where it begins: nothing else tells what it was
        notes.insert(
            0,
            Text(
                f"{ends(hop.packet)}  {about(hop.packet).en}", f"{ends(hop.packet)}  {about(hop.packet).ko}"
            ),
        )
    note = Text(", ".join(each.en for each in notes), ", ".join(each.ko for each in notes)) if notes else None
    return Station(machine=hop.host, name=hop.place, stops=tuple(stops), acts=acts, note=note)


def _tunnels(hop: Hop, names: tuple[str, ...]) -> tuple[int | None, int | None]:
    """The place of the interface that takes the packet out of a tunnel, and of the one that puts it into one."""
    through = hop.leaves is not None and hop.leaves.frame is not None
    carried = hop.packet.frame is not None
    if carried and through and hop.leaves is not None and hop.leaves.frame == hop.packet.frame:
        return None, None
    unpacked = 1 if carried and len(names) > 1 else None
    packed = len(names) - 2 if through and len(names) > 1 else None
    return unpacked, packed


def _routed(
    hop: Hop, names: tuple[str, ...], unpacked: int | None, packed: int | None, *, from_pod: bool
) -> int:
    """Behind which interface the packet itself is routed: the tunnel's that it came out of, the bridge that it came to
    by a pod's pair, else the first."""
    if unpacked is not None:
        return unpacked
    bridged = from_pod and packed != 1 and (len(names) > 2 or (len(names) == 2 and hop.leaves is None))
    return 1 if bridged else 0


def _acts(
    hop: Hop, direction: Direction, routed: int, unpacked: int | None, packed: int | None
) -> Iterator[Act]:
    """What is done to the packet, in the kernel's order: the destination is rewritten before it is routed, the source
    behind that. Where the packet ends here, its rewriting is told as it was decided."""
    if unpacked is not None:
        yield Act(stop=unpacked, label=_UNPACKED, text=f"VNI {hop.packet.vni}", tone="dim")
    was, now = inner(hop.packet), inner(hop.leaves or hop.packet)
    by_rule = direction == "request"
    if destination(was) != destination(now):
        text = f"{destination(was)} → {destination(now)}"
        yield Act(stop=routed, label=same("DNAT") if by_rule else _TRACKED, text=text)
    elif hop.leaves is None:
        for each in hop.decisions:
            if each.kind == "rewrite":
                yield Act(stop=routed, label=same("NAT") if by_rule else _TRACKED, text=each.said)
    routes = [each for each in hop.decisions if each.kind == "route" and each.cite and not each.tunnelled]
    if routes and not hop.place:
        yield Act(stop=routed, label=_ROUTE, text=routes[-1].cite, tone="dim")
    if source(was) != source(now):
        text = f"{source(was)} → {source(now)}"
        yield Act(stop=routed, label=same("SNAT") if by_rule else _TRACKED, text=text)
    if packed is not None:
        found = [each.cite for each in hop.decisions if each.kind == "fdb" and each.cite]
        yield Act(stop=packed, label=_PACKED, text=found[-1] if found else "", tone="dim")
