"""The lab as data: which nodes, pods and Services there are, and every name and address in them."""

import uuid
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

import msgspec

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.network.service import Endpoint, Service, ServicePort

Backend = Literal["vxlan", "host-gw"]
ProxyMode = Literal["iptables", "nftables"]

UNDERLAY = IPv4Network("192.168.10.0/24")
SERVICES = IPv4Network("10.96.0.0/16")
GATEWAY = UNDERLAY[1]
# A host somewhere in the internet, behind the gateway (RFC 5737).
ABROAD = IPv4Address("203.0.113.1")
LOAD_BALANCER = UNDERLAY[240]
EXTERNAL = UNDERLAY[250]
MOST_NODES = 100
# Each node has one /24 of the pod network: host-local gives .2 to .254.
MOST_PODS = 250
# The server in every pod.
TARGET = 8080
HOST_PORT = 8088
VXLAN_OVERHEAD = 50
# A Service of a large lab has some of its pods behind it, so that a node costs the same however many there are.
MOST_ENDPOINTS = 6


class LabSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What `lab up` was asked for. `mtu`: of the nodes' uplinks; `pods`: on each node; `share_pid`: the
    containers of a pod see each other's processes; `bare`: the nodes as before kubeadm, with an address and nothing
    else; `publish`: ports of the machine's loopback → node ports."""

    name: str = "lab"
    nodes: int = 3
    pods: int = 2
    backend: Backend = "vxlan"
    proxy: ProxyMode = "iptables"
    mtu: int = 1500
    pod_cidr: IPv4Network = IPv4Network("10.244.0.0/16")
    share_pid: bool = False
    bare: bool = False
    publish: tuple[tuple[int, int], ...] = ()


class Pod(msgspec.Struct, frozen=True, kw_only=True):
    """One pod. `uid`: the API's; `mac`: of its eth0, `veth` and `veth_mac`: the other end, on the node; `netns`: the
    name of its network namespace; `sandbox`: the id of its pause container; `containers`: their names; `host_ports`:
    (port of the node, port of the pod)."""

    namespace: str
    name: str
    uid: str
    node: str
    address: IPv4Address
    mac: str
    veth: str
    veth_mac: str
    netns: str
    sandbox: str
    containers: tuple[str, ...]
    host_ports: tuple[tuple[int, int], ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.namespace}/{self.name}"


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One node: its address on the underlay, its part of the pod network, and the MAC addresses of its
    uplink and of its VXLAN device."""

    name: str
    address: IPv4Address
    mac: str
    subnet: IPv4Network
    vtep_mac: str
    pods: tuple[Pod, ...]

    @property
    def bridge_address(self) -> IPv4Address:
        return self.subnet[1]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `lab up` makes."""

    spec: LabSpec
    nodes: tuple[Node, ...]
    services: tuple[Service, ...]

    @property
    def pods(self) -> tuple[Pod, ...]:
        return tuple(pod for node in self.nodes for pod in node.pods)

    def pod(self, name: str) -> Pod | None:
        """The pod of this name (`web-1`, `default/web-1`)."""
        return next((pod for pod in self.pods if name in (pod.name, pod.full_name)), None)

    @property
    def pod_mtu(self) -> int:
        """What is left for pods: flannel takes VXLAN's overhead off the uplink's MTU."""
        return self.spec.mtu - (VXLAN_OVERHEAD if self.spec.backend == "vxlan" else 0)

    @property
    def balanced(self) -> tuple[str, ...]:
        """The addresses of load balancers, for which nodes answer."""
        return tuple(address for service in self.services for address in service.load_balancers)

    def keeps(self, node: str) -> str:
        """The title of a node's first process. It does the kubelet's work for its pods, and so bears that
        name: a recording of the node then shows whose the chains are that a kubelet makes."""
        return f"{'node' if self.spec.bare else 'kubelet'} {node}"

    def others(self, node: Node) -> tuple[Node, ...]:
        return tuple(each for each in self.nodes if each.name != node.name)


def plan(spec: LabSpec) -> Plan:
    """The whole lab; raises UsageError where it cannot be built so."""
    _check(spec)
    if spec.bare:
        spec = msgspec.structs.replace(spec, pods=0)
    subnets = spec.pod_cidr.subnets(new_prefix=24)
    nodes = tuple(_node(spec, number, next(subnets)) for number in range(spec.nodes))
    return Plan(spec=spec, nodes=nodes, services=() if spec.bare else _services(nodes))


