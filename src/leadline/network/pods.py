"""Who is which pod: what its hosts show of it and what the API tells, each usable alone."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from leadline.network.objects import Object


class Port(msgspec.Struct, frozen=True):
    """A port that a container declares. `host_port`: 0 for none."""

    protocol: str
    port: int
    host_port: int = 0
    name: str = ""


class Pod(msgspec.Struct, frozen=True, kw_only=True):
    """One pod. `namespace`: "" where only an address is known, which then is its name. `host`: the recording it is in,
    "" where its node was not recorded; `node`: as the API calls it. `addresses`: its IPv4 addresses. `netns`: the name
    of its network namespace on the host, "" for the host's own, None where it is not told. `veth`: its end on the host,
    `mac`: its own address, None where nothing tells. `known_by`: the facts it was gathered from.
    """

    namespace: str
    name: str
    host: str = ""
    node: str = ""
    addresses: tuple[str, ...] = ()
    host_network: bool = False
    netns: str | None = None
    veth: str | None = None
    mac: str | None = None
    sandbox: str = ""
    ports: tuple[Port, ...] = ()
    known_by: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def of_api(objects: Iterable[Object]) -> list[Pod]:
    """The pods that v1 Pod objects tell of and that have not ended."""
    found = []
    for each in objects:
        metadata, spec, status = each["metadata"], each.get("spec") or {}, each.get("status") or {}
        if each.get("kind") != "Pod" or status.get("phase") in ("Succeeded", "Failed"):
            continue
        held = [one.get("ip") for one in status.get("podIPs") or ()] or [status.get("podIP")]
        found.append(
            Pod(
                namespace=metadata.get("namespace") or "default",
                name=metadata["name"],
                node=spec.get("nodeName") or "",
                addresses=tuple(one for one in held if one and ":" not in one),
                host_network=spec.get("hostNetwork") is True,
                ports=tuple(_ports(spec)),
                known_by=("pods",),
            )
        )
    return found


def _ports(spec: Mapping[str, Any]) -> Iterable[Port]:
    for container in spec.get("containers") or ():
        for port in container.get("ports") or ():
            if isinstance(number := port.get("containerPort"), int):
                protocol = str(port.get("protocol", "TCP")).lower()
                yield Port(protocol, number, port.get("hostPort") or 0, port.get("name") or "")


def joined(found: Iterable[Pod], told: Iterable[Pod], hosts: Mapping[str, str]) -> tuple[Pod, ...]:
    """Pods as hosts show them and as the API tells, each once. `hosts`: the API's names of nodes → recordings."""
    by_name: dict[tuple[str, str], Pod] = {}
    by_address: dict[str, tuple[str, str]] = {}
    for pod in found:
        # of two sandboxes of a name the one that has an address is alive
        key = (pod.namespace, pod.name)
        if key not in by_name or not by_name[key].addresses:
            by_name[key] = pod
        if not pod.host_network:
            by_address.update((address, key) for address in pod.addresses)
    for api in told:
        key = (api.namespace, api.name)
        known = by_name.get(key)
        if known is None and not api.host_network:
            other = next((by_address[each] for each in api.addresses if each in by_address), None)
            known = by_name.pop(other) if other is not None and not other[0] else None
        host = hosts.get(api.node, "")
        if known is None:
            by_name[key] = msgspec.structs.replace(
                api, host=host, netns="" if api.host_network and host else None
            )
            continue
        by_name[key] = msgspec.structs.replace(
            known,
            namespace=api.namespace,
            name=api.name,
            node=api.node,
            addresses=known.addresses or api.addresses,
            host_network=api.host_network,
            netns="" if api.host_network else known.netns,
            ports=api.ports or known.ports,
            known_by=(*known.known_by, *api.known_by),
        )
    return tuple(sorted(by_name.values(), key=lambda pod: (pod.namespace, pod.name)))
