"""The network that recordings make: of the real cluster, and of a lab whose plan tells what there is."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from leadline.hosts.inside import InsideHost
from leadline.lab.lab import place
from leadline.lab.lab import topology as planned
from leadline.lab.plan import Plan
from leadline.network.netns import End
from leadline.network.packet import dotted, number
from leadline.network.topology import Topology, read
from leadline.snapshot.record import Target, record

sys.path.append(str(Path(__file__).parents[1] / "lab"))
from labs import inside, standing

DATA = Path(__file__).parents[1] / "data"
REAL = DATA / "recordings"
API = DATA / "network" / "topology" / "api"
HOSTS = ("k8s-ctr", "k8s-w1")

# as `crictl inspectp` told of each sandbox: address, network namespace, its end on the node, its MAC address
PODS = {
    "default/pod-2": ("k8s-ctr", "10.244.0.2", "cni-39f97fa4-1e46-adf4-215c-fbb87ea2f913", "veth0d6bd62c", "b2:32:7a:22:cf:f3"),
    "default/deploy-websrv-67b6ffc4b8-vlhd9": ("k8s-ctr", "10.244.0.3", "cni-06039802-7234-9544-84e0-64ae53629852", "veth04d78676", "1e:6e:80:bc:68:b1"),
    "default/deploy-websrv-67b6ffc4b8-h9gcq": ("k8s-ctr", "10.244.0.4", "cni-7a9b623e-d778-ec00-fb07-06599413e7ca", "veth8d6e1b08", "4a:51:f9:f9:07:ca"),
    "default/myweb2": ("k8s-w1", "10.244.1.2", "cni-7dc039c5-f109-9538-aa7c-c73efa88a49d", "veth4ed6a613", "76:6c:ac:95:2e:62"),
    "default/hostport": ("k8s-w1", "10.244.1.3", "cni-2692602d-1433-dd78-c7e7-e70a20becea5", "veth698eb730", "52:d4:b1:86:7a:ec"),
    "default/deploy-websrv-67b6ffc4b8-lx757": ("k8s-w1", "10.244.1.4", "cni-271616e8-0647-32cd-677c-2cd86529a28d", "veth401166b1", "76:d7:a2:03:a5:32"),
    "default/pod-1": ("k8s-w1", "10.244.1.5", "cni-008f36b0-300e-8678-d1c7-968f76067552", "veth6021b42a", "76:0d:cc:40:01:63"),
    "default/deploy-websrv-67b6ffc4b8-xqjng": ("k8s-w1", "10.244.1.6", "cni-07b12595-a80e-faf5-b520-3d1f2c3878f1", "veth3e71150a", "c6:79:a0:c9:b3:8c"),
    "default/deploy-websrv-67b6ffc4b8-qbxkp": ("k8s-w1", "10.244.1.7", "cni-841ba777-9a39-3088-5dcb-f354fb0db5b0", "veth9a9b96ac", "da:cb:6b:20:c1:61"),
}  # fmt: skip
# nobody had spoken to these, so the node's tables do not know them
SILENT = {"default/myweb2", "default/hostport", "default/deploy-websrv-67b6ffc4b8-qbxkp"}

Copied = Callable[..., Path]


@pytest.fixture
def copied(tmp_path: Path) -> Copied:
    """The real cluster's recording as a folder of hosts: `keep` the files (all), after which `when`, with `api` or not."""

    def make(*keep: str, when: str = "after", api: bool = False) -> Path:
        into = tmp_path / "cluster"
        shutil.rmtree(into, ignore_errors=True)
        for host in HOSTS:
            source = REAL / host / when
            shutil.copytree(source, into / host)
            for each in (into / host).iterdir() if keep else ():
                if each.name.partition(".")[0] not in keep and each.name not in keep:
                    shutil.rmtree(each) if each.is_dir() else each.unlink()
        if api:
            shutil.copytree(API, into / "api")
        return into

    return make


def of_pods(topology: Topology) -> dict[str, tuple[Any, ...]]:
    return {
        pod.full_name: (pod.host, *pod.addresses, pod.netns, pod.veth, pod.mac)
        for pod in topology.pods
        if not pod.host_network
    }


def known(*fields: int) -> dict[str, tuple[Any, ...]]:
    """What is to be found, of it only these fields, None for others."""
    return {
        name: tuple(
            each if place in fields and not (place == 4 and name in SILENT) else None
            for place, each in enumerate(told)
        )
        for name, told in PODS.items()
    }


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


def said(file: Path, *, blocks: bool = False) -> list[str]:
    return [" ".join(line.split()) for line in file.read_text().splitlines() if line.strip() or blocks]


