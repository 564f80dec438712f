"""What of an API object is read, and of which types it has to be."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from leadline.network.metallb_shapes import SHAPES
from leadline.network.shape import Metadata, Shape

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_IPV6 = "[0-9a-fA-F:.]*:[0-9a-fA-F:.]*"
Address = Annotated[str, Meta(pattern=rf"^(?:None|\s*{_IPV4}\s*|{_IPV6})?$")]
Network = Annotated[str, Meta(pattern=rf"^\s*(?:{_IPV4}/(?:3[0-2]|[12]?\d)|{_IPV6}/\d+)\s*$")]
Number = Annotated[int, Meta(ge=0, le=65535)]


class _Placed(Metadata, frozen=True, kw_only=True):
    namespace: str


class _ContainerPort(Shape, frozen=True):
    container_port: Number | None = None
    host_port: Number | None = None
    protocol: str = "TCP"
    name: str | None = None


class _Variable(Shape, frozen=True):
    name: str


class _Container(Shape, frozen=True):
    ports: list[_ContainerPort] | None = None
    command: list[str] | None = None
    args: list[str] | None = None
    env: list[_Variable] | None = None


class _Condition(Shape, frozen=True):
    type: str
    status: str


class _PodSpec(Shape, frozen=True):
    node_name: str | None = None
    host_network: bool | None = None
    containers: list[_Container] | None = None


class _PodAddress(Shape, frozen=True):
    ip: Address | None = None


class _PodStatus(Shape, frozen=True):
    phase: str | None = None
    conditions: list[_Condition] | None = None
    pod_i_p: Address | None = msgspec.field(name="podIP", default=None)
    pod_i_ps: list[_PodAddress] | None = msgspec.field(name="podIPs", default=None)


class _Pod(Shape, frozen=True):
    metadata: Metadata
    spec: _PodSpec | None = None
    status: _PodStatus | None = None


class _NodeSpec(Shape, frozen=True):
    pod_cidr: Network | None = msgspec.field(name="podCIDR", default=None)
    pod_cidrs: list[Network] | None = msgspec.field(name="podCIDRs", default=None)


class _NodeAddress(Shape, frozen=True):
    address: str
    type: str | None = None


class _NodeStatus(Shape, frozen=True):
    addresses: list[_NodeAddress] | None = None
    conditions: list[_Condition] | None = None


class _Node(Shape, frozen=True):
    metadata: Metadata
    spec: _NodeSpec | None = None
    status: _NodeStatus | None = None


class _ServicePort(Shape, frozen=True):
    port: Number
    name: str | None = None
    protocol: str = "TCP"
    node_port: Number | None = None


class _ClientIP(Shape, frozen=True):
    timeout_seconds: int = 0


class _Affinity(Shape, frozen=True):
    client_ip: _ClientIP | None = msgspec.field(name="clientIP", default=None)


class _ServiceSpec(Shape, frozen=True):
    type: str = "ClusterIP"
    cluster_ip: Address | None = msgspec.field(name="clusterIP", default=None)
    cluster_ips: list[Address] | None = msgspec.field(name="clusterIPs", default=None)
    external_ips: list[Address] | None = msgspec.field(name="externalIPs", default=None)
    external_traffic_policy: str = "Cluster"
    internal_traffic_policy: str = "Cluster"
    load_balancer_source_ranges: list[Network] | None = None
    session_affinity: str | None = None
    session_affinity_config: _Affinity | None = None
    ports: list[_ServicePort] | None = None
    health_check_node_port: Number | None = None
    load_balancer_class: str | None = None


class _Ingress(Shape, frozen=True):
    ip: Address | None = None
    ip_mode: str = "VIP"


class _LoadBalancer(Shape, frozen=True):
    ingress: list[_Ingress] | None = None


class _ServiceStatus(Shape, frozen=True):
    load_balancer: _LoadBalancer | None = None


class _Service(Shape, frozen=True):
    metadata: _Placed
    spec: _ServiceSpec
    status: _ServiceStatus | None = None


class _Hint(Shape, frozen=True):
    name: str


class _Hints(Shape, frozen=True):
    for_nodes: list[_Hint] | None = None
    for_zones: list[_Hint] | None = None


class _Conditions(Shape, frozen=True):
    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class _Endpoint(Shape, frozen=True):
    addresses: Annotated[list[Address], Meta(min_length=1)]
    conditions: _Conditions | None = None
    node_name: str | None = None
    hints: _Hints | None = None


class _EndpointPort(Shape, frozen=True):
    port: Number | None = None
    name: str | None = None
    protocol: str = "TCP"


class _EndpointSlice(Shape, frozen=True):
    metadata: _Placed
    address_type: str | None = None
    endpoints: list[_Endpoint] | None = None
    ports: list[_EndpointPort] | None = None


class _ConfigMap(Shape, frozen=True):
    metadata: Metadata
    data: dict[str, str] | None = None


class _CidrSpec(Shape, frozen=True):
    cidrs: list[Network] | None = None


class _ServiceCidr(Shape, frozen=True):
    metadata: Metadata
    spec: _CidrSpec | None = None


class _Object(Shape, frozen=True):
    metadata: Metadata


_SHAPES: Mapping[str, type[msgspec.Struct]] = {
    **SHAPES,
    "Pod": _Pod,
    "Node": _Node,
    "Service": _Service,
    "EndpointSlice": _EndpointSlice,
    "ConfigMap": _ConfigMap,
    "ServiceCIDR": _ServiceCidr,
}


def is_sound(tree: Any) -> bool:
    """Whether an object has the types that the API gives its kind, as far as it is read."""
    if not isinstance(tree, dict) or not isinstance(kind := tree.get("kind"), str):
        return False
    try:
        msgspec.convert(tree, _SHAPES.get(kind, _Object))
    except (msgspec.ValidationError, RecursionError):
        return False
    return True
