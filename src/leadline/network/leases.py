"""Addresses that host-local can still give to pods."""

from collections.abc import Collection, Iterator

from leadline.base.text import Text
from leadline.facts.sources.cni_leases import Lease
from leadline.network.networks import read
from leadline.network.own_routes import is_ipv4
from leadline.network.packet import number
from leadline.network.topology import Topology

_RESERVED = 3
"""Of a subnet: its own address, the bridge's, and the broadcast address."""


def exhausted(topology: Topology, hosts: Collection[str]) -> Iterator[Text]:
    """Of these hosts, those that have no address left for a new pod."""
    for host in hosts:
        if (snapshot := topology.snapshots.get(host)) is None:
            continue
        subnet = snapshot.entries("flannel_subnet").get("FLANNEL_SUBNET")
        if not isinstance(subnet, str) or not (told := read([subnet])):
            continue
        base, mask = told[0]
        leases = snapshot.entries("cni_leases")
        taken = {
            key.split(" ")[1]
            for key, each in leases.items()
            if isinstance(each, Lease)
            and is_ipv4(key.split(" ")[1])
            and number(key.split(" ")[1]) & mask == base
        }
        size = (~mask & 0xFFFFFFFF) + 1
        if len(taken) >= size - _RESERVED:
            pods = sum(not pod.host_network and pod.host == host for pod in topology.pods)
            yield _EXHAUSTED.fill(host=host, subnet=subnet, leases=len(taken), pods=pods)


_EXHAUSTED = Text(
    "host-local on {host} has no address left in {subnet}: {leases} leases in /var/lib/cni/networks for {pods} pods, so no new pod starts there",
    "{host}의 host-local에 {subnet} 대역의 남은 주소가 없습니다. 파드는 {pods}개인데 /var/lib/cni/networks의 임대가 {leases}개라서 새 파드가 시작되지 않습니다",
)