@pytest.mark.parametrize("form", ["json", "txt"])
@pytest.mark.parametrize("host", HOSTS)
def test_what_is_cited_is_what_the_host_printed(copied: Copied, host: str, form: str) -> None:
    """iproute2 printed both forms; of JSON the lines are made."""
    folder = copied()
    other = {"json": "txt", "txt": "json"}[form]
    names = {"ip_route": "ip_route_all.txt", "ip_neigh": "ip_neigh.txt", "bridge_fdb": "bridge_fdb.txt"}
    for name, text in names.items():
        (folder / host / (f"{name}.{other}" if other == "json" else text)).unlink()
    netns = read(folder).hosts[host]
    routes = [line for line in said(REAL / host / "after" / "ip_route_all.txt") if ":" not in line and not line.startswith("multicast ff")]  # fmt: skip
    assert [cite for _, cite in netns.routes() or ()] == routes
    assert [" ".join(cite.split()) for _, cite in netns.policy() or ()] == said(
        REAL / host / "after" / "ip_rule.txt"
    )[:3]
    for line in said(REAL / host / "after" / "ip_neigh.txt"):
        address, _, device, *_ = line.split()
        found = netns.neighbour(device, number(address))
        assert found is not None
        assert found[1] == line
    for line in said(REAL / host / "after" / "bridge_fdb.txt"):
        mac, _, device, *rest = line.split()
        via = rest[rest.index("master") + 1] if "master" in rest else device
        assert line in [cite for _, cite in netns.forwarding(via, mac)]
    assert netns.neighbour("cni0", number("10.244.0.250")) is None


def test_sockets_settings_and_what_was_not_recorded(copied: Copied) -> None:
    topology = read(copied("ip_addr", "ss", "sysctl"))
    netns = topology.hosts["k8s-w1"]
    heard = {(each.protocol, each.port): cite for each, cite in netns.listeners() or ()}
    assert heard["tcp", 10250].startswith("LISTEN 0      4096               *:10250")
    assert netns.sysctl("net.ipv4.conf.flannel/1.forwarding") == "1"
    assert netns.sysctl("net.ipv4.no_such") is None
    assert (netns.routes(), netns.policy(), netns.rules()) == (None, None, None)
    assert netns.knows("ss tcp") and not netns.knows("ss udp")
    assert not netns.knows("ip_neigh")
    whole = read(copied()).hosts["k8s-w1"]
    assert whole.knows("ss udp") and whole.knows("ip_neigh") and whole.knows("bridge_fdb")


def test_links(copied: Copied) -> None:
    """`ip -d` tells what plain `ip addr` leaves open, but for what names and masters show."""
    detailed = read(copied()).hosts["k8s-w1"].links
    vxlan = detailed["flannel.1"]
    assert (vxlan.kind, vxlan.vni, vxlan.lower, vxlan.port, vxlan.learning) == (
        "vxlan",
        1,
        "eth0",
        8472,
        False,
    )
    assert dotted(vxlan.local or 0) == "192.168.10.101"
    assert vxlan.raw.startswith("3: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450")
    folder = copied()
    (folder / "k8s-w1" / "ip_addr.json").unlink()
    plain = read(folder).hosts["k8s-w1"].links
    assert {name: link.kind for name, link in plain.items()} == {
        name: link.kind for name, link in detailed.items()
    }
    assert (plain["flannel.1"].vni, plain["flannel.1"].learning) == (None, None)
    assert plain["veth6021b42a"].master == "cni0"


def test_ip_route_alone_still_has_the_table_that_follows_from_addresses(copied: Copied) -> None:
    folder = copied("ip_addr", "ip_route_all", "ip_rule")
    file = folder / "k8s-w1" / "ip_route_all.txt"
    whole = read(folder).hosts["k8s-w1"].routes() or ()
    file.write_text("".join(line for line in file.read_text().splitlines(True) if "table local" not in line and ":" not in line))  # fmt: skip
    netns = read(folder).hosts["k8s-w1"]
    assert {cite for _, cite in netns.routes() or ()} == {cite for _, cite in whole}
    assert netns.knows("ip_route main inet") and netns.knows("ip_route local inet")
    assert not netns.knows("ip_route 100 inet")


def test_what_is_inferred_of_a_pod(copied: Copied) -> None:
    topology = read(copied())
    pod = topology.netns["k8s-w1", PODS["default/pod-1"][2]]
    assert (pod.inferred, pod.place, pod.host) == (True, "default/pod-1", "k8s-w1")
    eth0 = pod.links["eth0"]
    assert (eth0.mac, eth0.mtu, eth0.peer) == ("76:0d:cc:40:01:63", 1450, End(("k8s-w1", ""), "veth6021b42a"))
    assert [cite for route, cite in pod.routes() or () if route.table == "main"] == [
        "default via 10.244.1.1 dev eth0",
        "10.244.0.0/16 via 10.244.1.1 dev eth0",
        "10.244.1.0/24 dev eth0 proto kernel scope link src 10.244.1.5",
    ]
    assert pod.rules() == ()
    assert pod.listeners() is None
    assert not pod.knows("sysctl")
    # without a bridge for it nobody knows what its plugin made
    before = len(topology.netns)
    folder = copied("crictl_pods", "files", "ip_addr", "oci")
    for file in (folder / "k8s-w1").glob("ip_addr.*"):
        file.write_text(file.read_text().replace("10.244.1.1", "10.245.1.1"))
    assert len(read(folder).netns) == before - 6


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
        ("FLANNEL_SUBNET=10.244.1.1/24", "FLANNEL_SUBNET=10.244.0.1/24", ("10.244.0.1/24",)),
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
