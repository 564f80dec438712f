"""The inside of pods' network namespaces: as recorded on their host, or as flannel's and the bridge plugin make it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from leadline.facts.listeners import Listener
from leadline.facts.sources.bridge_fdb import Forwarding
from leadline.facts.sources.ip_neigh import Neighbour
from leadline.facts.sources.ip_route import Route
from leadline.facts.sources.ip_rule import PolicyRule
from leadline.facts.sources.pod_networks import Inside, Network
from leadline.network import lines
from leadline.network.netns import End, Link
from leadline.network.networks import read, written
from leadline.network.own_routes import default_policy, local_routes
from leadline.network.packet import dotted, number
from leadline.network.pods import Pod
from leadline.snapshot.snapshot import Recorded, Snapshot

if TYPE_CHECKING:
    from leadline.facts.sources.ipvs import Server, Service
    from leadline.network.sight import Rules, Sight, Unknown

_LOOPBACK = Link(name="lo", index=1, kind="loopback", mtu=65536, carrier=True, addresses=((0x7F000001, 8),))


class Namespace(msgspec.Struct, frozen=True):
    """A recorded network namespace that is not its host's own: its texts as a snapshot of their own. `empty`: the
    sources that had nothing to say there. `number`: by which the host's interfaces name it (`link-netnsid`).
    `group`: the control group of a process in it, which has the ids of its pod and container."""

    name: str
    snapshot: Snapshot
    empty: frozenset[str] = frozenset()
    number: int | None = None
    group: str = ""


def namespaces(snapshot: Snapshot) -> dict[str, Namespace]:
    """What a host's recording holds of other network namespaces, by name."""
    texts: dict[str, list[Inside]] = {}
    found: dict[str, Network] = {}
    if "pod_networks" not in snapshot.names():
        return {}
    for key, entry in snapshot.entries("pod_networks").items():
        if isinstance(entry, Inside):
            texts.setdefault(entry.network, []).append(entry)
        elif isinstance(entry, Network):
            found[key] = entry
    return {
        name: Namespace(
            name=name,
            snapshot=Snapshot(
                snapshot.host, (_recorded(each) for each in texts.get(name, ())), snapshot.taken
            ),
            empty=frozenset(each.fact for each in texts.get(name, ()) if not each.text.strip()),
            number=network.nsid,
            group=network.cgroup,
        )
        for name, network in found.items()
    }


def _recorded(text: Inside) -> Recorded:
    return Recorded(text.fact, f"{text.fact}.txt", f"pod_networks.txt ({text.network})", text.text.encode)


class InferredNetns:
    """A pod's network namespace as the CNI plugins bridge and flannel make it: see `netns.Netns`.

    `address`, `length`: of its eth0; `gateway`: the bridge's; `network`: the whole pod network as written, which gets
    a route of its own ("" for none). `mac`, `mtu` and `peer` as far as its host tells them.
    """

    inferred = True

    def __init__(
        self,
        key: tuple[str, str],
        place: str,
        *,
        address: int,
        length: int,
        gateway: int,
        network: str,
        mac: str | None,
        mtu: int | None,
        peer: End | None,
    ) -> None:
        self.key = key
        self.host = key[0]
        self.place = place
        eth0 = Link(
            name="eth0",
            kind="veth",
            mac=mac,
            mtu=mtu,
            carrier=True if peer is not None else None,
            addresses=((address, length),),
            peer=peer,
        )
        self.links: Mapping[str, Link] = {"lo": _LOOPBACK, "eth0": eth0}
        base = dotted(address & 0xFFFFFFFF << 32 - length)

        def route(destination: str, gateway: str = "") -> Route:
            own = {} if gateway else {"protocol": "kernel", "scope": "link", "source": dotted(address)}
            return Route(
                table="main",
                type="unicast",
                destination=destination,
                family="inet",
                gateway=gateway,
                device="eth0",
                **own,  # type: ignore[arg-type]
            )

        main = [route("default", dotted(gateway)), route(f"{base}/{length}")]
        if network:
            main.insert(1, route(network, dotted(gateway)))
        self._routes = (*local_routes(self.links.values()), *((each, lines.route(each)) for each in main))

    def routes(self) -> Sequence[tuple[Route, str]]:
        return self._routes

    def policy(self) -> Sequence[tuple[PolicyRule, str]]:
        return default_policy()

    def neighbour(self, device: str, address: int) -> tuple[Neighbour, str] | None:  # noqa: ARG002 - none is known
        return None

    def forwarding(self, device: str, mac: str) -> Sequence[tuple[Forwarding, str]]:  # noqa: ARG002 - as above
        return ()

    def knows(self, fact: str) -> bool:
        return fact.partition(" ")[0] in ("ip_addr", "ip_route", "ip_rule")

    def sysctl(self, key: str) -> str | None:  # noqa: ARG002 - as above
        return None

    def rules(self) -> "Sequence[Rules]":
        return ()

    def tables(self) -> Sequence[tuple[str, str]]:
        return ()

    def in_set(self, name: str, directions: tuple[str, ...], seen: "Sight") -> "bool | Unknown":
        from leadline.network.trace.ipset import IpSets  # it comes with all of its types

        return IpSets({}).contains(name, directions, seen)

    def balanced(self) -> "Sequence[tuple[Service | Server, str]]":
        return ()

    def listeners(self) -> Sequence[tuple[Listener, str]] | None:
        return None


def inferred(pod: Pod, key: tuple[str, str], links: Mapping[str, Link], flannel: str) -> InferredNetns | None:
    """A pod's namespace as flannel's plugin makes it; None where its host has no bridge for it. `links`: the host's;
    `flannel`: FLANNEL_NETWORK."""
    veth = links.get(pod.veth or "")
    own = links.get(veth.master) if veth is not None else None
    bridges = [own] if own is not None else [each for each in links.values() if each.kind == "bridge"]
    network = next(map(written, read([flannel])), "")
    for address in map(number, pod.addresses):
        for bridge in bridges:
            for gateway, length in bridge.addresses:
                if not (gateway ^ address) >> 32 - length:
                    return InferredNetns(
                        key,
                        pod.full_name,
                        address=address,
                        length=length,
                        gateway=gateway,
                        network=network,
                        mac=pod.mac,
                        mtu=(veth or bridge).mtu,
                        peer=End((pod.host, ""), veth.name) if veth is not None else None,
                    )
    return None
