"""Network namespaces as their recordings show them, each decision to be cited by what the host printed."""

from pathlib import Path

import pytest
from cluster import HOSTS, PODS, REAL, Copied, copier

from leadline.network.netns import End
from leadline.network.packet import dotted, number
from leadline.network.topology import read


@pytest.fixture
def copied(tmp_path: Path) -> Copied:
    return copier(tmp_path)


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
