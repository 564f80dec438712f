"""How a lab is: what it was made of, and what of it lives now."""

from collections.abc import Collection, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

import msgspec

from leadline.base.text import Text
from leadline.lab.plan import TARGET, UNDERLAY, Plan, Pod
from leadline.lab.plan import Node as PlannedNode
from leadline.lab.speaker import owner
from leadline.network.service import Endpoint, Service, ServicePort

Type = Literal["ClusterIP", "NodePort", "LoadBalancer"]


class Container(msgspec.Struct, frozen=True):
    """A container of a pod, `pause` too, whose `port` is 0."""

    name: str
    port: int
    alive: bool


class PodStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One pod. `alive`: pause and every container are; `interface`: its veth on the node; `mtu`: its eth0's."""

    namespace: str
    name: str
    node: str
    address: IPv4Address
    interface: str
    mtu: int
    alive: bool
    containers: tuple[Container, ...]
    host_ports: tuple[tuple[int, int], ...]


class NodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One node. `mtu`: of its uplink; `subnet`: its part of the pod network; `bridge`: cni0's address, and
    `vtep`: flannel.1's, each None where there is no such interface; `alive`: its first process and its speaker."""

    name: str
    address: IPv4Address
    mac: str
    mtu: int
    subnet: IPv4Network
    bridge: IPv4Address | None
    vtep: IPv4Address | None
    alive: bool
    pods: int


class Balanced(msgspec.Struct, frozen=True):
    """A load balancer's address and the node that answers for it, None where none does.

    `how`: arp: it was asked for on the nodes' network; computed: it could not be asked, this is the one that the
    speakers elect.
    """

    address: str
    node: str | None
    how: Literal["arp", "computed"]


class EndpointStatus(msgspec.Struct, frozen=True):
    """An endpoint of a Service. `pod` and `alive`: of the pod it leads to, None where it leads to no pod."""

    address: str
    port: int
    node: str
    pod: str | None
    alive: bool | None


class PortStatus(msgspec.Struct, frozen=True):
    """One port of a Service; `node_port` is 0 where it has none."""

    name: str
    protocol: str
    port: int
    node_port: int
    endpoints: tuple[EndpointStatus, ...]


class ServiceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One Service. `affinity`: seconds of session affinity, None for none."""

    namespace: str
    name: str
    type: Type
    cluster_ip: str
    ports: tuple[PortStatus, ...]
    balanced: tuple[Balanced, ...]
    external_ips: tuple[str, ...]
    external_policy: str
    affinity: int | None


class Publication(msgspec.Struct, frozen=True):
    """A port of the machine's loopback, the node port behind it and the Service that has that, None for none."""

    port: int
    node_port: int
    service: str | None
    alive: bool

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


class Fault(msgspec.Struct, frozen=True):
    """A fault that was injected. `since`: when (seconds since 1970); `finished`: False where that was interrupted."""

    name: str
    title: Text
    since: float
    finished: bool


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """A whole lab. `since`: when it was made (seconds since 1970)."""

    name: str
    since: float
    backend: str
    proxy: str
    pod_cidr: IPv4Network
    underlay: IPv4Network
    nodes: tuple[NodeStatus, ...]
    pods: tuple[PodStatus, ...]
    services: tuple[ServiceStatus, ...]
    published: tuple[Publication, ...]
    faults: tuple[Fault, ...]

    @property
    def dead(self) -> tuple[str, ...]:
        """Everything that should live and does not."""
        return (
            *(f"node {each.name}" for each in self.nodes if not each.alive),
            *(
                f"{container.name} {pod.namespace}/{pod.name}"
                for pod in self.pods
                for container in pod.containers
                if not container.alive
            ),
            *(f"publish {each.port}" for each in self.published if not each.alive),
        )

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The load balancer addresses that no node answers for."""
        return tuple(
            each.address for service in self.services for each in service.balanced if each.node is None
        )

    @property
    def well(self) -> bool:
        return not (self.dead or self.faults or self.unanswered)


def status(
    plan: Plan,
    since: float,
    living: Collection[str],
    faults: Sequence[Fault] = (),
    answers: Mapping[str, str] | None = None,
) -> Status:
    """The lab as it is. `living`: the titles of its processes; `answers`: which MAC address answered for a load
    balancer's address, None where nobody could be asked."""
    pods = tuple(_pod(plan, pod, living) for pod in plan.pods)
    by_address = {str(pod.address): pod for pod in pods}
    nodes = tuple(_node(plan, node, living) for node in plan.nodes)
    behind = node_ports(plan)
    return Status(
        name=plan.spec.name,
        since=since,
        backend=plan.spec.backend,
        proxy=plan.spec.proxy,
        pod_cidr=plan.spec.pod_cidr,
        underlay=UNDERLAY,
        nodes=nodes,
        pods=pods,
        services=tuple(_service(each, by_address, nodes, answers) for each in plan.services),
        published=tuple(
            Publication(port, node_port, behind.get(node_port), "publish" in living)
            for port, node_port in plan.spec.publish
        ),
        faults=tuple(faults),
    )


