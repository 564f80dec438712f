"""The network that the real cluster's recordings make."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cluster import API, HOSTS, PODS, SILENT, Copied, copier, known, of_pods

from leadline.network.netns import End
from leadline.network.packet import dotted, number
from leadline.network.topology import read


@pytest.fixture
def copied(tmp_path: Path) -> Copied:
    return copier(tmp_path)


@pytest.mark.parametrize("api", [True, False])
def test_pods_of_the_real_cluster(copied: Copied, api: bool) -> None:
    topology = read(copied(api=api))
    assert of_pods(topology) == known(0, 1, 2, 3, 4)
    ours = [pod for pod in topology.pods if pod.host_network]
    assert {pod.name for pod in ours if pod.host == "k8s-w1"} == {"kube-flannel-ds-npwqf", "kube-proxy-562m8"}
    assert all(topology.key(pod) == (pod.host, "") for pod in ours)
    assert {pod.node for pod in topology.pods} == (set(HOSTS) if api else {""})
    assert topology.mixed == topology.notes == ()


def test_pods_without_specifications(copied: Copied) -> None:
    topology = read(copied("crictl_pods", "files", "ip_addr", "ip_neigh", "bridge_fdb"))
    found = of_pods(topology)
    for name, told in PODS.items():
        assert found[name][:2] == told[:2]
        # by its neighbour entry and the bridge's port; the namespace by the name that `ip addr` has for it
        assert found[name][2:] == ((None, None, None) if name in SILENT else told[2:])


def test_pods_by_their_leases_only(copied: Copied) -> None:
    topology = read(copied("files", "ip_addr", "ip_neigh", "bridge_fdb"))
    found = of_pods(topology)
    assert found.keys() == {told[1] for told in PODS.values()}
    assert topology.pod_at(number("10.244.1.5")) == topology.pods[list(found).index("10.244.1.5")]
    assert found["10.244.1.5"][3] == "veth6021b42a"


def test_pods_of_the_api_only(copied: Copied) -> None:
    topology = read(copied("ip_addr", api=True))
    assert {name: told[:2] for name, told in of_pods(topology).items()} == {
        name: told[:2] for name, told in PODS.items()
    }


def test_pods_whose_node_was_not_recorded(copied: Copied) -> None:
    folder = copied(api=True)
    shutil.rmtree(folder / "k8s-w1")
    topology = read(folder)
    pod = next(each for each in topology.pods if each.name == "pod-1")
    assert (pod.host, pod.node, pod.addresses) == ("", "k8s-w1", ("10.244.1.5",))
    assert topology.key(pod) is None
    assert [(node.name, node.host) for node in topology.nodes] == [("k8s-ctr", "k8s-ctr"), ("k8s-w1", "")]
    assert topology.belongs(number("192.168.10.101")) == "node"


def test_services_are_the_same_by_api_objects_and_by_rules(copied: Copied) -> None:
    told = read(copied(api=True)).services
    assert [each.name for each in told] == ["deploy-websrv", "kubernetes", "web-empty", "web-lb", "web-local", "web-sticky"]  # fmt: skip

    def shape(of: Any, balancers: bool) -> dict[str, Any]:
        return {
            f"{each.namespace}/{each.name}": (
                each.cluster_ip,
                [(p.name, p.protocol, p.port, p.node_port, sorted(e.target for e in p.endpoints)) for p in each.ports],
                each.external_policy,
                each.affinity,
                (each.external_ips, each.load_balancers) if balancers else sorted(each.external_ips + each.load_balancers),
            )
            for each in of
        }  # fmt: skip

    assert shape(read(copied()).services, True) == shape(told, True)
    # in nftables mode rules do not tell an external IP from a load balancer's
    assert shape(read(copied(when="after-nftables")).services, False) == shape(told, False)
    assert read(copied("ip_addr")).services == ()


def test_services_of_kubectls_own_list(copied: Copied) -> None:
    told = read(copied(api=True)).services
    folder = copied()
    objects = [
        {"apiVersion": "v1", "kind": kind, **each}
        for file, kind in (("services", "Service"), ("endpointslices", "EndpointSlice"))
        for each in json.loads((API / f"{file}.json").read_text())["items"]
    ]
    (folder / "k8s-ctr" / "api").mkdir()
    listed = {"apiVersion": "v1", "kind": "List", "items": objects}
    (folder / "k8s-ctr" / "api" / "all.json").write_text(json.dumps(listed))
    (folder / "k8s-ctr" / "api" / "pods.json").write_text("error: the server doesn't have a resource")
    topology = read(folder)
    assert topology.services == told
    assert ["no API objects" in note.en for note in topology.notes] == [True]


def test_wires(copied: Copied) -> None:
    topology = read(copied())
    uplink, other = End(("k8s-w1", ""), "eth0"), End(("k8s-ctr", ""), "eth0")
    assert topology.segment(uplink) == (other,)
    assert topology.owner(number("192.168.10.100")) == topology.having("CA:94:F9:1F:0A:B3") == (other,)
    veth, eth0 = End(("k8s-w1", ""), "veth6021b42a"), End(("k8s-w1", PODS["default/pod-1"][2]), "eth0")
    assert topology.peer(veth) == eth0
    assert topology.peer(eth0) == veth
    assert topology.peer(uplink) is None
    assert topology.segment(veth) == (eth0,)
    assert len(topology.segment(End(("k8s-w1", ""), "cni0"))) == 6
    assert topology.segment(End(("k8s-w1", ""), "flannel.1")) == ()
    # a bridge and one of its ports have one MAC address
    assert {end.device for end in topology.having("46:f0:50:d5:85:3f")} == {"cni0", "veth6021b42a"}


def test_an_uplink_in_a_bridge_is_on_the_wire(copied: Copied) -> None:
    folder = copied("ip_addr")
    file = folder / "k8s-w1" / "ip_addr.json"
    links = json.loads(file.read_text())
    eth0 = next(each for each in links if each["ifname"] == "eth0")
    links.append({**eth0, "ifname": "br0", "ifindex": 99, "linkinfo": {"info_kind": "bridge"}})
    eth0.update(master="br0", addr_info=[], linkinfo={})
    file.write_text(json.dumps(links))
    topology = read(folder)
    assert topology.segment(End(("k8s-ctr", ""), "eth0")) == (End(("k8s-w1", ""), "eth0"),)
    assert {node.name: node.addresses for node in topology.nodes}["k8s-w1"] == ("192.168.10.101",)


@pytest.mark.parametrize("api", [True, False])
def test_whose_an_address_is(copied: Copied, api: bool) -> None:
    topology = read(copied(api=api))
    whose = {
        "10.244.1.5": "pod",
        "10.244.7.7": "pod",
        "10.96.0.1": "service",
        "10.96.99.99": "service",
        "192.168.10.241": "service",
        "192.168.10.100": "node",
        "192.168.10.1": "",
        "8.8.8.8": "",
    }
    assert {address: topology.belongs(number(address)) for address in whose} == whose


def test_networks_without_any_configuration(copied: Copied) -> None:
    """Only what routes and rules show: the pod network by its parts, that of Services as far as the known ones reach."""
    topology = read(copied("ip_addr", "ip_route", "iptables-save"))
    assert {dotted(base) for base, _ in topology.pod_networks} == {"10.244.0.0", "10.244.1.0"}
    assert [(dotted(base), hex(mask)) for base, mask in topology.service_networks] == [
        ("10.96.0.0", "0xffff0000")
    ]
    folder = copied("ip_addr", "iptables-save")
    for file in folder.glob("*/iptables-save.txt"):
        file.write_text(
            "".join(line for line in file.read_text().splitlines(True) if "default/kubernetes" not in line)
        )
    assert all(mask == 0xFFFFFFFF for _, mask in read(folder).service_networks)


def manifest(folder: Path, host: str, time: float) -> None:
    written = {"schema": "leadline/snapshot/v1", "host": host, "time": time, "tool": "leadline"}
    (folder / host / "manifest.json").write_text(json.dumps(written))


def test_recordings_of_different_times_are_named(copied: Copied) -> None:
    folder = copied()
    manifest(folder, "k8s-ctr", 1_800_000_000)
    manifest(folder, "k8s-w1", 1_800_000_000 + 14 * 60)
    assert read(folder).notes == ()
    manifest(folder, "k8s-w1", 1_800_000_000 + 47 * 60)
    (note,) = read(folder).notes
    assert all(word in note.en for word in ("k8s-ctr", "k8s-w1", "47 minutes"))
    assert "47분" in note.ko


def replaced(folder: Path, host: str, old: str, new: str) -> None:
    for file in (folder / host).rglob("*"):
        if file.is_file():
            file.chmod(0o600)
            file.write_text(file.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("10.244.0.0/16", "10.32.0.0/16", ("pod network", "10.32.0.0/16")),
        ("192.168.10.101", "192.168.10.100", ("192.168.10.100", "ca:17:b4:7d:62:92")),
    ],
)
def test_hosts_of_different_clusters_are_no_network(
    copied: Copied, old: str, new: str, words: tuple[str, ...]
) -> None:
    folder = copied()
    assert read(folder).mixed == ()
    replaced(folder, "k8s-w1", old, new)
    reasons = read(folder).mixed
    assert reasons
    assert all(
        word in reasons[0].en and word.replace("pod network", "파드 네트워크") in reasons[0].ko
        for word in words
    )


def test_two_nodes_of_one_subnet_may_be_of_one_cluster(copied: Copied) -> None:
    folder = copied()
    replaced(folder, "k8s-w1", "FLANNEL_SUBNET=10.244.1.1/24", "FLANNEL_SUBNET=10.244.0.1/24")
    topology = read(folder)
    assert topology.mixed == ()
    (note,) = topology.notes
    assert "10.244.0.1/24" in note.en


def test_machines_behind_nat_have_one_address_and_are_two(copied: Copied) -> None:
    """VirtualBox gives every machine 10.0.2.15 on its first interface, and Vagrant's boxes one MAC address."""
    folder = copied("ip_addr", "files", "crictl_pods")
    for host in HOSTS:
        file = folder / host / "ip_addr.json"
        links = json.loads(file.read_text())
        nat = {"family": "inet", "local": "10.0.2.15", "prefixlen": 24}
        links.insert(
            1,
            {
                **links[1],
                "ifname": "enp0s3",
                "ifindex": 90,
                "address": "08:00:27:01:02:03",
                "addr_info": [nat],
            },
        )
        file.write_text(json.dumps(links))
    topology = read(folder)
    assert topology.mixed == ()
    assert [node.addresses for node in topology.nodes] == [
        ("192.168.10.100", "10.0.2.15"),
        ("192.168.10.101", "10.0.2.15"),
    ]
    assert topology.segment(End(("k8s-w1", ""), "enp0s3")) == ()
    assert topology.segment(End(("k8s-w1", ""), "eth0")) == (End(("k8s-ctr", ""), "eth0"),)


