"""The network that a lab's recording makes, against the plan that the lab was made of."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from cluster import HOSTS, of_pods

from leadline.hosts.inside import InsideHost
from leadline.lab.lab import place
from leadline.lab.lab import topology as planned
from leadline.lab.plan import Plan
from leadline.network.netns import End
from leadline.network.topology import read
from leadline.snapshot.record import Target, record

sys.path.append(str(Path(__file__).parents[1] / "lab"))
from labs import inside, standing


@pytest.fixture(scope="module", params=["iptables", "nftables"])
def lab(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Plan, Path, Mapping[str, str]]]:
    """A lab's plan, its recording, and the MAC addresses that its pods themselves tell."""
    into = tmp_path_factory.mktemp("lab") / "recorded"
    with standing(nodes=2, pods=2, proxy=request.param) as up:
        plan = planned(up)
        targets = [Target(InsideHost(each.name, place(up, each.name)), each.name) for each in plan.nodes]
        done = record(targets, into, timeout=30, jobs=2, done=lambda result: None)
        assert not [each.error for each in done if each.error]
        told = {
            pod.full_name: inside(up, pod.name, "ip -o link show eth0").partition("link/ether ")[2].split()[0]
            for pod in plan.pods
        }
    yield plan, into, told


def test_pods_of_a_lab(lab: tuple[Plan, Path, Mapping[str, str]]) -> None:
    plan, folder, macs = lab
    topology = read(folder)
    assert of_pods(topology) == {
        pod.full_name: (pod.node, str(pod.address), pod.netns, pod.veth, macs[pod.full_name])
        for pod in plan.pods
    }
    for pod in plan.pods:
        netns = topology.netns[pod.node, pod.netns]
        host = End((pod.node, ""), pod.veth)
        own = End(netns.key, "eth0")
        assert (netns.place, netns.inferred) == (pod.full_name, False)
        assert (topology.peer(host), topology.peer(own)) == (own, host)
        assert [route.gateway for route, _ in netns.routes() or () if route.destination == "default"] == [
            str(plan.nodes[pod.node != "k8s-ctr"].bridge_address)
        ]
        assert len(netns.policy() or ()) == 3
        assert netns.rules() == ()
        assert {each.port for each, _ in netns.listeners() or ()} >= {8080}
        assert netns.sysctl("net.ipv4.conf.eth0.rp_filter") is not None
    assert topology.mixed == topology.notes == ()


@pytest.mark.parametrize("left", ["pod_networks", "cni_attachments"])
def test_pods_of_a_lab_by_one_text_each(
    lab: tuple[Plan, Path, Mapping[str, str]], tmp_path: Path, left: str
) -> None:
    """`pod_networks` knows no names."""
    plan, folder, macs = lab
    into = tmp_path / "part"
    for host in HOSTS:
        (into / host).mkdir(parents=True)
        for each in (left, "ip_addr"):
            for file in (folder / host).glob(f"{each}.*"):
                shutil.copy(file, into / host)
    expected = {
        (str(pod.address) if left == "pod_networks" else pod.full_name): (
            pod.node,
            str(pod.address),
            pod.netns,
            pod.veth,
            macs[pod.full_name],
        )
        for pod in plan.pods
    }
    assert of_pods(read(into)) == expected


def test_services_of_a_lab(lab: tuple[Plan, Path, Mapping[str, str]]) -> None:
    plan, folder, _ = lab
    found = {each.name: each for each in read(folder).services}
    assert found.keys() == {each.name for each in plan.services}
    for each in plan.services:
        own = found[each.name]
        assert own.cluster_ip == each.cluster_ip
        assert (own.affinity, own.external_policy) == (each.affinity, each.external_policy)
        assert [(p.protocol, p.port, p.node_port, {e.target for e in p.endpoints}) for p in own.ports] == [
            (p.protocol, p.port, p.node_port, {e.target for e in p.endpoints}) for p in each.ports
        ]
        assert {*own.external_ips, *own.load_balancers} == {*each.external_ips, *each.load_balancers}
