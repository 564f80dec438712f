"""A load balancer's address explained, from MetalLB's configuration where it was recorded, else from what hosts show."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from leadline.base.text import Text
from leadline.network.balancing import bgp, layer2, seen
from leadline.network.balancing.balanced import Balanced
from leadline.network.balancing.fronted import Fronted, fronted
from leadline.network.balancing.members import Member, members, speakers
from leadline.network.balancing.order import order
from leadline.network.balancing.pools import Objects, advertising, described, holding
from leadline.network.netns import End
from leadline.network.nodes import Node
from leadline.network.objects import Object
from leadline.network.packet import dotted
from leadline.network.recorded import RecordedNetns
from leadline.network.service import Service


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded of a cluster. `having`: the interfaces with a MAC address."""

    objects: Objects
    nodes: Sequence[Node]
    services: Sequence[Service]
    hosts: Mapping[str, RecordedNetns]
    having: Callable[[str], Sequence[End]]

    def node_at(self, host: str) -> str:
        """The node of a recording, "" where it is none."""
        return next((each.name for each in self.nodes if each.host == host), "")


def balanced(known: Known, address: int) -> Balanced | None:
    """None where no Service has the address from outside."""
    where = dotted(address)
    every = list(fronted(known.objects, known.services))
    ours = [each for each in every if where in each.addresses]
    outer = [each for each in known.services if where in each.external_ips]
    if not ours and not outer:
        return None
    told = speakers(known.objects)
    found = members(known.objects, known.nodes, known.hosts, told)
    if not ours:
        one = f"{outer[0].namespace}/{outer[0].name}"
        return _observed(
            known, address, Balanced(address=where, service=one, notes=(_EXTERNAL.fill(address=where),))
        )
    result = Balanced(address=where, service=ours[0].name)
    if "IPAddressPool" not in known.objects:
        able = order((each.name for each in found if each.speaker and not each.cut), where)
        result = replace(result, candidates=tuple(able), missing=(_UNCONFIGURED,))
    elif ours[0].service_class != told.service_class:
        result = replace(
            result, notes=(_OTHER_CLASS.fill(service=ours[0].name, name=ours[0].service_class or "-"),)
        )
    else:
        result = _configured(known, result, ours[0], every, found)
    return _observed(known, address, _answered(known, address, result))


def _configured(
    known: Known, result: Balanced, service: Fronted, every: Sequence[Fronted], found: Sequence[Member]
) -> Balanced:
    """By MetalLB's configuration."""
    held = holding(known.objects, service.addresses)
    if held is None:
        return replace(result, notes=(_NO_POOL.fill(address=result.address),))
    pool, written = held
    by_arp = advertising(known.objects, "L2Advertisement", pool)
    by_routes = advertising(known.objects, "BGPAdvertisement", pool)
    result = replace(
        result,
        pool=pool["metadata"]["name"],
        range=written,
        advertisements=tuple(f"{each['kind']}/{each['metadata']['name']}" for each in (*by_arp, *by_routes)),
        notes=tuple(described(pool, written, result.address)),
    )
    if not by_arp and not by_routes:
        return replace(result, notes=(*result.notes, _NOT_ADVERTISED.fill(pool=result.pool)))
    if by_arp:
        election = layer2.elect(service, by_arp, found)
        result = replace(
            result,
            how="layer2",
            announcer=election.candidates[0] if election.candidates else "",
            candidates=election.candidates,
            interfaces=election.interfaces[election.candidates[0]] if election.candidates else (),
            notes=(*result.notes, *election.notes),
            missing=election.missing,
        )
        result = _held(known, _stated(known, result, service, election))
    if by_routes:
        result = _routed(known, result, service, every, found, by_routes)
    return result


def _routed(
    known: Known,
    result: Balanced,
    service: Fronted,
    every: Sequence[Fronted],
    found: Sequence[Member],
    advertisements: Sequence[Object],
) -> Balanced:
    """With the routes that lead to the address: its own, and wider ones that are announced for others of the pool."""
    hosts = {node.name: known.hosts[node.host] for node in known.nodes if node.host in known.hosts}
    own = bgp.heard(service, result.address, advertisements, found, known.objects, hosts)
    routes = list(own.routes)
    prefixes = {each.prefix for each in routes}
    for other in every:
        for address in other.addresses:
            if other is service or ":" in address or holding(known.objects, (address,)) is None:
                continue
            for each in bgp.heard(other, address, advertisements, found, known.objects, hosts).routes:
                if each.prefix in prefixes and each not in routes:
                    routes.append(each)
    return replace(
        result,
        how="bgp" if routes or result.how == "unknown" else result.how,
        routes=tuple(routes),
        notes=tuple(dict.fromkeys((*result.notes, *own.notes))),
        missing=tuple(dict.fromkeys((*result.missing, *own.missing))),
    )


def _stated(known: Known, result: Balanced, service: Fronted, election: layer2.Election) -> Balanced:
    """With what the speaker that answers wrote down of it (ServiceL2Status)."""
    stated = []
    for each in known.objects.get("ServiceL2Status", ()):
        status, labels = each.get("status") or {}, each["metadata"].get("labels") or {}
        space = status.get("serviceNamespace") or labels.get("metallb.io/service-namespace")
        name = status.get("serviceName") or labels.get("metallb.io/service-name")
        if f"{space}/{name}" == service.name and status.get("node"):
            stated.append(status)
    for status in stated:
        node = status["node"]
        if node not in result.candidates:
            result = replace(result, notes=(*result.notes, _STATED_GONE.fill(node=node)))
        elif node != result.announcer:
            result = replace(
                result,
                announcer=node,
                candidates=(node, *(each for each in result.candidates if each != node)),
                interfaces=election.interfaces[node],
                notes=(*result.notes, _STATED.fill(node=node, elected=result.announcer)),
            )
    return result


