"""API objects of a cluster with MetalLB, from few words."""

from collections.abc import Iterable, Mapping
from typing import Any

Object = dict[str, Any]


def node(name: str, address: str = "", labels: Mapping[str, str] | None = None, **conditions: str) -> Object:
    """A Node; `conditions` by type."""
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": dict(labels or {})},
        "status": {
            "addresses": [{"type": "InternalIP", "address": address}] if address else [],
            "conditions": [{"type": each, "status": status} for each, status in conditions.items()],
        },
    }


def speaker(on: str, *, ready: bool = True, arguments: Iterable[str] = ()) -> Object:
    """A speaker's pod, as MetalLB's own manifests make it."""
    container = {
        "name": "speaker",
        "args": ["--port=7472", *arguments],
        "env": [{"name": "METALLB_ML_BIND_ADDR"}, {"name": "METALLB_ML_LABELS"}],
    }
    return {
        "kind": "Pod",
        "metadata": {
            "name": f"speaker-{on}",
            "namespace": "metallb-system",
            "labels": {"app": "metallb", "component": "speaker"},
        },
        "spec": {"nodeName": on, "hostNetwork": True, "containers": [container]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": str(ready)}]},
    }


def service(
    name: str = "web",
    *addresses: str,
    local: bool = False,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    **spec: Any,
) -> Object:
    """A Service of type LoadBalancer that has its addresses."""
    return {
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": "default",
            "labels": dict(labels or {}),
            "annotations": dict(annotations or {}),
        },
        "spec": {
            "type": "LoadBalancer",
            "clusterIP": "10.96.0.14",
            "externalTrafficPolicy": "Local" if local else "Cluster",
            "ports": [{"port": 80, "protocol": "TCP"}],
            **spec,
        },
        "status": {"loadBalancer": {"ingress": [{"ip": each} for each in addresses]}},
    }


def endpoints(name: str, held: Iterable[Mapping[str, Any]], port: int = 8080) -> Object:
    """An EndpointSlice; each endpoint by its `address`, `node` and conditions."""
    return {
        "kind": "EndpointSlice",
        "addressType": "IPv4",
        "metadata": {
            "name": f"{name}-1",
            "namespace": "default",
            "labels": {"kubernetes.io/service-name": name},
        },
        "ports": [{"port": port, "protocol": "TCP"}],
        "endpoints": [
            {
                "addresses": [each.get("address", "10.244.0.2")],
                "nodeName": each["node"],
                "conditions": {
                    word: each[word] for word in ("ready", "serving", "terminating") if word in each
                },
            }
            for each in held
        ],
    }


def made(kind: str, name: str, labels: Mapping[str, str] | None = None, **spec: Any) -> Object:
    """An object of MetalLB's own."""
    metadata = {"name": name, "namespace": "metallb-system", "labels": dict(labels or {})}
    return {"apiVersion": "metallb.io/v1beta1", "kind": kind, "metadata": metadata, "spec": spec}
