"""What kube-proxy knows: Services with their ports and endpoints, and the node whose rules are wanted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any, Literal, cast

import msgspec

Protocol = Literal["tcp", "udp", "sctp"]
Policy = Literal["Cluster", "Local"]


class Endpoint(msgspec.Struct, frozen=True, order=True):
    """One address behind a port of a Service. `node`: the node whose pod it is, empty for others.

    `ready`: takes traffic. `serving`, `terminating`: as an EndpointSlice's conditions; a terminating endpoint
    that still serves is used where no ready one is left. `nodes`, `zones`: its hints, whose traffic it is for.
    """

    address: str
    port: int
    node: str = ""
    ready: bool = True
    serving: bool = True
    terminating: bool = False
    nodes: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """Address and port in one word."""
        return f"{self.address}:{self.port}"


class ServicePort(msgspec.Struct, frozen=True, kw_only=True):
    """One port of a Service. `name`: empty where the Service has one port only. `node_port`: 0 for none."""

    name: str = ""
    protocol: Protocol = "tcp"
    port: int
    node_port: int = 0
    endpoints: tuple[Endpoint, ...] = ()


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A Service of type ClusterIP, NodePort or LoadBalancer, as far as its rules depend on it.

    `load_balancers`: the addresses of its status that nodes answer for; `source_ranges`: who may use them,
    everybody where empty. `affinity`: seconds of session affinity by client address, None for none.
    `health_check_port`: of a LoadBalancer with external policy Local, 0 for none.
    """

    namespace: str = "default"
    name: str
    cluster_ip: str
    ports: tuple[ServicePort, ...]
    external_ips: tuple[str, ...] = ()
    load_balancers: tuple[str, ...] = ()
    source_ranges: tuple[str, ...] = ()
    external_policy: Policy = "Cluster"
    internal_policy: Policy = "Cluster"
    affinity: int | None = None
    health_check_port: int = 0

    def named(self, port: ServicePort) -> str:
        """A port's full name, as in kube-proxy's comments and hashes."""
        return f"{self.namespace}/{self.name}" + (f":{port.name}" if port.name else "")


class Proxy(msgspec.Struct, frozen=True, kw_only=True):
    """The kube-proxy of one node. `address`: the node's own. `zone`: the node's label, empty for none.

    `local`: how traffic from pods is told from other traffic: their network ("10.244.0.0/16": detectLocalMode
    ClusterCIDR or NodeCIDR), their interface ("cni0": BridgeInterface), or empty, not at all.
    `node_port_addresses`: where NodePorts answer, empty for the default: every address of the node in iptables
    mode, `address` in nftables mode. `localhost_node_ports`: NodePorts answer on 127.0.0.1, too; `counters`:
    the kernel has nfacct, which kube-proxy then counts with; both iptables mode only.
    `service_networks`: the cluster's ServiceCIDRs, nftables mode only.
    """

    node: str
    address: str
    local: str = ""
    zone: str = ""
    masquerade_all: bool = False
    node_port_addresses: tuple[str, ...] = ()
    localhost_node_ports: bool = True
    counters: bool = True
    service_networks: tuple[str, ...] = ()


_Key = tuple[str, str, str, str]
"""Namespace, Service, port name and protocol: what a port of an EndpointSlice belongs to."""


def services(objects: Iterable[Mapping[str, Any]]) -> tuple[Service, ...]:
    """API objects (v1 Service, discovery.k8s.io/v1 EndpointSlice, others are passed over) as kube-proxy reads them.

    In the order of their names. Left out are those it leaves out, too: headless and ExternalName Services, those
    of another proxy (label service.kubernetes.io/service-proxy-name), and every address that is not IPv4.
    """
    of_kind: dict[str, list[Mapping[str, Any]]] = {}
    for each in objects:
        of_kind.setdefault(each.get("kind", ""), []).append(each)
    endpoints: dict[_Key, list[Endpoint]] = {}
    for piece in of_kind.get("EndpointSlice", []):
        for key, endpoint in _endpoints(piece):
            endpoints.setdefault(key, []).append(endpoint)
    made = (_service(each, endpoints) for each in of_kind.get("Service", []))
    return tuple(sorted((each for each in made if each), key=lambda each: (each.namespace, each.name)))