def _check(spec: LabSpec) -> None:
    if not 1 <= spec.nodes <= MOST_NODES:
        raise UsageError(
            Text(
                f"--nodes {spec.nodes}: 1 to {MOST_NODES}",
                f"--nodes {spec.nodes}: 1에서 {MOST_NODES}까지입니다",
            )
        )
    if not 0 <= spec.pods <= MOST_PODS:
        raise UsageError(
            Text(f"--pods {spec.pods}: 0 to {MOST_PODS}", f"--pods {spec.pods}: 0에서 {MOST_PODS}까지입니다")
        )
    if not 576 + VXLAN_OVERHEAD <= spec.mtu <= 9216:
        raise UsageError(Text(f"--mtu {spec.mtu}: 626 to 9216", f"--mtu {spec.mtu}: 626에서 9216까지입니다"))
    if spec.pod_cidr.prefixlen > 24 or 2 ** (24 - spec.pod_cidr.prefixlen) < spec.nodes:
        raise UsageError(
            Text(
                f"--pod-cidr {spec.pod_cidr} has no /24 for each of {spec.nodes} nodes; take a larger network",
                f"--pod-cidr {spec.pod_cidr}에는 노드 {spec.nodes}개에 나눠 줄 /24가 부족합니다. 더 큰 네트워크를 지정하십시오",
            )
        )
    for what, other in (("nodes", UNDERLAY), ("Services", SERVICES), ("host abroad", IPv4Network(ABROAD))):
        if spec.pod_cidr.overlaps(other):
            raise UsageError(
                Text(
                    f"--pod-cidr {spec.pod_cidr} overlaps {other}, the network of the {what}; take another",
                    f"--pod-cidr {spec.pod_cidr}이(가) {other}({what})와 겹칩니다. 다른 네트워크를 지정하십시오",
                )
            )


def _node(spec: LabSpec, number: int, subnet: IPv4Network) -> Node:
    name = f"k8s-w{number}" if number else "k8s-ctr"
    pods = tuple(_pod(spec, name, subnet, number * spec.pods + each) for each in range(spec.pods))
    return Node(
        name=name,
        address=UNDERLAY[100 + number],
        mac=_mac(spec, name, "eth0"),
        subnet=subnet,
        vtep_mac=_mac(spec, name, "flannel.1"),
        pods=pods,
    )


def _pod(spec: LabSpec, node: str, subnet: IPv4Network, number: int) -> Pod:
    name = f"web-{number + 1}"
    sandbox = _hash(spec, "sandbox", name)
    return Pod(
        namespace="default",
        name=name,
        uid=str(uuid.UUID(_hash(spec, "uid", name)[:32])),
        node=node,
        # host-local goes on from the last address it gave: .1 is the bridge's
        address=subnet[2 + number % spec.pods],
        mac=_mac(spec, name, "eth0"),
        veth=f"veth{_hash(spec, 'veth', name)[:8]}",
        veth_mac=_mac(spec, name, "veth"),
        netns=f"cni-{uuid.UUID(_hash(spec, 'netns', name)[:32])}",
        sandbox=sandbox,
        containers=("web", "sidecar") if number == 0 else ("web",),
        # on a worker, where there is one: there people look for it
        host_ports=((HOST_PORT, TARGET),) if number == min(spec.pods, (spec.nodes - 1) * spec.pods) else (),
    )


def _hash(spec: LabSpec, *words: str) -> str:
    return sha256("/".join((spec.name, *words)).encode()).hexdigest()


def _mac(spec: LabSpec, *words: str) -> str:
    """A unicast, locally administered address, as the kernel draws for a new device."""
    octets = bytearray.fromhex(_hash(spec, "mac", *words)[:12])
    octets[0] = octets[0] & 0xFC | 0x02
    return octets.hex(":")


def _services(nodes: tuple[Node, ...]) -> tuple[Service, ...]:
    """One Service of each kind that people meet."""
    pods = [pod for node in nodes for pod in node.pods]
    chosen = pods[:: max(1, -(-len(pods) // MOST_ENDPOINTS))]
    behind = [Endpoint(str(pod.address), TARGET, pod.node) for pod in chosen]
    # the last node has no endpoint of these, so that both answers of policy Local can be seen
    but_last = [each for each in behind if len(nodes) == 1 or each.node != nodes[-1].name]

    def made(
        name: str, number: int, endpoints: list[Endpoint], node_port: int = 0, **more: object
    ) -> Service:
        port = ServicePort(
            protocol="udp" if name == "web-udp" else "tcp",
            port=80,
            node_port=node_port,
            endpoints=tuple(endpoints),
        )
        return msgspec.structs.replace(
            Service(name=name, cluster_ip=str(SERVICES[number]), ports=(port,)), **more
        )

    apiserver = Endpoint(str(nodes[0].address), 6443, nodes[0].name)
    return (
        Service(
            name="kubernetes",
            cluster_ip=str(SERVICES[1]),
            ports=(ServicePort(name="https", port=443, endpoints=(apiserver,)),),
        ),
        made("web", 10, behind, 30080),
        made("web-one", 11, behind[:1]),
        made("web-local", 12, but_last, 30081, external_policy="Local"),
        made("web-sticky", 13, behind, affinity=10800),
        made("web-lb", 14, behind, 30082, load_balancers=(str(LOAD_BALANCER),)),
        made("web-external", 15, behind, external_ips=(str(EXTERNAL),)),
        made("web-empty", 16, [], 30083),
        made("web-udp", 17, behind, 30084),
    )
