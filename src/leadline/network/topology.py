"""The network that recorded hosts make together: namespaces, wires, pods, Services, and whose an address is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Literal

from leadline.base.text import Text
from leadline.network import consistency, networks, reconstructed
from leadline.network.announcers import Announcers
from leadline.network.balancing.balanced import Balanced
from leadline.network.balancing.balancers import Balancers
from leadline.network.balancing.explained import Known
from leadline.network.inside import Namespace, inferred, namespaces
from leadline.network.netns import End, Link, Netns
from leadline.network.nodes import Node, gathered
from leadline.network.objects import Object, saved
from leadline.network.packet import contains, dotted, number
from leadline.network.pods import Pod, joined, of_api
from leadline.network.recorded import RecordedNetns
from leadline.network.sandboxes import on_host
from leadline.network.service import Service, services
from leadline.network.uplinks import Addresses, reached_by, uplinks
from leadline.network.uplinks import joined as joined_by
from leadline.snapshot.packed import Place
from leadline.snapshot.snapshot import Snapshot
from leadline.snapshot.store import load

Key = tuple[str, str]
_LOOPBACK = 127
SOURCES = frozenset((
    "bridge_fdb", "bridge_link", "certificates", "cni_attachments", "cni_config", "cni_leases", "crictl_pods",
    "flannel_subnet", "hostname", "ip_addr", "ip_neigh", "ip_route", "ip_rule", "ipset", "iptables", "ipvs",
    "kubeadm_manifests", "netns", "nft", "oci", "pod_networks", "ss", "sysctl",
))  # fmt: skip
"""What of a host tells its network; nothing else is asked for where hosts are looked at live."""


def read(folder: Place) -> "Topology":
    """The network of a folder (or archive) of recorded hosts and the API objects beside them.

    Raises UsageError where there is no host in it.
    """
    beside = saved(folder)
    return Topology(load(folder), beside.objects, beside.notes)


class Topology:
    """The network of some hosts and, where they were saved, API objects. Each thing is found out when it is asked for.

    `snapshots`: host → its recording. `objects`: API objects by kind.
    """

    def __init__(
        self, snapshots: Mapping[str, Snapshot], objects: Iterable[Object] = (), notes: Iterable[Text] = ()
    ) -> None:
        self.snapshots = snapshots
        self.objects: dict[str, list[Object]] = {}
        for each in objects:
            self.objects.setdefault(each["kind"], []).append(each)
        self._notes = tuple(notes)
        self._segments: dict[End, tuple[End, ...]] = {}
        self.hosts: Mapping[str, RecordedNetns] = {
            host: RecordedNetns(snapshot, host=host, peers=partial(self._peers, host))
            for host, snapshot in snapshots.items()
        }

    @cached_property
    def notes(self) -> tuple[Text, ...]:
        """What is doubtful about the recordings, though a trace is possible."""
        doubts = (consistency.apart, consistency.unseen, consistency.shared)
        return (*self._notes, *(note for each in doubts for note in each(self.snapshots)))

    @cached_property
    def mixed(self) -> tuple[Text, ...]:
        """Why the hosts cannot be of one network, so that no trace between them says anything; () where they can."""
        held = {
            key[0]: {
                address: self.hosts[key[0]].unpaired[device].mac or ""
                for device, have in each.items()
                for address, _ in have
            }
            for key, each in self._uplinks.items()
        }
        return tuple(consistency.mixed(self.snapshots, held))

    @cached_property
    def _insides(self) -> dict[str, dict[str, Namespace]]:
        return {host: namespaces(snapshot) for host, snapshot in self.snapshots.items()}

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes that were recorded or that the API tells of, by name."""
        own = {
            key[0]: reached_by(self.hosts[key[0]].unpaired, each, self._uplinks.values())
            for key, each in self._uplinks.items()
        }
        return gathered(own, self.snapshots, self.objects.get("Node", ()))

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """Every pod that anything tells of, by namespace and name; those known by an address only come first."""
        shown = [
            pod for host, each in self.snapshots.items() for pod in on_host(each, self._insides[host], host)
        ]
        hosts = {node.name: node.host for node in self.nodes}
        return joined(shown, of_api(self.objects.get("Pod", ())), hosts)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """From API objects, else as far as kube-proxy's rules name them."""
        objects = [each for kind in ("Service", "EndpointSlice") for each in self.objects.get(kind, ())]
        if objects:
            return services(objects)
        node_of = {address: pod.node or pod.host for pod in self.pods for address in pod.addresses}
        return reconstructed.services(self.snapshots.values(), node_of)

    @cached_property
    def netns(self) -> Mapping[Key, Netns]:
        """Every network namespace by host and name: the hosts' own, recorded ones, and those of pods whose inside
        follows from how their CNI plugin makes it. Such a namespace without a name is called by the pod's."""
        found: dict[Key, Netns] = {each.key: each for each in self.hosts.values()}
        places = {(pod.host, pod.netns): pod.full_name for pod in self.pods if pod.netns}
        for host, inside in self._insides.items():
            for name, each in inside.items():
                found[host, name] = RecordedNetns(
                    each.snapshot,
                    name,
                    places.get((host, name), name),
                    host=host,
                    empty=each.empty,
                    peers=partial(self._peers_inside, host, name),
                )
        for pod in self.pods:
            key = self.key(pod)
            if key is not None and key not in found:
                flannel = self.snapshots[pod.host].entries("flannel_subnet").get("FLANNEL_NETWORK", "")
                made = inferred(pod, key, self.hosts[pod.host].unpaired, flannel)
                found |= {key: made} if made is not None else {}
        return found

    def key(self, pod: Pod) -> Key | None:
        """The key of the network namespace that a pod is in; None where its host was not recorded."""
        if not pod.host:
            return None
        return (pod.host, "" if pod.host_network else pod.netns or pod.full_name)

    def _peers(self, host: str) -> Mapping[str, End]:
        """A host's veth → the device in the pod."""
        return self._pairs.get(host, {})

    @cached_property
    def _pairs(self) -> dict[str, dict[str, End]]:
        pairs: dict[str, dict[str, End]] = {}
        for pod in self.pods:
            key = self.key(pod)
            if key is not None and pod.veth and not pod.host_network:
                pairs.setdefault(pod.host, {})[pod.veth] = End(key, self._device(pod.host, pod))
        return pairs

    def _device(self, host: str, pod: Pod) -> str:
        """What the pod's end of its veth pair is called inside."""
        inside = self._insides[host].get(pod.netns or "")
        veth = self.hosts[host].unpaired.get(pod.veth or "")
        index = veth.index if veth is not None else None
        for name, each in inside.snapshot.entries("ip_addr").items() if inside is not None else ():
            if each.link == f"if{index}":
                return str(name)
        return "eth0"

    def _peers_inside(self, host: str, netns: str) -> Mapping[str, End]:
        return {
            end.device: End((host, ""), veth)
            for veth, end in self._peers(host).items()
            if end.netns == (host, netns)
        }

    @cached_property
    def _owners(self) -> dict[int, list[End]]:
        owners: dict[int, list[End]] = {}
        for end, link in self._ends():
            for address, _ in link.addresses:
                # other addresses of `lo` are for all: those that load balancers and routing daemons announce
                if address >> 24 != _LOOPBACK:
                    owners.setdefault(address, []).append(end)
        return owners

    def _ends(self) -> Iterator[tuple[End, Link]]:
        for netns in self.netns.values():
            for link in netns.links.values():
                yield End(netns.key, link.name), link

    def owner(self, address: int) -> tuple[End, ...]:
        """The interfaces that have an address; several where it is given twice."""
        return tuple(self._owners.get(address, ()))

    @cached_property
    def _macs(self) -> dict[str, list[End]]:
        found: dict[str, list[End]] = {}
        for end, link in self._ends():
            if link.mac and link.kind != "loopback":
                found.setdefault(link.mac, []).append(end)
        return found

    def having(self, mac: str) -> tuple[End, ...]:
        """The interfaces that have a MAC address; a bridge and one of its ports share theirs."""
        return tuple(self._macs.get(mac.lower(), ()))

    def link(self, end: End) -> Link | None:
        """The interface at an End; None where it is not recorded."""
        netns = self.netns.get(end.netns)
        return netns.links.get(end.device) if netns is not None else None

    def peer(self, end: End) -> End | None:
        """The other end of a veth pair; None where it is not known."""
        link = self.link(end)
        return link.peer if link is not None else None

    def segment(self, end: End) -> tuple[End, ...]:
        """The other Ends on the same wire, those that are down, too.

        Of a veth: its peer. Of a bridge: what is behind its ports. Of an uplink: those of other hosts that have an
        address of one of its networks, themselves or by the bridge they are a port of; tunnels are none.
        """
        if end not in self._segments:
            self._segments[end] = tuple(self._on_segment(end))
        return self._segments[end]

    def _on_segment(self, end: End) -> Iterator[End]:
        link, netns = self.link(end), self.netns.get(end.netns)
        if link is None or netns is None:
            return
        if link.peer is not None:
            yield link.peer
            return
        yield from (each.peer for each in netns.links.values() if each.master == link.name and each.peer)
        own = self._uplinks.get(end.netns, {}).get(end.device, ())
        for key, wires in self._uplinks.items() if own else ():
            if key != end.netns:
                yield from (End(key, device) for device, theirs in wires.items() if joined_by(own, theirs))

    @cached_property
    def _uplinks(self) -> dict[Key, dict[str, Addresses]]:
        return {each.key: uplinks(each.unpaired) for each in self.hosts.values()}

    @cached_property
    def pod_networks(self) -> tuple[networks.Network, ...]:
        """The cluster's pod networks."""
        return networks.pod_networks(self.snapshots.values(), self.objects)

    @cached_property
    def service_networks(self) -> tuple[networks.Network, ...]:
        """The networks of cluster IPs; where nobody tells, as far as the known ones reach."""
        return networks.service_networks(self.snapshots.values(), self.objects, self.services)

    @cached_property
    def _portals(self) -> frozenset[int]:
        """Addresses of Services outside their network."""
        return frozenset(
            number(each) for one in self.services for each in (*one.external_ips, *one.load_balancers)
        )

    def belongs(self, address: int) -> Literal["pod", "service", "node", ""]:
        """Whose address it is in the cluster, whether or not anybody has it: "" for one outside."""
        if contains(self.pod_networks, address):
            return "pod"
        if contains(self.service_networks, address) or address in self._portals:
            return "service"
        return "node" if address in self._node_addresses else ""

    @cached_property
    def _node_addresses(self) -> frozenset[int]:
        return frozenset(number(each) for node in self.nodes for each in node.addresses)

    def pod_at(self, address: int) -> Pod | None:
        """The pod that has an address of its own."""
        return self._pod_at.get(dotted(address))

    @cached_property
    def _pod_at(self) -> Mapping[str, Pod]:
        return {each: pod for pod in self.pods if not pod.host_network for each in pod.addresses}

    def services_at(self, address: int) -> Sequence[Service]:
        """The Services that an address is for: as cluster IP, external IP or load balancer's."""
        where = dotted(address)
        return [
            each
            for each in self.services
            if where == each.cluster_ip or where in each.external_ips or where in each.load_balancers
        ]

    @cached_property
    def _balancing(self) -> Balancers:
        return Balancers(
            Known(
                objects=self.objects,
                nodes=self.nodes,
                services=self.services,
                hosts=self.hosts,
                having=self.having,
            )
        )

    def balanced(self, address: int) -> Balanced | None:
        """A load balancer's address explained; None where it is none, nor an external IP."""
        return self._balancing.balanced(address) if address in self._portals else None

    def announcers(self, address: int) -> Announcers | None:
        """By which interfaces packets for such an address come in; None where it is none."""
        return self._balancing.announcers(address) if address in self._portals else None
