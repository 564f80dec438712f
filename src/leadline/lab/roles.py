"""The parts that a lab's nodes and pods play in a fault, and what their names stand for in its file.

`{worker}` is a name, `{worker.vtep_mac}` one of its properties. Only names that are written so are filled in:
braces of other texts, as nft's, stay.
"""

import re
from collections.abc import Iterator

from leadline.lab import rules, wiring
from leadline.lab.plan import ABROAD, GATEWAY, HOST_PORT, Node, Plan, Pod

_PLACE = re.compile(r"\{([a-z][a-z0-9-]*)(?:\.([a-z_]+))?\}")
_NODES = ("worker", "other", "control-plane")
_PODS = ("pod", "pod-2")
PARTS = {*_NODES, *(f"{node}-{pod}" for node in _NODES for pod in _PODS)}
"""The parts that a lab must have somebody for."""


class Role(str):
    """A name with its properties, all of them words or lines."""

    __slots__ = ("properties",)

    def __new__(cls, name: str, **properties: object) -> "Role":
        made = super().__new__(cls, name)
        made.properties = {key: str(value) for key, value in properties.items()}
        return made

    properties: dict[str, str]


def roles(plan: Plan) -> dict[str, Role]:
    """Who plays what in this lab: a small one leaves parts open.

    worker: the first one. other: one more node, the last. control-plane. worker-pod, worker-pod-2 and so on:
    the first two pods of each. outside: the network around the nodes. lab: what holds for all. And the
    Services by their names.
    """
    players = {"control-plane": plan.nodes[0]}
    if len(plan.nodes) > 1:
        players["worker"] = plan.nodes[1]
        players["other"] = plan.nodes[-1] if len(plan.nodes) > 2 else plan.nodes[0]
    parts = {
        "outside": Role("outside", address=ABROAD, gateway=GATEWAY),
        "lab": Role(plan.spec.name, pods=plan.spec.pod_cidr, pod_mtu=plan.pod_mtu, mtu=plan.spec.mtu),
    }
    for part, node in players.items():
        parts[part] = _node(plan, node)
        for suffix, pod in zip(_PODS, node.pods, strict=False):
            parts[f"{part}-{suffix}"] = _pod(pod)
    for service in plan.services:
        parts[service.name] = Role(service.name, address=service.cluster_ip)
    return parts


def _node(plan: Plan, node: Node) -> Role:
    portmap = rules.portmap(node).chains.get("nat", {})
    return Role(
        node.name,
        address=node.address,
        mac=node.mac,
        subnet=node.subnet,
        vtep_mac=node.vtep_mac,
        # flannel's own address, and the gateway to this node's pods on every other
        vtep=node.subnet.network_address,
        bridge=node.bridge_address,
        # an address that host-local has not given yet
        free=node.subnet[200],
        peers="\n".join(
            line
            for line in wiring.links(plan, node).splitlines()
            if line.startswith(("neigh", "route replace"))
        ),
        forwarding=wiring.forwarding(plan, node),
        host_port=HOST_PORT,
        host_port_chain=next((chain for chain in portmap if chain.startswith("CNI-DN-")), ""),
    )


def _pod(pod: Pod) -> Role:
    return Role(pod.full_name, address=pod.address, veth=pod.veth, sandbox=pod.sandbox)


def named(text: str) -> Iterator[str]:
    """Every part that a text names."""
    return (each[1] for each in _PLACE.finditer(text))


def told(text: str, roles: dict[str, Role]) -> str:
    """The text with its places filled. Raises KeyError for what nobody plays."""

    def fill(place: re.Match[str]) -> str:
        role = roles[place[1]]
        return role.properties[place[2]] if place[2] else str(role)

    return _PLACE.sub(fill, text)


def lacking(parts: set[str], plan: Plan) -> tuple[int, int] | None:
    """How many nodes, and pods on each, it takes to play these parts; None where this lab has so many."""
    pods = max((2 if each.endswith("-2") else 1 for each in parts if "-pod" in each), default=0)
    players = {each.partition("-pod")[0] for each in parts}
    nodes = 1 + len(players & {"worker", "other"}) if "control-plane" in players else 2
    return (nodes, pods) if len(plan.nodes) < nodes or plan.spec.pods < pods else None
