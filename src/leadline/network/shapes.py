"""What of an API object is read, and of which types it has to be."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from leadline.network.metallb_shapes import SHAPES

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_IPV6 = "[0-9a-fA-F:.]*:[0-9a-fA-F:.]*"
Address = Annotated[str, Meta(pattern=rf"^(?:None|\s*{_IPV4}\s*|{_IPV6})?$")]
Network = Annotated[str, Meta(pattern=rf"^\s*(?:{_IPV4}/(?:3[0-2]|[12]?\d)|{_IPV6}/\d+)\s*$")]
Number = Annotated[int, Meta(ge=0, le=65535)]


class _Shape(msgspec.Struct, frozen=True, rename="camel"):
    pass


class _Metadata(_Shape, frozen=True):
    name: str
    namespace: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class _Placed(_Metadata, frozen=True, kw_only=True):
    namespace: str


class _ContainerPort(_Shape, frozen=True):
    container_port: Number | None = None
    host_port: Number | None = None
    protocol: str = "TCP"
    name: str | None = None


class _Variable(_Shape, frozen=True):
    name: str


class _Container(_Shape, frozen=True):
    ports: list[_ContainerPort] | None = None
    command: list[str] | None = None
    args: list[str] | None = None
    env: list[_Variable] | None = None


class _Condition(_Shape, frozen=True):
    type: str
    status: str


class _PodSpec(_Shape, frozen=True):
    node_name: str | None = None
    host_network: bool | None = None
    containers: list[_Container] | None = None


class _PodAddress(_Shape, frozen=True):
    ip: Address | None = None


class _PodStatus(_Shape, frozen=True):
    phase: str | None = None
    conditions: list[_Condition] | None = None
    pod_i_p: Address | None = msgspec.field(name="podIP", default=None)
    pod_i_ps: list[_PodAddress] | None = msgspec.field(name="podIPs", default=None)


class _Pod(_Shape, frozen=True):
    metadata: _Metadata
    spec: _PodSpec | None = None
    status: _PodStatus | None = None


class _NodeSpec(_Shape, frozen=True):
    pod_cidr: Network | None = msgspec.field(name="podCIDR", default=None)
    pod_cidrs: list[Network] | None = msgspec.field(name="podCIDRs", default=None)


class _NodeAddress(_Shape, frozen=True):
    address: str
    type: str | None = None


class _NodeStatus(_Shape, frozen=True):
    addresses: list[_NodeAddress] | None = None
    conditions: list[_Condition] | None = None


class _Node(_Shape, frozen=True):
    metadata: _Metadata
    spec: _NodeSpec | None = None
    status: _NodeStatus | None = None


class _ServicePort(_Shape, frozen=True):
    port: Number
    name: str | None = None
    protocol: str = "TCP"
    node_port: Number | None = None


class _ClientIP(_Shape, frozen=True):
    timeout_seconds: int = 0


class _Affinity(_Shape, frozen=True):
    client_ip: _ClientIP | None = msgspec.field(name="clientIP", default=None)


class _ServiceSpec(_Shape, frozen=True):
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


class _Ingress(_Shape, frozen=True):
    ip: Address | None = None
    ip_mode: str = "VIP"


class _LoadBalancer(_Shape, frozen=True):
    ingress: list[_Ingress] | None = None


class _ServiceStatus(_Shape, frozen=True):
    load_balancer: _LoadBalancer | None = None


class _Service(_Shape, frozen=True):
    metadata: _Placed
    spec: _ServiceSpec
    status: _ServiceStatus | None = None


class _Hint(_Shape, frozen=True):
    name: str


class _Hints(_Shape, frozen=True):
    for_nodes: list[_Hint] | None = None
    for_zones: list[_Hint] | None = None


class _Conditions(_Shape, frozen=True):
    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class _Endpoint(_Shape, frozen=True):
    addresses: Annotated[list[Address], Meta(min_length=1)]
    conditions: _Conditions | None = None
    node_name: str | None = None
    hints: _Hints | None = None


class _EndpointPort(_Shape, frozen=True):
    port: Number | None = None
    name: str | None = None
    protocol: str = "TCP"


class _EndpointSlice(_Shape, frozen=True):
    metadata: _Placed
    address_type: str | None = None
    endpoints: list[_Endpoint] | None = None
    ports: list[_EndpointPort] | None = None


class _ConfigMap(_Shape, frozen=True):
    metadata: _Metadata
    data: dict[str, str] | None = None


class _CidrSpec(_Shape, frozen=True):
    cidrs: list[Network] | None = None


class _ServiceCidr(_Shape, frozen=True):
    metadata: _Metadata
    spec: _CidrSpec | None = None


class _Object(_Shape, frozen=True):
    metadata: _Metadata


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