def _endpoints(piece: Mapping[str, Any]) -> Iterator[tuple[_Key, Endpoint]]:
    """What one EndpointSlice tells. Conditions it leaves open count as kube-proxy counts them."""
    metadata = piece["metadata"]
    service = (metadata.get("labels") or {}).get("kubernetes.io/service-name")
    if piece.get("addressType") != "IPv4" or not service:
        return
    for port in piece.get("ports") or ():
        if not port.get("port"):
            continue
        key = (metadata["namespace"], service, port.get("name") or "", port.get("protocol", "TCP"))
        for each in piece.get("endpoints") or ():
            conditions, hints = each.get("conditions") or {}, each.get("hints") or {}
            yield (
                key,
                Endpoint(
                    address=each["addresses"][0],
                    port=port["port"],
                    node=each.get("nodeName") or "",
                    ready=conditions.get("ready") is not False,
                    serving=conditions.get("serving") is not False,
                    terminating=conditions.get("terminating") is True,
                    nodes=tuple(hint["name"] for hint in hints.get("forNodes") or ()),
                    zones=tuple(hint["name"] for hint in hints.get("forZones") or ()),
                ),
            )


def _service(written: Mapping[str, Any], endpoints: Mapping[_Key, Sequence[Endpoint]]) -> Service | None:
    metadata, spec = written["metadata"], written["spec"]
    namespace, name, kind = metadata["namespace"], metadata["name"], spec.get("type", "ClusterIP")
    cluster_ips = _ipv4(spec.get("clusterIPs") or [spec.get("clusterIP") or ""])
    foreign = "service.kubernetes.io/service-proxy-name" in (metadata.get("labels") or {})
    if kind == "ExternalName" or not cluster_ips or foreign:
        return None
    external_ips = _ipv4(spec.get("externalIPs") or ())
    outside = kind != "ClusterIP" or external_ips
    external = cast(Policy, spec.get("externalTrafficPolicy", "Cluster") if outside else "Cluster")
    checked = kind == "LoadBalancer" and external == "Local"
    ingress = ((written.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    ranges = [
        str(IPv4Network(each, strict=False)) for each in _ipv4(spec.get("loadBalancerSourceRanges") or ())
    ]
    client = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}

    def port(written: Mapping[str, Any]) -> ServicePort:
        protocol = written.get("protocol", "TCP")
        key = (namespace, name, written.get("name") or "", protocol)
        return ServicePort(
            name=key[2],
            protocol=cast(Protocol, protocol.lower()),
            port=written["port"],
            node_port=written.get("nodePort") or 0,
            endpoints=tuple(endpoints.get(key, ())),
        )

    return Service(
        namespace=namespace,
        name=name,
        cluster_ip=cluster_ips[0],
        ports=tuple(port(each) for each in spec.get("ports") or ()),
        external_ips=external_ips,
        # traffic for addresses of mode Proxy has to pass the load balancer itself (since 1.30)
        load_balancers=_ipv4(each.get("ip") or "" for each in ingress if each.get("ipMode", "VIP") == "VIP"),
        source_ranges=() if any(each.endswith("/0") for each in ranges) else tuple(ranges),
        external_policy=external,
        internal_policy=cast(Policy, spec.get("internalTrafficPolicy", "Cluster")),
        affinity=client.get("timeoutSeconds", 10800) if spec.get("sessionAffinity") == "ClientIP" else None,
        health_check_port=(spec.get("healthCheckNodePort") or 0) if checked else 0,
    )


def _ipv4(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(each.strip() for each in addresses if "." in each)
