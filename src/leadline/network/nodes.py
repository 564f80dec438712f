"""The nodes of a cluster: recorded ones, and those that the API alone tells of."""

from collections.abc import Iterable, Mapping

import msgspec

from leadline.network.networks import read, written
from leadline.network.objects import Object
from leadline.network.own_routes import is_ipv4
from leadline.snapshot.snapshot import Snapshot


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A node. `name`: as the API calls it, else the host's; `host`: the recording it is in, "" where it was not
    recorded; `addresses`: by which others reach it; `pod_networks`: its parts of the pod network."""

    name: str
    host: str
    addresses: tuple[str, ...] = ()
    pod_networks: tuple[str, ...] = ()


def gathered(
    own: Mapping[str, tuple[str, ...]], snapshots: Mapping[str, Snapshot], objects: Iterable[Object]
) -> tuple[Node, ...]:
    """All nodes by name. `own`: recorded hosts with the addresses of their uplinks; `objects`: v1 Nodes."""
    found = [_of_api(each, own) for each in objects]
    seen = {node.host for node in found}
    for host, addresses in own.items():
        if host not in seen:
            # flannel writes it with the address of the bridge: 10.244.1.1/24
            subnet = snapshots[host].entries("flannel_subnet").get("FLANNEL_SUBNET")
            parts = tuple(written(each) for each in read([subnet] if subnet else []))
            found.append(Node(name=host, host=host, addresses=addresses, pod_networks=parts))
    return tuple(sorted(found, key=lambda node: node.name))


def _of_api(node: Object, own: Mapping[str, tuple[str, ...]]) -> Node:
    name, spec = node["metadata"]["name"], node.get("spec") or {}
    told = [
        each["address"]
        for each in (node.get("status") or {}).get("addresses") or ()
        if each.get("type") in ("InternalIP", "ExternalIP") and is_ipv4(each["address"])
    ]
    host = name if name in own else next((each for each, have in own.items() if set(have) & set(told)), "")
    return Node(
        name=name,
        host=host,
        addresses=tuple(dict.fromkeys((*told, *own.get(host, ())))),
        pod_networks=tuple(spec.get("podCIDRs") or filter(None, [spec.get("podCIDR")])),
    )
