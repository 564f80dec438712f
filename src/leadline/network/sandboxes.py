"""The pods that a host's own texts show: the container runtime's, leases and attachments of CNI plugins, and devices."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from leadline.base.errors import ParseError
from leadline.facts.catalogue import sources
from leadline.facts.sources.bridge_fdb import Forwarding
from leadline.facts.sources.cni_attachments import Attachment
from leadline.facts.sources.cni_leases import Lease
from leadline.facts.sources.crictl_pods import PodSandbox
from leadline.facts.sources.ip_addr import Interface
from leadline.facts.sources.ip_neigh import Neighbour
from leadline.facts.sources.oci import OciSpec
from leadline.facts.text import decode
from leadline.network.devices import addresses
from leadline.network.inside import Namespace
from leadline.network.own_routes import is_ipv4
from leadline.network.packet import dotted
from leadline.network.pods import Pod, Port
from leadline.snapshot.snapshot import Snapshot, read

_NETNS = "/netns/"
_ID = re.compile(r"[0-9a-f]{64}")
_SHORT = 13
"""Characters of an id in crictl's table."""


class _Wires:
    """What a host's own devices tell of its pods."""

    def __init__(self, snapshot: Snapshot) -> None:
        interfaces: Mapping[str, Interface] = snapshot.entries("ip_addr")
        neighbours: Mapping[str, Neighbour] = snapshot.entries("ip_neigh")
        forwarding: Mapping[str, Forwarding] = snapshot.entries("bridge_fdb")
        self.veth_of = _named_ends(snapshot)
        self.netns_of = {veth: netns for netns, veth in self.veth_of.items()}
        self.number_of = {
            name: each.peer_nsid for name, each in interfaces.items() if each.peer_nsid is not None
        }
        self.by_index = {each.index: name for name, each in interfaces.items() if each.kind in (None, "veth")}
        bridges = {each.master for each in interfaces.values() if each.master}
        self.mac_of = {
            each.address: each.mac for each in neighbours.values() if each.mac and each.device in bridges
        }
        own = {each.mac for each in interfaces.values()}
        self.port_of = {
            each.mac: each.device for each in forwarding.values() if each.master and each.mac not in own
        }

    def veth(self, number: int | None, index: int | None) -> str | None:
        """The host's end of a pair by the number of the other end's namespace and by its own index."""
        name = self.by_index.get(index)
        if name is None or number is None or self.number_of.get(name, number) == number:
            return name
        return None


def _named_ends(snapshot: Snapshot) -> dict[str, str]:
    """Network namespace → the veth that leads into it; of two forms of `ip addr` one may number what the other names."""
    found: dict[str, str] = {}
    names = {each.nsid: name for name, each in snapshot.entries("netns").items() if each.nsid is not None}
    for variant in snapshot.variants("ip_addr"):
        fact = snapshot.fact("ip_addr", variant)
        for device, each in fact.entries.items() if fact is not None else ():
            netns = each.peer_netns or names.get(each.peer_nsid)
            if netns:
                found.setdefault(netns, device)
    return found


def on_host(snapshot: Snapshot, inside: Mapping[str, Namespace], host: str) -> list[Pod]:
    """The pods of one host without the API. `inside`: its recorded network namespaces by name; `host`: its own."""
    wires = _Wires(snapshot)
    leases = _leases(snapshot)
    pods = [_placed(pod, leases, wires) for pod in _sandboxes(snapshot, host).values()]
    have = {address for pod in pods for address in pod.addresses}
    runtime = "crictl_pods" in snapshot.names()
    for sandbox, held in leases.items():
        # where the runtime was asked and does not know the sandbox, the lease was left behind
        if not runtime and not have & set(held):
            pods.append(_placed(_nameless(host, sandbox, held), leases, wires))
    return _with_insides(pods, host, inside, wires)


def _nameless(host: str, sandbox: str, held: tuple[str, ...]) -> Pod:
    return Pod(namespace="", name=held[0], host=host, sandbox=sandbox, known_by=("cni_leases",))