def _held(known: Known, result: Balanced) -> Balanced:
    """Without the node that answers where it has none of the interfaces it may answer on: nobody takes over then."""
    host = known.hosts.get(next((each.host for each in known.nodes if each.name == result.announcer), ""))
    if not result.interfaces or host is None or set(result.interfaces) & set(host.unpaired):
        return result
    note = _NO_INTERFACE.fill(node=result.announcer, interfaces=", ".join(result.interfaces))
    return replace(result, announcer="", candidates=(), interfaces=(), notes=(*result.notes, note))


def _answered(known: Known, address: int, result: Balanced) -> Balanced:
    """With the nodes whose kernel answers, too: kube-proxy in IPVS mode gives each node the address."""
    nodes = [known.node_at(name) for name, host in known.hosts.items() if _answers_itself(host, address)]
    also = [each for each in nodes if each and each != result.announcer]
    if not also:
        return result
    rest = tuple(each for each in also if each not in result.candidates)
    return replace(
        result,
        candidates=(*result.candidates, *rest),
        missing=(*result.missing, _ALSO.fill(nodes=", ".join(also))),
    )


def _answers_itself(host: RecordedNetns, address: int) -> bool:
    if not any(own == address for link in host.unpaired.values() for own, _ in link.addresses):
        return False
    return host.knows("sysctl") and (host.sysctl("net.ipv4.conf.all.arp_ignore") or "0") == "0"


def _observed(known: Known, address: int, result: Balanced) -> Balanced:
    """With what recorded hosts show: whose MAC address answered them."""
    for answer in seen.answers(known.hosts, address):
        node = next((known.node_at(end.netns[0]) for end in known.having(answer.mac) if not end.netns[1]), "")
        if not node:
            continue
        note = _SEEN.fill(host=answer.host, node=node, mac=answer.mac, address=result.address)
        if not result.announcer and result.pool:
            still = _STILL.fill(host=answer.host, node=node)
            result = replace(result, notes=(*result.notes, still))
            continue
        if not result.announcer:
            rest = (each for each in result.candidates if each != node)
            found: tuple[str, ...] = (node, *rest)
            unconfigured = tuple(each for each in result.missing if each != _UNCONFIGURED)
            result = replace(result, how="layer2", announcer=node, candidates=found, missing=unconfigured)
        elif node != result.announcer:
            differs = _DIFFERS.fill(host=answer.host, node=node, announcer=result.announcer)
            others = () if node in result.candidates else (node,)
            result = replace(
                result,
                candidates=(*result.candidates, *others),
                missing=(*result.missing, differs),
            )
            continue
        result = replace(result, notes=(*result.notes, note))
    return result


_EXTERNAL = Text(
    "{address} is an externalIP of a Service: nothing in the cluster announces it; whoever has it routed there does",
    "{address}은(는) 서비스의 externalIP라서 클러스터의 어떤 것도 광고하지 않습니다. 외부에서 라우팅해 주어야 합니다",
)
_UNCONFIGURED = Text(
    "MetalLB's pools and advertisements were not recorded; record them with `leadline record --api`",
    "MetalLB의 풀과 광고가 기록되지 않았습니다. `leadline record --api`로 기록하십시오",
)
_OTHER_CLASS = Text(
    "Service {service} is of loadBalancerClass {name}, which these speakers leave to others",
    "서비스 {service}의 loadBalancerClass는 {name}이므로 이 speaker들이 처리하지 않습니다",
)
_NO_POOL = Text(
    "no IPAddressPool has {address}, so MetalLB does not announce it",
    "{address}을(를) 가진 IPAddressPool이 없어 MetalLB가 광고하지 않습니다",
)
_NOT_ADVERTISED = Text(
    "no L2Advertisement or BGPAdvertisement selects pool {pool}, so nobody announces its addresses",
    "풀 {pool}을(를) 선택하는 L2Advertisement나 BGPAdvertisement가 없어 아무도 주소를 광고하지 않습니다",
)
_NO_INTERFACE = Text(
    "{node} is elected, but has no interface {interfaces}, so nobody answers",
    "{node}이(가) 선출되었으나 {interfaces} 인터페이스가 없어 아무도 응답하지 않습니다",
)
_STATED = Text(
    "by its ServiceL2Status {node} answers; by the election it would be {elected}",
    "ServiceL2Status에 따르면 {node}이(가) 응답합니다. 선출대로라면 {elected}입니다",
)
_STATED_GONE = Text(
    "its ServiceL2Status names {node}, which may not answer any more",
    "ServiceL2Status에는 {node}(으)로 되어 있으나 그 노드는 이제 응답할 수 없습니다",
)
_ALSO = Text(
    "the kernel of {nodes} answers ARP for it, too, whichever comes first: kube-proxy in IPVS mode needs strictARP",
    "{nodes}의 커널도 이 주소의 ARP에 응답하므로 먼저 온 응답이 이깁니다. IPVS 모드의 kube-proxy에는 strictARP가 필요합니다",
)
_SEEN = Text(
    "in the neighbour table of {host}, {address} is at {mac}, which is {node}",
    "{host}의 이웃 테이블에서 {address}의 MAC은 {mac}({node})입니다",
)
_STILL = Text(
    "in the neighbour table of {host} it is still at {node}",
    "{host}의 이웃 테이블에는 아직 {node}(으)로 되어 있습니다",
)
_DIFFERS = Text(
    "in the neighbour table of {host} it is at {node}, not at {announcer}: which of the two is newer",
    "{host}의 이웃 테이블에는 {announcer}이(가) 아니라 {node}(으)로 되어 있습니다. 둘 중 어느 쪽이 최신인지 알 수 없습니다",
)
