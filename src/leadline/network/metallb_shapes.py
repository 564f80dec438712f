"""What of MetalLB's objects is read, and of which types it has to be: metallb.io/v1beta1 and v1beta2."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from leadline.network.shape import Metadata, Shape

_Length = Annotated[int, Meta(ge=1, le=32)]
_Weight = Annotated[int, Meta(ge=1, le=100)]
_Asn = Annotated[int, Meta(ge=0, le=4294967295)]


class _Expression(Shape, frozen=True):
    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: list[str] | None = None


class _Selector(Shape, frozen=True):
    match_labels: dict[str, str] | None = None
    match_expressions: list[_Expression] | None = None


class _Preferred(Shape, frozen=True):
    weight: _Weight
    preference: _Selector


class _Allocation(Shape, frozen=True):
    priority: int = 0
    namespaces: list[str] | None = None
    namespace_selectors: list[_Selector] | None = None
    service_selectors: list[_Selector] | None = None


class _PoolSpec(Shape, frozen=True):
    addresses: list[str]
    auto_assign: bool | None = None
    avoid_buggy_ips: bool = msgspec.field(name="avoidBuggyIPs", default=False)
    service_allocation: _Allocation | None = None


class _Advertised(Shape, frozen=True):
    ip_address_pools: list[str] | None = None
    ip_address_pool_selectors: list[_Selector] | None = None
    node_selectors: list[_Selector] | None = None
    service_selectors: list[_Selector] | None = None


class _Layer2Spec(_Advertised, frozen=True):
    interfaces: list[str] | None = None
    preferred_node_selectors: list[_Preferred] | None = None


class _BgpSpec(_Advertised, frozen=True):
    aggregation_length: _Length | None = None
    local_pref: _Asn | None = None
    communities: list[str] | None = None
    peers: list[str] | None = None


class _PeerSpec(Shape, frozen=True):
    my_asn: _Asn = msgspec.field(name="myASN", default=0)
    peer_asn: _Asn = msgspec.field(name="peerASN", default=0)
    local_asn: _Asn = msgspec.field(name="localASN", default=0)
    dynamic_asn: str = msgspec.field(name="dynamicASN", default="")
    peer_address: str = ""
    source_address: str = ""
    node_selectors: list[_Selector] | None = None


class _Alias(Shape, frozen=True):
    name: str = ""
    value: str = ""


class _CommunitySpec(Shape, frozen=True):
    communities: list[_Alias] | None = None


class _Status(Shape, frozen=True):
    node: str = ""
    service_name: str = ""
    service_namespace: str = ""


class _Pool(Shape, frozen=True):
    metadata: Metadata
    spec: _PoolSpec


class _Layer2(Shape, frozen=True):
    metadata: Metadata
    spec: _Layer2Spec | None = None


class _Bgp(Shape, frozen=True):
    metadata: Metadata
    spec: _BgpSpec | None = None


class _Peer(Shape, frozen=True):
    metadata: Metadata
    spec: _PeerSpec | None = None


class _Community(Shape, frozen=True):
    metadata: Metadata
    spec: _CommunitySpec | None = None


class _ServiceStatus(Shape, frozen=True):
    metadata: Metadata
    status: _Status | None = None


SHAPES: Mapping[str, type[msgspec.Struct]] = {
    "IPAddressPool": _Pool,
    "L2Advertisement": _Layer2,
    "BGPAdvertisement": _Bgp,
    "BGPPeer": _Peer,
    "Community": _Community,
    "ServiceL2Status": _ServiceStatus,
}
"""Kind → what is read of it."""