def _leases(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """Sandbox id → its IPv4 addresses."""
    held: dict[str, tuple[str, ...]] = {}
    for key, lease in snapshot.entries("cni_leases").items():
        address = key.rpartition(" ")[2]
        if isinstance(lease, Lease) and is_ipv4(address):
            held[lease.container] = (*held.get(lease.container, ()), address)
    return held


def _sandboxes(snapshot: Snapshot, host: str) -> dict[str, Pod]:
    """Sandbox id → what the runtime, its CNI plugins and its specifications tell of the pod."""
    found: dict[str, Pod] = {}
    listed: Mapping[str, PodSandbox] = snapshot.entries("crictl_pods")

    def known(sandbox: str, namespace: str, name: str) -> Pod | None:
        """What is known of a sandbox so far; None of one that the runtime does not list (any longer)."""
        cut = found.pop(sandbox[:_SHORT], None)
        if (pod := found.get(sandbox, cut)) is not None or listed:
            return pod
        return Pod(namespace=namespace, name=name, host=host)

    for sandbox, each in listed.items():
        if each.state == "ready":
            found[sandbox] = Pod(
                namespace=each.namespace,
                name=each.name,
                host=host,
                sandbox=sandbox,
                known_by=("crictl_pods",),
            )
    attached: Attachment
    for attached in snapshot.entries("cni_attachments").values():
        pod = known(attached.container, attached.namespace, attached.pod) if attached.place else None
        # of a pod with several networks the first is the cluster's
        if pod is not None and "cni_attachments" not in pod.known_by:
            found[attached.container] = msgspec.structs.replace(
                pod,
                sandbox=attached.container,
                addresses=tuple(filter(is_ipv4, (one.partition("/")[0] for one in attached.addresses))),
                netns=attached.netns.rpartition("/")[2] or None,
                veth=attached.veth or None,
                mac=attached.mac or None,
                ports=tuple(Port(each.protocol, each.target, each.port) for each in attached.host_ports),
                known_by=(*pod.known_by, "cni_attachments"),
            )
    for sandbox, spec in _specs(snapshot).items():
        pod = known(sandbox, spec.namespace, spec.pod) if spec.kind == "sandbox" and spec.pod else None
        if pod is None:
            continue
        path = next((each.partition(" ")[2] for each in spec.namespaces if each.startswith("network")), None)
        named = path.rpartition(_NETNS)[2] if path and _NETNS in path else None
        found[sandbox] = msgspec.structs.replace(
            pod,
            sandbox=sandbox,
            host_network=path is None,
            netns="" if path is None else named or pod.netns,
            known_by=(*pod.known_by, "oci"),
        )
    return found


def _specs(snapshot: Snapshot) -> Mapping[str, OciSpec]:
    """The runtime's specifications; a hand-made folder may keep them one by one as `oci/<id>.json`."""
    if "oci" in snapshot.names():
        return snapshot.entries("oci")
    found: dict[str, OciSpec] = {}
    folder = _folder(snapshot)
    for file in sorted((folder / "oci").glob("*.json")) if folder is not None else ():
        try:
            found[file.stem] = next(iter(sources()["oci"].parse(decode(read(file))[0]).entries.values()))
        except (ParseError, StopIteration):
            continue
    return found


def _folder(snapshot: Snapshot) -> Path | None:
    for name in ("ip_addr", "crictl_pods"):
        for variant in snapshot.variants(name):
            if (fact := snapshot.fact(name, variant)) is not None:
                return Path(fact.file).parent
    return None


def _placed(pod: Pod, leases: Mapping[str, tuple[str, ...]], wires: _Wires) -> Pod:
    """With its address by its lease, and its devices by that address or its namespace."""
    held = leases.get(pod.sandbox) or next(
        (
            of
            for sandbox, of in leases.items()
            if len(pod.sandbox) == _SHORT and sandbox.startswith(pod.sandbox)
        ),
        (),
    )
    told: dict[str, Any] = {}
    if held:
        told |= {"addresses": held, "known_by": (*pod.known_by, "cni_leases")}
    elif leases and pod.netns is None and not pod.addresses:
        told |= {"host_network": True, "netns": ""}
    return wired(msgspec.structs.replace(pod, **told), wires)


def wired(pod: Pod, wires: _Wires) -> Pod:
    """With its MAC address, its veth and its namespace's name as far as the host's devices tell them."""
    if pod.host_network:
        return pod
    mac = pod.mac or next((wires.mac_of[each] for each in pod.addresses if each in wires.mac_of), None)
    veth = pod.veth or wires.veth_of.get(pod.netns or "") or wires.port_of.get(mac or "")
    netns = pod.netns if pod.netns is not None else wires.netns_of.get(veth or "")
    return msgspec.structs.replace(pod, mac=mac, veth=veth, netns=netns)


def _with_insides(pods: list[Pod], host: str, inside: Mapping[str, Namespace], wires: _Wires) -> list[Pod]:
    """With what the recorded namespaces tell; those that are nobody's yet are pods named by their address."""
    of_netns = {pod.netns: place for place, pod in enumerate(pods) if pod.netns}
    of_sandbox = {
        pod.sandbox: place for place, pod in enumerate(pods) if pod.sandbox and not pod.host_network
    }
    of_address = {
        address: place for place, pod in enumerate(pods) for address in pod.addresses if pod.netns is None
    }
    for netns, shown in inside.items():
        interfaces: Mapping[str, Interface] = shown.snapshot.entries("ip_addr")
        own = {
            name: tuple(dotted(address) for address, _ in addresses(each))
            for name, each in interfaces.items()
            if each.kind != "loopback" and addresses(each)
        }
        if not own:
            continue
        device, held = next(iter(own.items()))
        place = of_netns.get(netns)
        if place is None:
            ids = _ID.findall(shown.group)
            place = next((of_sandbox[each] for each in ids if each in of_sandbox), None)
        if place is None:
            place = next((of_address[each] for each in held if each in of_address), None)
        if place is None:
            pods.append(Pod(namespace="", name=held[0], host=host))
            place = len(pods) - 1
        pod, other = pods[place], interfaces[device].link or ""
        index = int(other[2:]) if other.startswith("if") and other[2:].isdecimal() else None
        pods[place] = msgspec.structs.replace(
            pod,
            netns=netns,
            addresses=held,
            mac=interfaces[device].mac or None,
            veth=pod.veth or wires.veth_of.get(netns) or wires.veth(shown.number, index),
            known_by=(*pod.known_by, "pod_networks"),
        )
    return pods
