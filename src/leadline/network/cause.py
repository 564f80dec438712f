"""Why flows do not get through: what a module of `causes` declares, and what they share."""

from collections.abc import Callable, Iterator

import msgspec

from leadline.network.netns import Link, Netns
from leadline.network.packet import Packet, innermost, number
from leadline.network.result import Branch, Cause, Disposition, Flow, Way
from leadline.network.topology import Topology


class Case(msgspec.Struct, frozen=True):
    """A way that does not get through, in its network. `packet`: as it was where it ended (the inner one of a tunnel)."""

    topology: Topology
    flow: Flow
    branch: Branch
    way: Way

    @property
    def packet(self) -> Packet:
        return innermost(self.way.packet or self.flow.packet)

    @property
    def destination(self) -> int:
        """The address that the packet was for in the end."""
        address = self.way.about.get("address", "")
        return number(address) if address.count(".") == 3 else self.packet.destination

    def host(self, name: str = "") -> Netns | None:
        """A host's own namespace; without a name that of the host the way ends at."""
        return self.topology.netns.get((name or self.way.at, ""))

    def about(self, name: str) -> str:
        """A name or value that the end of the way is about, "" where it is not about one of this role."""
        return self.way.about.get(name, "")


class Finder(msgspec.Struct, frozen=True, kw_only=True):
    """Finds one kind of cause. `dispositions`: the ends it may explain; `find`: a pure function, None where this is not
    the cause. `otherwise`: asked only where no other finds anything."""

    dispositions: tuple[Disposition, ...]
    find: Callable[[Case], Cause | None]
    otherwise: bool = False


def tunnels(topology: Topology) -> Iterator[tuple[Netns, Link]]:
    """Every VXLAN device of a host, with the host's namespace."""
    for netns in topology.netns.values():
        if netns.key[1] == "":
            yield from ((netns, link) for link in netns.links.values() if link.kind == "vxlan")


def node_with(topology: Topology, address: int) -> Netns | None:
    """The host that has an address."""
    for end in topology.owner(address):
        if end.netns[1] == "":
            return topology.netns[end.netns]
    return None


def restart_flanneld(topology: Topology, host: str) -> str:
    """The command that restarts flanneld on a host."""
    pod = next((each for each in topology.pods if each.host == host and "flannel" in each.name), None)
    namespace = pod.namespace if pod is not None else "kube-flannel"
    return f"kubectl -n {namespace} delete pod -l app=flannel --field-selector spec.nodeName={host}"
