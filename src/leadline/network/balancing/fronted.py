"""A Service with addresses of a load balancer, as MetalLB reads it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from leadline.network.balancing.pools import Objects
from leadline.network.objects import Object
from leadline.network.service import Service

_SHARED = ("metallb.io/allow-shared-ip", "metallb.universe.tf/allow-shared-ip")


class Fronted(msgspec.Struct, frozen=True, kw_only=True):
    """`addresses`: all that its status has, in order; `local`: its externalTrafficPolicy. `labels`: None where it is known
    by rules only. `endpoints`: the node ("" for none) of each that can serve, None where they were not recorded."""

    name: str
    addresses: tuple[str, ...]
    local: bool = False
    labels: Mapping[str, str] | None = None
    shared: bool = False
    service_class: str = ""
    endpoints: tuple[str, ...] | None = None


def fronted(objects: Objects, services: Iterable[Service]) -> Iterator[Fronted]:
    """All Services with such addresses: of the API, else those that rules name."""
    if "Service" not in objects:
        for each in services:
            if each.load_balancers:
                yield Fronted(
                    name=f"{each.namespace}/{each.name}",
                    addresses=each.load_balancers,
                    local=each.external_policy == "Local",
                    endpoints=tuple(one.node for port in each.ports for one in port.endpoints),
                )
        return
    serving = _serving(objects) if "EndpointSlice" in objects else None
    for told in objects["Service"]:
        spec, metadata = told.get("spec") or {}, told["metadata"]
        ingress = ((told.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
        addresses = tuple(each["ip"] for each in ingress if each.get("ip"))
        if spec.get("type") != "LoadBalancer" or not addresses:
            continue
        name = f"{metadata.get('namespace') or 'default'}/{metadata['name']}"
        yield Fronted(
            name=name,
            addresses=addresses,
            local=spec.get("externalTrafficPolicy") == "Local",
            labels=metadata.get("labels") or {},
            shared=any(each in (metadata.get("annotations") or {}) for each in _SHARED),
            service_class=spec.get("loadBalancerClass") or "",
            endpoints=serving.get(name, ()) if serving is not None else None,
        )


def _serving(objects: Objects) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for piece in objects["EndpointSlice"]:
        metadata = piece["metadata"]
        service = (metadata.get("labels") or {}).get("kubernetes.io/service-name")
        name = f"{metadata.get('namespace') or 'default'}/{service}"
        nodes = tuple(_nodes(piece))
        found[name] = (*found.get(name, ()), *nodes)
    return found


def _nodes(piece: Object) -> Iterator[str]:
    for each in piece.get("endpoints") or ():
        if can_serve(each.get("conditions") or {}):
            yield each.get("nodeName") or ""


def can_serve(conditions: Mapping[str, Any]) -> bool:
    """As metallb internal/k8s/epslices: ready, which is not said for old ones, or serving while it ends."""
    return conditions.get("ready") is not False or conditions.get("serving") is True
