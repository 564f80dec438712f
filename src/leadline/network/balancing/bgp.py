"""Which routes BGP peers hear for an address.

metallb speaker/bgp_controller.go (ShouldAnnounce, SetBalancer, syncPeers), internal/config (BGPAdvertisement).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.network.balancing.balanced import Route
from leadline.network.balancing.fronted import Fronted
from leadline.network.balancing.layer2 import (
    ENDPOINTS,
    NO_ENDPOINT,
    NO_SPEAKER,
    NOT_LOCAL,
    SPEAKER,
    barred,
    for_service,
    on_node,
)
from leadline.network.balancing.members import Member
from leadline.network.balancing.pools import Objects
from leadline.network.balancing.selectors import fits
from leadline.network.objects import Object
from leadline.network.own_routes import is_ipv4
from leadline.network.packet import dotted, network, number
from leadline.network.recorded import RecordedNetns


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """`routes`: what peers hear; `notes`: which nodes announce nothing, and why; `missing`: what was not recorded."""

    routes: tuple[Route, ...] = ()
    notes: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()


def heard(
    service: Fronted,
    address: str,
    advertisements: Sequence[Object],
    members: Sequence[Member],
    objects: Objects,
    hosts: Mapping[str, RecordedNetns],
) -> Heard:
    """What peers hear of one address of a Service; `advertisements`: those of its pool, `hosts`: recordings by node."""
    notes: list[Text] = []
    missing: list[Text] = []
    if service.endpoints is None:
        missing.append(ENDPOINTS.fill(service=service.name))
    elif not service.endpoints:
        return Heard(notes=(NO_ENDPOINT.fill(service=service.name),))
    ours = for_service(advertisements, service, missing)
    peers = objects.get("BGPPeer", ())
    if ours and not peers:
        (notes if "BGPPeer" in objects else missing).append(_NO_PEER)
    routes: list[Route] = []
    for member in members:
        here = on_node(ours, member, missing)
        if not here:
            continue
        why = _idle(service, member, here)
        if why is not None:
            notes.append(why)
            continue
        if member.speaker is None:
            missing.append(SPEAKER.fill(node=member.name))
        for peer in peers:
            if fits(_spec(peer).get("nodeSelectors"), member.labels or {}):
                routes += _routes(address, peer, here, member, objects, hosts.get(member.name))
    return Heard(routes=tuple(routes), notes=tuple(notes), missing=tuple(dict.fromkeys(missing)))


def best(routes: Sequence[Route], peer: str) -> list[Route]:
    """Of what a peer hears, the routes that it uses: the longest prefix, then the highest local preference."""
    own = [each for each in routes if each.peer == peer]
    longest = max((_length(each) for each in own), default=0)
    own = [each for each in own if _length(each) == longest]
    highest = max((_preference(each) for each in own), default=0)
    return [each for each in own if _preference(each) == highest]


_USUAL_PREFERENCE = 100


def _preference(route: Route) -> int:
    return _USUAL_PREFERENCE if route.local_pref is None else route.local_pref


def _length(route: Route) -> int:
    return int(route.prefix.partition("/")[2])


def _idle(service: Fronted, member: Member, advertisements: Sequence[Object]) -> Text | None:
    """Why a node announces nothing of a Service."""
    clash = _clash(advertisements)
    if clash is not None:
        return _CONFLICT.fill(node=member.name, one=clash[0], other=clash[1])
    if member.speaker is False:
        return NO_SPEAKER.fill(node=member.name)
    if service.local and service.endpoints is not None and member.name not in service.endpoints:
        return NOT_LOCAL.fill(node=member.name)
    return barred(member)


def _clash(advertisements: Sequence[Object]) -> tuple[str, str] | None:
    """Two advertisements of one prefix to one peer with different local preferences."""
    for place, one in enumerate(advertisements):
        for other in advertisements[place + 1 :]:
            here, there = _spec(one), _spec(other)
            mine, theirs = set(here.get("peers") or ()), set(there.get("peers") or ())
            if (
                (here.get("localPref") or 0) != (there.get("localPref") or 0)
                and _aggregation(here) == _aggregation(there)
                and (not mine or not theirs or mine & theirs)
            ):
                return one["metadata"]["name"], other["metadata"]["name"]
    return None


def _aggregation(spec: Mapping[str, Any]) -> int:
    length = spec.get("aggregationLength")
    return 32 if length is None else length


def _routes(
    address: str,
    peer: Object,
    advertisements: Sequence[Object],
    member: Member,
    objects: Objects,
    host: RecordedNetns | None,
) -> Iterator[Route]:
    """What one node tells one peer: of each prefix one route, with the communities of all that announce it."""
    name, spec = peer["metadata"]["name"], _spec(peer)
    merged: dict[str, list[Mapping[str, Any]]] = {}
    for each in advertisements:
        own = _spec(each)
        if not own.get("peers") or name in own["peers"]:
            base, _ = network(f"{address}/{_aggregation(own)}")
            merged.setdefault(f"{dotted(base)}/{_aggregation(own)}", []).append(own)
    mine = spec.get("localASN") or spec.get("myASN")
    inside = spec.get("dynamicASN") == "internal" or spec.get("peerASN") == mine
    router = spec.get("peerAddress") or ""
    for prefix, parts in merged.items():
        preference = max(one.get("localPref") or 0 for one in parts)
        words = {_community(one, objects) for own in parts for one in own.get("communities") or ()}
        yield Route(
            prefix=prefix,
            peer=name,
            router=router,
            node=member.name,
            next_hop=spec.get("sourceAddress") or _towards(router, member, host),
            local_pref=preference if inside and preference else None,
            communities=tuple(sorted(words, key=_rank)),
            path=() if inside or not mine else (mine,),
        )


def _towards(router: str, member: Member, host: RecordedNetns | None) -> str:
    """The node's address for a session with a router: of the same network where it has one, else its own."""
    if not is_ipv4(router):
        return ""
    far = number(router)
    for link in host.links.values() if host is not None else ():
        for own, length in link.addresses:
            if length < 32 and not (own ^ far) >> 32 - length:
                return dotted(own)
    return member.addresses[0] if member.addresses else ""


def _community(written: str, objects: Objects) -> str:
    """The value that a community stands for: `64512:1`, or `64512:1:2` of a large one."""
    aliases = {
        one.get("name"): one.get("value") or ""
        for each in objects.get("Community", ())
        for one in _spec(each).get("communities") or ()
    }
    return str(aliases.get(written, written)).removeprefix("large:")


def _rank(community: str) -> tuple[int, ...]:
    return tuple(int(each) if each.isdecimal() else 0 for each in community.split(":"))


def _spec(each: Object) -> Mapping[str, Any]:
    return each.get("spec") or {}


_NO_PEER = Text(
    "there is no BGPPeer, so no router hears of it", "BGPPeer가 없어 어느 라우터도 경로를 받지 못합니다"
)
_CONFLICT = Text(
    "{node} announces nothing: the advertisements {one} and {other} differ in localPref",
    "{node}은(는) 광고하지 않습니다. 광고 {one}와(과) {other}의 localPref가 서로 다릅니다",
)
