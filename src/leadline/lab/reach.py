"""Which endpoints of a Service one node uses: the same choice for both kinds of rules.

As kube-proxy 1.34 chooses: pkg/proxy/topology.go, and the start of syncProxyRules in both proxiers. Hints by node
are followed by default since 1.34; hints by zone up to 1.32 only where the Service asked for them by annotation.
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network

import msgspec

from leadline.network.service import Endpoint, Proxy, Service, ServicePort


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Where the traffic for one port of a Service goes from one node. Endpoints are in kube-proxy's order.

    `cluster`, `local`: the endpoints for traffic under policy Cluster and Local, empty where no traffic is.
    `usable`: there is an endpoint on some node; without one all traffic is refused.
    `internal`, `external`: traffic to the cluster IP, and to the other addresses, finds an endpoint under its
    policy; where only this is missing it is dropped.
    `outside`: the port has an address besides the cluster IP.
    """

    cluster: tuple[Endpoint, ...]
    local: tuple[Endpoint, ...]
    usable: bool
    internal: bool
    external: bool
    outside: bool

    @property
    def every(self) -> tuple[Endpoint, ...]:
        """Each endpoint once. Policy Local may add terminating ones that policy Cluster does not use."""
        return _ordered({each.target: each for each in (*self.cluster, *self.local)}.values())


def reach(service: Service, port: ServicePort, proxy: Proxy) -> Reach:
    """The endpoints that `proxy`'s node uses for this port."""
    outside = bool(port.node_port or service.external_ips or service.load_balancers)
    internal_local = service.internal_policy == "Local"
    external_local = service.external_policy == "Local"
    # an address told twice (slices overlap while endpoints move) counts once, as this node's if it is in one
    by_node = sorted(port.endpoints, key=lambda each: each.node == proxy.node)
    known = _ordered({each.target: each for each in by_node}.values())
    ready = tuple(each for each in known if each.ready)
    draining = tuple(each for each in known if each.serving and each.terminating)
    # pods on this node that ask for a Service from outside are served cluster-wide, so that policy needs both
    cluster = () if internal_local and not outside else _hinted(ready, proxy) or draining
    local: tuple[Endpoint, ...] = ()
    if internal_local or (external_local and outside):
        local = _on(proxy.node, ready) or _on(proxy.node, draining)
    usable = bool(ready or draining)
    return Reach(
        cluster=cluster,
        local=local,
        usable=usable,
        internal=bool(local) if internal_local else usable,
        external=bool(local) if external_local else usable,
        outside=outside,
    )


def admitted(service: Service, proxy: Proxy) -> tuple[str, ...]:
    """The sources that may use the Service's load balancer addresses; empty: everybody.

    A node in these ranges that asks its own load balancer address does so from that very address.
    """
    node = IPv4Address(proxy.address)
    own = service.load_balancers if any(node in IPv4Network(each) for each in service.source_ranges) else ()
    return (*service.source_ranges, *own)


def _ordered(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """By the text of address and port, as kube-proxy sorts: 10.0.0.10 comes before 10.0.0.2."""
    return tuple(sorted(endpoints, key=lambda each: each.target))


def _on(node: str, endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
    return tuple(each for each in endpoints if each.node == node)


def _hinted(ready: tuple[Endpoint, ...], proxy: Proxy) -> tuple[Endpoint, ...]:
    """Those meant for this node, or for its zone; all, where a hint is missing or none names the node."""
    kinds: tuple[tuple[Callable[[Endpoint], tuple[str, ...]], str], ...] = (
        (lambda each: each.nodes, proxy.node),
        (lambda each: each.zones, proxy.zone),
    )
    for hints, own in kinds:
        if all(hints(each) for each in ready) and any(own in hints(each) for each in ready):
            return tuple(each for each in ready if own in hints(each))
    return ready
