"""FROM and TO as people write them → the flow that is traced.

FROM: a pod (`namespace/name` or `name`), a node, an IP address of theirs or of the world, or `outside`. TO: the same,
with `:port` where wanted (`k8s-w1:30080`), and `svc/[namespace/]name[:port]` by the port's number or name. `pod/` and
`node/` may stand before what both have.
"""

import difflib
import re

import msgspec

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.network.netns import Link, Netns
from leadline.network.nodes import Node
from leadline.network.own_routes import is_ipv4
from leadline.network.packet import ICMP, TCP, UDP, Packet, dotted, number
from leadline.network.pods import Pod
from leadline.network.ports import Place, Protocol, chosen_port
from leadline.network.result import Flow
from leadline.network.service import Service, ServicePort
from leadline.network.topology import Topology
from leadline.network.trace.routing import output

SOURCE_PORT = 40000
"""The client's port. In truth the kernel draws it; rules see one of the ephemeral range."""
WORLD = "203.0.113.1"
"""Who is `outside` where no address is given (RFC 5737)."""
DEFAULT_NAMESPACE = "default"
_OUTSIDE = "outside"
_SERVICE = re.compile(r"(?:svc|services?)/(?:(?P<namespace>[^/:]+)/)?(?P<name>[^/:]+)(?::(?P<port>[^:/]+))?")
_DNS = re.compile(
    r"(?P<name>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?(?::(?P<port>[^:/]+))?"
)
_PORTED = re.compile(r"([^:]+):([^:/]+)")
_HEADERS = {TCP: 52, UDP: 28, ICMP: 28, "sctp": 48}
"""Bytes of a packet without its payload: TCP's with timestamps, SCTP's with the head of a chunk."""
_SYN, _PING = 60, 56
_LARGEST = 65535
_MOST = 8
_LIKE = 0.7


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A flow and what was meant by it. `service`, `port`: the Service it is for, None for none; `to`: the pod where it is
    for one. `notes`: what was assumed."""

    flow: Flow
    service: Service | None = None
    port: ServicePort | None = None
    to: Pod | None = None
    notes: tuple[Text, ...] = ()


def flow(
    topology: Topology,
    source: str,
    destination: str,
    *,
    port: str | int | None = None,
    protocol: Protocol | None = None,
    size: int | None = None,
    df: bool = False,
) -> Asked:
    """The flow from `source` to `destination` by its first packet.

    `port`: a number or the name of a port; by default the Service's only one, else the one the pod listens on, else 80.
    `protocol`: by default the Service port's, else tcp. `size`: bytes of payload, as `ping -s` and the lab's faults count
    (a TCP packet then is as large as a later one with so much in it); without it a SYN of 60 bytes, an empty datagram,
    a ping of 56. From `outside` to a node's address the flow comes in there, to any other its `host` stays "".

    Raises UsageError where a name is not known, means several things, or has no address.
    """
    to = _destination(topology, destination)
    begin = _place(topology, source, "FROM")
    if begin.services and begin.pod is None and begin.node is None:
        raise UsageError(_NO_SENDER.fill(word=source))
    chosen = chosen_port(topology, to, port, protocol)
    spoken = protocol or chosen.protocol
    outside = begin.pod is None and begin.node is None
    if outside and topology.belongs(begin.address):
        raise UsageError(_NOBODYS.fill(word=source, address=dotted(begin.address)))
    host = _host(begin, to)
    if not outside and not host:
        raise UsageError(_UNRECORDED.fill(word=source, node=_node_name(begin)))
    place = begin.pod.full_name if begin.pod is not None and not begin.pod.host_network else ""
    address = begin.address
    if not outside and not begin.by_address:
        address = _preferred(topology, begin, to.address, spoken) or address
    return Asked(
        flow=Flow(
            source=source,
            destination=destination,
            host=host,
            place=place,
            packet=first_packet(address, to.address, spoken, chosen.number, size, df),
            outside=outside,
        ),
        service=chosen.service,
        port=chosen.port,
        to=to.pod,
        notes=chosen.notes,
    )


_NO_SENDER = Text(
    "FROM {word} is a Service, which sends nothing; name one of its pods",
    "FROM의 {word}은(는) 서비스라서 패킷을 보내지 않습니다. 서비스의 파드를 지정하십시오",
)
_NOBODYS = Text(
    "FROM {word}: {address} is an address of the cluster, but no recorded pod or node has it; record its node, or name another",
    "FROM {word}: {address}은(는) 클러스터의 주소이지만 기록된 파드나 노드 중 가진 것이 없습니다. 그 노드를 기록하거나 다른 것을 지정하십시오",
)
_UNRECORDED = Text(
    "FROM {word} is on node {node}, of which there is no recording; record it, too",
    "FROM의 {word}이(가) 있는 노드 {node}의 기록이 없습니다. 그 노드도 기록하십시오",
)
_ADDRESSLESS = Text(
    "{word}: no text tells this pod's address; record `crictl pods` and /var/lib/cni of its node, or the API objects",
    "{word}: 이 파드의 주소를 알 수 있는 기록이 없습니다. 노드의 `crictl pods`와 /var/lib/cni, 또는 API 객체를 기록하십시오",
)
_NODE_ADDRESSLESS = Text(
    "{word}: no text tells this node's address; record `ip addr` there",
    "{word}: 이 노드의 주소를 알 수 있는 기록이 없습니다. 그 노드의 `ip addr`을 기록하십시오",
)
_SIX = Text(
    "{word} is an IPv6 address; only IPv4 is traced, name an IPv4 address",
    "{word}은(는) IPv6 주소입니다. IPv4만 추적하므로 IPv4 주소를 지정하십시오",
)
_SEVERAL = Text(
    "{word} is several: {all}; write it as one of these",
    "{word}에 해당하는 것이 여럿입니다: {all}. 이 중 하나로 쓰십시오",
)
_NO_POD = Text(
    "{where} {word}: no pod or node of this name", "{where} {word}: 이런 이름의 파드나 노드가 없습니다"
)
_NO_SERVICE = Text("{where} {word}: no Service of this name", "{where} {word}: 이런 이름의 서비스가 없습니다")
_NEAR = Text("{what}; did you mean {near}?", "{what}. 혹시 {near}입니까?")
_LISTED = Text("{what}; there are {known}", "{what}. 있는 것: {known}")
_NONE = Text(
    "{what}, and none at all was recorded; record the nodes, or write an IP address",
    "{what}. 기록된 것이 하나도 없으니 노드를 기록하거나 IP 주소를 쓰십시오",
)
_NAMELESS = Text(
    "TO {word}: kube-proxy in ipvs mode writes no names of Services; write the Service's IP address, or save the API objects, too",
    "TO {word}: ipvs 모드의 kube-proxy는 서비스 이름을 남기지 않습니다. 서비스의 IP 주소를 쓰거나 API 객체도 저장하십시오",
)
_SIZE = Text("--size {size}: 0 to {most}", "--size {size}: 0에서 {most}까지입니다")


def _destination(topology: Topology, word: str) -> Place:
    match = _SERVICE.fullmatch(word) or _DNS.fullmatch(word)
    if match is not None:
        service = _service(topology, word, match["namespace"], match["name"])
        return Place(
            word=word, address=number(service.cluster_ip), port=match["port"] or "", services=(service,)
        )
    ported = _PORTED.fullmatch(word)
    place = _place(topology, ported[1] if ported else word, "TO")
    return msgspec.structs.replace(place, word=word, port=ported[2]) if ported else place


def _service(topology: Topology, word: str, namespace: str | None, name: str) -> Service:
    found = [each for each in topology.services if each.name == name and namespace in (None, each.namespace)]
    at_home = [each for each in found if each.namespace == DEFAULT_NAMESPACE]
    chosen = found if len(found) == 1 or namespace else at_home or found
    if not topology.services and any(host.balanced() for host in topology.hosts.values()):
        raise UsageError(_NAMELESS.fill(word=word))
    if not chosen:
        known = [f"svc/{each.namespace}/{each.name}" for each in topology.services]
        raise UsageError(
            _unknown(
                _NO_SERVICE.fill(where="TO", word=word), f"svc/{namespace or DEFAULT_NAMESPACE}/{name}", known
            )
        )
    if len(chosen) > 1:
        raise UsageError(
            _SEVERAL.fill(word=word, all=", ".join(f"svc/{each.namespace}/{each.name}" for each in chosen))
        )
    return chosen[0]


def _place(topology: Topology, word: str, where: str) -> Place:
    """What a word without a port means."""
    if word == _OUTSIDE:
        return Place(word=word, address=number(WORLD))
    if _SERVICE.fullmatch(word):
        return _destination(topology, word)
    if word.count(":") > 1:
        raise UsageError(_SIX.fill(word=word))
    if is_ipv4(word):
        return _holder(topology, word)
    kind, _, bare = word.rpartition("/") if word.startswith("node/") else ("", "", word.removeprefix("pod/"))
    nodes = (
        [] if word.startswith("pod/") else [each for each in topology.nodes if bare in (each.name, each.host)]
    )
    pods = [] if kind else [each for each in topology.pods if bare in (each.name, each.full_name)]
    if len(pods) > 1:
        pods = [each for each in pods if each.namespace == DEFAULT_NAMESPACE] or pods
    if len(pods) + len(nodes) > 1:
        every = [f"node/{each.name}" for each in nodes] + [f"pod/{each.full_name}" for each in pods]
        raise UsageError(_SEVERAL.fill(word=word, all=", ".join(every)))
    if nodes:
        return _at_node(word, nodes[0])
    if pods:
        return _at_pod(topology, word, pods[0])
    known = [each.full_name for each in topology.pods] + [each.name for each in topology.nodes]
    raise UsageError(_unknown(_NO_POD.fill(where=where, word=word), bare, known))


def _holder(topology: Topology, word: str) -> Place:
    """Who has an address: a pod, a node by any of its interfaces, or nobody that is known."""
    address = number(word)
    if (pod := topology.pod_at(address)) is not None:
        return Place(word=word, address=address, pod=pod, by_address=True)
    # kube-proxy in ipvs mode gives each node the addresses of all Services, on a dummy device
    hosts = {
        end.netns[0] for end in topology.owner(address) if not end.netns[1] and _is_own(topology.link(end))
    }
    node = next((each for each in topology.nodes if each.host in hosts or word in each.addresses), None)
    services = tuple(topology.services_at(address))
    return Place(word=word, address=address, node=node, services=services, by_address=True)


def _is_own(link: Link | None) -> bool:
    return link is not None and link.kind != "dummy"


def _at_node(word: str, node: Node) -> Place:
    if not node.addresses:
        raise UsageError(_NODE_ADDRESSLESS.fill(word=word))
    return Place(word=word, address=number(node.addresses[0]), node=node)


def _at_pod(topology: Topology, word: str, pod: Pod) -> Place:
    node = next(
        (each for each in topology.nodes if pod.host_network and pod.host and each.host == pod.host), None
    )
    held = pod.addresses or (node.addresses if node is not None else ())
    if not held:
        raise UsageError(_ADDRESSLESS.fill(word=word))
    return Place(word=word, address=number(held[0]), pod=pod, node=node)


def _unknown(what: Text, word: str, known: list[str]) -> Text:
    """That a name is not known, with those that are like it, else with some of those that there are."""
    short = {each.rpartition("/")[2]: each for each in reversed(known)}
    near = difflib.get_close_matches(word, known, 3, _LIKE) or [
        short[each] for each in difflib.get_close_matches(word.rpartition("/")[2], short, 3, _LIKE)
    ]
    if near:
        return _NEAR.fill(what=what, near=", ".join(near))
    if not known:
        return _NONE.fill(what=what)
    return _LISTED.fill(what=what, known=", ".join(known[:_MOST]) + (", …" if len(known) > _MOST else ""))


def _host(begin: Place, to: Place) -> str:
    """The recording that the flow begins in; from outside that of the node it is sent to."""
    if begin.pod is not None:
        return begin.pod.host
    node = begin.node or to.node
    return node.host if node is not None else ""


def _node_name(begin: Place) -> str:
    return (begin.pod.node if begin.pod is not None else "") or (
        begin.node.name if begin.node is not None else "?"
    )


def _preferred(topology: Topology, begin: Place, to: int, protocol: str) -> int | None:
    """The address that the sender's kernel takes by its routes."""
    key = topology.key(begin.pod) if begin.pod is not None else (begin.node.host, "") if begin.node else None
    netns: Netns | None = topology.netns.get(key) if key is not None else None
    return output(netns, to, protocol=protocol).source if netns is not None else None


def first_packet(
    source: int, destination: int, protocol: str, port: int | None, size: int | None, df: bool
) -> Packet:
    """What a client sends first. `size`: of its payload, None for the usual one. Raises UsageError where it is too large."""
    head = _HEADERS[protocol]
    if size is not None and not 0 <= size <= _LARGEST - head:
        raise UsageError(_SIZE.fill(size=size, most=_LARGEST - head))
    if size is None:
        size = _SYN - head if protocol == TCP else _PING if protocol == ICMP else 0
    return Packet(
        protocol=protocol,
        source=source,
        destination=destination,
        source_port=None if protocol == ICMP else SOURCE_PORT,
        destination_port=port,
        flags=frozenset({"syn"}) if protocol == TCP else frozenset(),
        icmp=(8, 0) if protocol == ICMP else None,
        size=head + size,
        # Linux never lets TCP be fragmented
        df=df or protocol == TCP,
    )