def node_ports(plan: Plan) -> dict[int, str]:
    """The node ports for TCP, which is what can be published, and the Service of each."""
    return {
        port.node_port: service.name
        for service in plan.services
        for port in service.ports
        if port.node_port and port.protocol == "tcp"
    }


def _pod(plan: Plan, pod: Pod, living: Collection[str]) -> PodStatus:
    containers = (
        Container("pause", 0, f"pause {pod.full_name}" in living),
        *(
            Container(name, TARGET + number, f"{name} {pod.full_name}" in living)
            for number, name in enumerate(pod.containers)
        ),
    )
    return PodStatus(
        namespace=pod.namespace,
        name=pod.name,
        node=pod.node,
        address=pod.address,
        interface=pod.veth,
        mtu=plan.pod_mtu,
        alive=all(each.alive for each in containers),
        containers=containers,
        host_ports=pod.host_ports,
    )


def _node(plan: Plan, node: PlannedNode, living: Collection[str]) -> NodeStatus:
    return NodeStatus(
        name=node.name,
        address=node.address,
        mac=node.mac,
        mtu=plan.spec.mtu,
        subnet=node.subnet,
        bridge=node.bridge_address if node.pods else None,
        vtep=node.subnet.network_address if plan.spec.backend == "vxlan" and not plan.spec.bare else None,
        alive={plan.keeps(node.name), *([f"speaker {node.name}"] if plan.balanced else [])} <= set(living),
        pods=len(node.pods),
    )


def _service(
    service: Service,
    pods: Mapping[str, PodStatus],
    nodes: Sequence[NodeStatus],
    answers: Mapping[str, str] | None,
) -> ServiceStatus:
    node_ports = any(port.node_port for port in service.ports)
    return ServiceStatus(
        namespace=service.namespace,
        name=service.name,
        type="LoadBalancer" if service.load_balancers else "NodePort" if node_ports else "ClusterIP",
        cluster_ip=service.cluster_ip,
        ports=tuple(_port(port, pods) for port in service.ports),
        balanced=tuple(_balanced(address, nodes, answers) for address in service.load_balancers),
        external_ips=service.external_ips,
        external_policy=service.external_policy,
        affinity=service.affinity,
    )


def _port(port: ServicePort, pods: Mapping[str, PodStatus]) -> PortStatus:
    endpoints = tuple(_endpoint(each, pods) for each in port.endpoints)
    return PortStatus(port.name, port.protocol, port.port, port.node_port, endpoints)


def _endpoint(endpoint: Endpoint, pods: Mapping[str, PodStatus]) -> EndpointStatus:
    pod = pods.get(endpoint.address)
    if pod is None:
        return EndpointStatus(endpoint.address, endpoint.port, endpoint.node, None, None)
    needed = [each.alive for each in pod.containers if each.port in (0, endpoint.port)]
    name = f"{pod.namespace}/{pod.name}"
    return EndpointStatus(endpoint.address, endpoint.port, endpoint.node, name, all(needed))


def _balanced(address: str, nodes: Sequence[NodeStatus], answers: Mapping[str, str] | None) -> Balanced:
    if answers is None:
        living = [node.name for node in nodes if node.alive]
        return Balanced(address, owner(address, living) if living else None, "computed")
    mac = answers.get(address)
    return Balanced(address, next((node.name for node in nodes if node.mac == mac), None), "arp")