def test_one_host_recorded_twice(copied: Copied) -> None:
    folder = copied()
    shutil.copytree(folder / "k8s-w1", folder / "later")
    (reason,) = read(folder).mixed
    assert reason.en == "k8s-w1 and later are recordings of one host; keep one of them"


def test_rules_of_nft_that_were_not_recorded(copied: Copied) -> None:
    folder = copied()
    for file in (folder / "k8s-w1").glob("nft_ruleset.*"):
        file.unlink()
    topology = read(folder)
    (note,) = topology.notes
    assert "k8s-w1" in note.en and "k8s-ctr" not in note.en
    assert len(topology.hosts["k8s-w1"].rules() or ()) == 1


def test_an_archive_is_a_folder(copied: Copied, tmp_path: Path) -> None:
    folder = copied(api=True)
    packed = read(Path(shutil.make_archive(str(tmp_path / "recorded"), "gztar", folder)))
    assert of_pods(packed).keys() == PODS.keys()
    assert packed.services == read(folder).services


def test_an_authority_of_another_cluster(copied: Copied) -> None:
    folder = copied()
    own = folder / "k8s-w1" / "files/etc/kubernetes/pki/ca.crt"
    own.chmod(0o600)
    own.write_text((folder / "k8s-ctr/files/etc/kubernetes/pki/etcd/ca.crt").read_text())
    (reason,) = read(folder).mixed
    assert "authorities" in reason.en


def test_objects_that_are_not_as_the_api_writes_them(copied: Copied) -> None:
    """One strange object is left out and named, the others are read."""
    folder = copied(api=True)
    told = read(folder).services
    for file, change in (("services", {"spec": "none"}), ("pods", {"status": {"podIP": "10.244.0.999"}})):
        path = folder / "api" / f"{file}.json"
        path.chmod(0o600)
        tree = json.loads(path.read_text())
        tree["items"][0] |= change
        path.write_text(json.dumps(tree))
    topology = read(folder)
    assert topology.services == told[1:]
    assert of_pods(topology).keys() == PODS.keys()
    assert sorted(note.en.partition(": ")[2][:19] for note in topology.notes) == ["object 1 is not as "] * 2
