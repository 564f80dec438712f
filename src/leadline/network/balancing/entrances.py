"""By which interfaces packets for a load balancer's address come in."""

from collections.abc import Iterator, Sequence
from typing import Literal

from leadline.base.text import Text
from leadline.network.announcers import Announcers, Group
from leadline.network.balancing import bgp, seen
from leadline.network.balancing.balanced import Balanced
from leadline.network.balancing.explained import Known
from leadline.network.netns import End, Link
from leadline.network.own_routes import is_ipv4
from leadline.network.packet import number
from leadline.network.recorded import RecordedNetns
from leadline.network.uplinks import uplinks


def announcers(known: Known, found: Balanced) -> Announcers:
    """Where packets for an address come in; the routes of routers come first, for a longer prefix wins over a link."""
    groups = [*_by_routes(known, found), *_by_ways(known, found), *_by_arp(known, found)]
    said = "; ".join(each.en for each in (*found.missing, *found.notes)) or "-"
    korean = "; ".join(each.ko for each in (*found.missing, *found.notes)) or "-"
    # what is no pool's, or is not announced by MetalLB, others may announce
    ends: Literal["no-neighbour", "no-route", ""] = ""
    if not groups and found.pool and found.certain:
        ends = "no-route" if found.how == "bgp" else "no-neighbour"
    why = (_SILENT if ends else _UNTOLD).fill(address=found.address, why=Text(said, korean))
    return Announcers(groups=tuple(groups), why=why, ends=ends)


def _by_routes(known: Known, found: Balanced) -> Iterator[Group]:
    """What each peer does with the routes that it hears."""
    alike: dict[tuple[End, ...], list[tuple[str, str, str]]] = {}
    for peer in dict.fromkeys(each.peer for each in found.routes):
        routes = bgp.best(found.routes, peer)
        ends = tuple(
            dict.fromkeys(_entry(known, each.node, found.address, hop=each.next_hop) for each in routes)
        )
        alike.setdefault(ends, []).append((peer, routes[0].router, routes[0].prefix))
    for ends, peers in alike.items():
        names = ", ".join(f"{peer} ({router})" if router else peer for peer, router, _ in peers)
        yield Group(
            said=_ROUTED.fill(peers=names, prefix=peers[0][2], count=len(ends)),
            ends=ends,
            condition=_BY_PEER.fill(peers=names),
            by="route",
            routers=tuple(number(router) for _, router, _ in peers if is_ipv4(router)),
        )


def _by_ways(known: Known, found: Balanced) -> Iterator[Group]:
    """The routes of a recorded host that lead to nodes, where nothing else tells."""
    if found.routes or found.announcer:
        return
    nodes = {address: node.name for node in known.nodes for address in node.addresses}
    for way in seen.ways(known.hosts, number(found.address)):
        links = known.hosts[way.host].unpaired.values()
        ends = tuple(
            _entry(known, nodes[each], found.address, hop=each) for each in way.gateways if each in nodes
        )
        if ends and nodes.get(way.gateways[0]) != known.node_at(way.host):
            yield Group(
                said=_WAY.fill(host=way.host, cite=" ".join(way.cite.split())),
                ends=ends,
                condition=_BY_HOST.fill(host=way.host),
                by="route",
                routers=tuple(own for link in links for own, _ in link.addresses if link.kind != "loopback"),
            )


def _by_arp(known: Known, found: Balanced) -> Iterator[Group]:
    """The node that answers; where that is not certain, the others, too."""
    if found.how == "bgp" and not found.announcer:
        return
    first = found.announcer or next(iter(found.candidates), "")
    candidates: Sequence[str] = found.candidates if not (found.certain and found.announcer) else (first,)
    for each in candidates:
        only = found.interfaces if each == found.announcer else ()
        yield Group(
            said=_ANSWERS.fill(node=each, address=found.address),
            ends=(_entry(known, each, found.address, only=only),),
            condition=_INSTEAD.fill(node=each, address=found.address, first=first),
            by="arp",
        )


def _entry(known: Known, node: str, address: str, hop: str = "", only: Sequence[str] = ()) -> End:
    """The interface of a node by which packets for an address come in; its host's name "" where it was not recorded."""
    host = next((each.host for each in known.nodes if each.name == node), "")
    recorded = known.hosts.get(host)
    if recorded is None:
        return End((host or node, ""), "")
    wires = [each for each in uplinks(recorded.unpaired) if not only or each in only]
    fitting = sorted(wires, key=lambda wire: not _reaches(recorded, wire, hop if is_ipv4(hop) else address))
    device = fitting[0] if fitting else next(iter(only), "")
    return End((host, ""), device)


def _reaches(host: RecordedNetns, wire: str, address: str) -> bool:
    far = number(address)
    link: Link = host.unpaired[wire]
    master = host.unpaired.get(link.master)
    held = (master or link).addresses
    return any(length and not (own ^ far) >> 32 - length for own, length in held)


_SILENT = Text("nobody announces {address}: {why}", "{address}을(를) 광고하는 노드가 없습니다: {why}")
_UNTOLD = Text(
    "nothing recorded tells who takes packets for {address}: {why}",
    "{address}(으)로 가는 패킷을 누가 받는지 기록되지 않았습니다: {why}",
)
_ROUTED = Text(
    "{peers} hears {count} equal route(s) of {prefix}",
    "{peers}이(가) {prefix}의 동일 비용 경로 {count}개를 받음",
)
_BY_PEER = Text("it comes by the router {peers}", "라우터 {peers}을(를) 거쳐 오는 경우")
_WAY = Text("{host} has the route `{cite}`", "{host}에 경로 `{cite}`이(가) 있음")
_BY_HOST = Text("it comes by {host}", "{host}을(를) 거쳐 오는 경우")
_ANSWERS = Text("{node} answers ARP for {address}", "{node}이(가) {address}의 ARP에 응답함")
_INSTEAD = Text(
    "{node} answers ARP for {address} instead of {first}",
    "{first} 대신 {node}이(가) {address}의 ARP에 응답하는 경우",
)
