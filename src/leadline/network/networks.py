"""The pod and Service networks of a cluster, as configurations, the API, and the hosts themselves tell them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from leadline.facts.sources.ip_route import Route
from leadline.network.objects import Object
from leadline.network.packet import dotted, network, number
from leadline.network.service import Service
from leadline.snapshot.snapshot import Snapshot

Network = tuple[int, int]
"""An address and a mask, as `packet.network` gives them."""

_SETTINGS = {
    "kubeadm-config": {
        "pods": re.compile(r"\bpodSubnet:\s*(\S+)"),
        "services": re.compile(r"\bserviceSubnet:\s*(\S+)"),
    },
    "kube-proxy": {"pods": re.compile(r"\bclusterCIDR:\s*(\S+)")},
    "kube-flannel-cfg": {"pods": re.compile(r'"Network":\s*"([^"]+)"')},
}
# of the static pods' manifests: to read them as YAML takes longer than all the rest of a trace
_FLAGS = {
    "pods": re.compile(r"^\s*- ['\"]?--cluster-cidr=([^'\"\s]+)", re.MULTILINE),
    "services": re.compile(r"^\s*- ['\"]?--service-cluster-ip-range=([^'\"\s]+)", re.MULTILINE),
}


def pod_networks(
    snapshots: Iterable[Snapshot], objects: Mapping[str, Sequence[Object]]
) -> tuple[Network, ...]:
    """Where a network is configured, that; else what the nodes have of it and route to each other."""
    snapshots = tuple(snapshots)
    told = [*_configured("pods", objects), *(each for one in snapshots for each in on_host("pods", one))]
    if not told:
        told = [
            each
            for node in objects.get("Node", ())
            for each in _words((node.get("spec") or {}).get("podCIDRs"))
        ]
    if not told:
        told = [each for one in snapshots for each in _routed(one)]
    return read(told)


def service_networks(
    snapshots: Iterable[Snapshot], objects: Mapping[str, Sequence[Object]], known: Iterable[Service]
) -> tuple[Network, ...]:
    """Where a network is configured, that; else what follows from the Services that are known."""
    told = [
        *_configured("services", objects),
        *(each for one in snapshots for each in on_host("services", one)),
    ]
    for each in objects.get("ServiceCIDR", ()):
        told += _words((each.get("spec") or {}).get("cidrs"))
    return read(told) or _spanned(known)


def on_host(which: str, snapshot: Snapshot) -> list[str]:
    """What one host's own files say: `pods` or `services`."""
    said: list[str] = []
    if which == "pods":
        said += _words(snapshot.entries("flannel_subnet").get("FLANNEL_NETWORK"))
    for value in _FLAGS[which].findall(snapshot.text("kubeadm_manifests")):
        said += _words(value)
    return said


def _configured(which: str, objects: Mapping[str, Sequence[Object]]) -> Iterator[str]:
    for each in objects.get("ConfigMap", ()):
        pattern = _SETTINGS.get(each["metadata"]["name"], {}).get(which)
        for text in (each.get("data") or {}).values() if pattern is not None else ():
            for match in pattern.finditer(text) if pattern is not None else ():
                yield from _words(match[1])


def _words(value: Any) -> list[str]:
    """`10.244.0.0/16,fd00::/48`, quoted or not, or a list of such."""
    listed = value if isinstance(value, list) else str(value or "").strip("\"'").split(",")
    return [str(each).strip() for each in listed if each]


def written(of: Network) -> str:
    """`10.244.0.0/16`."""
    return f"{dotted(of[0])}/{of[1].bit_count()}"


def read(told: Iterable[str]) -> tuple[Network, ...]:
    """The IPv4 networks among the words, each once."""
    found: dict[Network, None] = {}
    for each in told:
        try:
            found[network(each)] = None
        except ValueError:
            continue  # an IPv6 network
    return tuple(found)


def _routed(snapshot: Snapshot) -> Iterator[str]:
    """Networks behind cni0, and behind flannel's VXLAN device."""
    route: Route
    for route in snapshot.entries("ip_route").values():
        if (
            route.table == "main"
            and route.family == "inet"
            and re.fullmatch(r"cni0|flannel\.\d+", route.device)
        ):
            yield route.destination


def _spanned(known: Iterable[Service]) -> tuple[Network, ...]:
    """The Service `kubernetes` has the first address of its network, so that begins one below and reaches as far as
    the Services that are known, at least; without it nothing but their addresses is sure."""
    taken = {(each.namespace, each.name): number(each.cluster_ip) for each in known}
    first = taken.get(("default", "kubernetes"))
    if first is None or first & 1 == 0:
        return tuple((address, 0xFFFFFFFF) for address in taken.values())
    base = first - 1
    length = 32 - max(address ^ base for address in taken.values() if address >= base).bit_length()
    mask = 0xFFFFFFFF << 32 - length & 0xFFFFFFFF
    if base & ~mask:
        return tuple((address, 0xFFFFFFFF) for address in taken.values())
    return ((base, mask), *((each, 0xFFFFFFFF) for each in taken.values() if each & mask != base))
