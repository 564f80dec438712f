"""flannel's routes to the pod subnets of other nodes."""

from ipaddress import ip_network
from typing import Any

from leadline.base.text import Text
from leadline.explain.links import line
from leadline.explain.pair import Pair
from leadline.explain.proof import any_apart
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

TUNNELS = ("flannel.", "flannel-")


def _through_tunnel(side: Witness, route: Any) -> Evidence | None:
    """By way of flannel's device: its next hop is the other subnet's own address, marked onlink."""
    device = side.entries("ip_addr").get(route.device)
    if device is None or not route.device.startswith(TUNNELS):
        return None
    by_subnet = "onlink" in route.flags and route.destination.split("/")[0] == route.gateway
    return (
        side.saw("ip_addr", line(route.device, device))
        if by_subnet or route.device.startswith("flannel-wg")
        else None
    )


def _plain(side: Witness, route: Any) -> Evidence | None:
    """By way of the node itself (host-gw, DirectRouting): a subnet like cni0's, beside it, of the same size."""
    bridge = side.entries("ip_addr").get("cni0")
    own = (
        next((each for each in (bridge.addresses or ()) if ":" not in each), None)
        if bridge is not None
        else None
    )
    tunnelled = any(
        "onlink" in each.flags and each.device.startswith(TUNNELS)
        for each in side.entries("ip_route").values()
    )
    # With VXLAN routes beside it a plain one may be DirectRouting's or a person's: nothing here tells.
    if (
        own is None
        or tunnelled
        or not route.gateway
        or ":" in route.destination
        or "/" not in route.destination
    ):
        return None
    network, subnet = ip_network(own, strict=False), ip_network(route.destination)
    # kube-controller-manager cuts the nodes' subnets from one network, at most 256 times as large.
    if subnet.prefixlen != network.prefixlen or subnet == network or network.prefixlen < 9:
        return None
    together = network.supernet(prefixlen_diff=8)
    return side.saw("ip_addr", line("cni0", bridge)) if subnet.network_address in together else None


def match(change: Change, pair: Pair) -> Match | None:
    route, side = change.entry, pair.side(change)
    if route.type != "unicast" or change.kind == "changed" or route.protocol == "kernel":
        return None
    tunnel = _through_tunnel(side, route)
    author = any_apart(side, ("flannel", "k3s"), ("ip_addr", "ip_route"))
    values = {"subnet": route.destination, "via": route.gateway or route.device}
    if tunnel is not None:
        return Match((*author, tunnel), "shown" if author else "likely", values)
    plain = _plain(side, route)
    return Match((*author, plain), "likely", values) if plain is not None and author else None


rule = Rule(
    name="flannel-routes",
    facts=("ip_route",),
    component="flannel",
    class_="config",
    why=Text(
        "flannel's route to the pods of another node: {subnet} by way of {via}. One for each other node; it comes and goes "
        "with the node.",
        "다른 노드의 파드로 가는 flannel의 라우트입니다: {subnet}은 {via}를 거칩니다. 다른 노드마다 하나씩이며 노드와 함께 "
        "생기고 사라집니다.",
    ),
    since="flannel 0.9 (vxlan next hops); host-gw, DirectRouting: a plain route",
    source="flannel-io/flannel pkg/backend/vxlan/vxlan_network.go handleSubnetEvents, pkg/backend/route_network.go",
    group=Text("flannel's routes to other nodes", "다른 노드로 가는 flannel 라우트"),
    match=match,
)
