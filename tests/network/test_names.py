"""FROM and TO as people write them, on the real cluster's recording."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from leadline.base.errors import UsageError
from leadline.network.names import SOURCE_PORT, WORLD, Asked, flow
from leadline.network.packet import dotted
from leadline.network.topology import Topology, read

DATA = Path(__file__).parents[1] / "data"
LONG = "deploy-websrv-67b6ffc4b8-lx757"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("cluster")
    for host in ("k8s-ctr", "k8s-w1"):
        shutil.copytree(DATA / "recordings" / host / "after", into / host)
    shutil.copytree(DATA / "network" / "topology" / "api", into / "api")
    return into


@pytest.fixture(scope="module")
def topology(folder: Path) -> Topology:
    return read(folder)


@pytest.fixture(scope="module")
def without_api(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Topology:
    into = tmp_path_factory.mktemp("hosts")
    for host in ("k8s-ctr", "k8s-w1"):
        shutil.copytree(folder / host, into / host)
    return read(into)


def told(asked: Asked) -> tuple[str, ...]:
    """Where it begins, and `protocol source > destination:port`."""
    packet = asked.flow.packet
    where = f"{packet.protocol} {dotted(packet.source)} > {dotted(packet.destination)}"
    return (
        asked.flow.place or asked.flow.host,
        where + (f":{packet.destination_port}" if packet.destination_port is not None else ""),
    )


CASES = [
    # pods by their names, whole or short
    ("default/pod-1", "pod-2", {}, "default/pod-1", "tcp 10.244.1.5 > 10.244.0.2:80"),
    ("pod/pod-2", f"pod/default/{LONG}:8080", {}, "default/pod-2", "tcp 10.244.0.2 > 10.244.1.4:8080"),
    ("pod-1", "pod-2", {"protocol": "icmp"}, "default/pod-1", "icmp 10.244.1.5 > 10.244.0.2"),
    ("pod-1", "pod-2", {"protocol": "udp", "port": 53}, "default/pod-1", "udp 10.244.1.5 > 10.244.0.2:53"),
    # and by their addresses
    ("10.244.1.5", "10.244.0.2", {"port": "443"}, "default/pod-1", "tcp 10.244.1.5 > 10.244.0.2:443"),
    # of a node the kernel chooses the address by its routes, unless one is named
    ("k8s-w1", "pod-2", {}, "k8s-w1", "tcp 10.244.1.0 > 10.244.0.2:80"),
    ("node/k8s-w1", "pod-1", {}, "k8s-w1", "tcp 10.244.1.1 > 10.244.1.5:80"),
    ("k8s-w1", "k8s-ctr:6443", {}, "k8s-w1", "tcp 192.168.10.101 > 192.168.10.100:6443"),
    ("192.168.10.101", "pod-2", {}, "k8s-w1", "tcp 192.168.10.101 > 10.244.0.2:80"),
    ("10.244.1.1", "pod-2", {}, "k8s-w1", "tcp 10.244.1.1 > 10.244.0.2:80"),
    # a pod in its node's network
    ("kube-proxy-562m8", "etcd-k8s-ctr:2379", {}, "k8s-w1", "tcp 192.168.10.101 > 192.168.10.100:2379"),
    # Services, their ports by number, by name, or the only one
    ("pod-1", "svc/deploy-websrv", {}, "default/pod-1", "tcp 10.244.1.5 > 10.96.182.106:80"),
    ("pod-1", "svc/default/deploy-websrv:svc-webport", {}, "default/pod-1", "tcp 10.244.1.5 > 10.96.182.106:80"),
    ("pod-1", "service/web-lb", {"port": 8080}, "default/pod-1", "tcp 10.244.1.5 > 10.96.154.79:8080"),
    ("pod-1", "kubernetes.default.svc.cluster.local", {}, "default/pod-1", "tcp 10.244.1.5 > 10.96.0.1:443"),
    ("pod-1", "10.96.0.1", {}, "default/pod-1", "tcp 10.244.1.5 > 10.96.0.1:443"),
    ("pod-1", "10.96.0.1:80", {}, "default/pod-1", "tcp 10.244.1.5 > 10.96.0.1:80"),
    ("pod-1", "svc/web-lb", {"protocol": "icmp"}, "default/pod-1", "icmp 10.244.1.5 > 10.96.154.79"),
    # a node's port: a Service's, or a pod's
    ("outside", "k8s-w1:31001", {}, "k8s-w1", f"tcp {WORLD} > 192.168.10.101:31001"),
    ("outside", "192.168.10.101:8088", {}, "k8s-w1", f"tcp {WORLD} > 192.168.10.101:8088"),
    # where others come in is not for names to say
    ("outside", "192.168.10.241", {}, "", f"tcp {WORLD} > 192.168.10.241:8080"),
    ("198.51.100.7", "192.168.10.240:8080", {}, "", "tcp 198.51.100.7 > 192.168.10.240:8080"),
    # the world, and addresses of the cluster that nobody has
    ("pod-1", "outside:443", {}, "default/pod-1", f"tcp 10.244.1.5 > {WORLD}:443"),
    ("pod-1", "8.8.8.8", {"port": 53, "protocol": "udp"}, "default/pod-1", "udp 10.244.1.5 > 8.8.8.8:53"),
    ("pod-1", "10.244.7.7:80", {}, "default/pod-1", "tcp 10.244.1.5 > 10.244.7.7:80"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "destination", "options", "begins", "packet"), CASES)
def test_names(
    topology: Topology,
    without_api: Topology,
    source: str,
    destination: str,
    options: dict[str, Any],
    begins: str,
    packet: str,
) -> None:
    found = flow(topology, source, destination, **options)
    assert told(found) == (begins, packet)
    assert (found.flow.source, found.flow.destination) == (source, destination)
    assert found.flow.outside == (source in ("outside", "198.51.100.7"))
    assert told(flow(without_api, source, destination, **options)) == (begins, packet)


def test_what_is_meant(topology: Topology) -> None:
    asked = flow(topology, "outside", "k8s-ctr:31002")
    assert asked.service is not None and asked.service.name == "web-local"
    assert asked.port is not None and asked.port.node_port == 31002
    asked = flow(topology, "pod-1", LONG)
    assert asked.service is None
    assert asked.to is not None and asked.to.name == LONG
    assert "80" in asked.notes[0].en and "80" in asked.notes[0].ko
    assert flow(topology, "pod-1", "pod-2:80").notes == ()
    kube_proxy = flow(topology, "kube-proxy-562m8", "pod-2").flow
    assert (kube_proxy.host, kube_proxy.place) == ("k8s-w1", "")


SIZES = [
    ({}, 60),
    ({"size": 1400}, 1452),
    ({"protocol": "udp"}, 28),
    ({"protocol": "udp", "size": 1400}, 1428),
    ({"protocol": "icmp"}, 84),
    ({"protocol": "icmp", "size": 2000}, 2028),
]


@pytest.mark.parametrize(("options", "size"), SIZES)
def test_the_first_packet(topology: Topology, options: dict[str, Any], size: int) -> None:
    packet = flow(topology, "pod-1", "pod-2", df=True, **options).flow.packet
    icmp = options.get("protocol") == "icmp"
    assert packet.size == size
    assert packet.df
    assert packet.source_port == (None if icmp else SOURCE_PORT)
    assert packet.icmp == ((8, 0) if icmp else None)
    assert packet.flags == (set() if "protocol" in options else {"syn"})


MISTAKES = [
    ("pod-1", "pod-3", {}, ("TO pod-3", "default/pod-2")),
    ("pod-9", "pod-2", {}, ("FROM pod-9", "default/pod-1")),
    ("xyz", "pod-2", {}, ("FROM xyz", "default/hostport", "…")),
    ("pod-1", "svc/web-stiky", {}, ("svc/default/web-sticky",)),
    ("pod-1", "svc/kube-system/web-lb", {}, ("svc/default/web-lb",)),
    ("pod-1", "svc/web-lb:80", {}, ("80", "8080/tcp")),
    ("pod-1", "svc/web-lb:http", {}, ("http", "8080/tcp")),
    ("pod-1", "svc/web-lb", {"protocol": "udp"}, ("UDP", "8080/tcp")),
    ("svc/web-lb", "pod-1", {}, ("svc/web-lb",)),
    ("10.96.0.1", "pod-1", {}, ("10.96.0.1",)),
    ("10.244.9.9", "pod-1", {}, ("10.244.9.9",)),
    ("pod-1", "fe80::1", {}, ("fe80::1", "IPv4")),
    ("pod-1", "pod-2:0", {}, ("pod-2:0",)),
    ("pod-1", "pod-2:99999", {}, ("99999", "65535")),
    ("pod-1", "pod-2:web", {}, ("web",)),
    ("pod-1", "pod-2", {"size": 70000, "protocol": "udp"}, ("70000", "65507")),
    ("pod-1", "pod-2", {"size": -1}, ("-1",)),
    ("pod-1", "10.244.0.999", {}, ("10.244.0.999",)),
    ("pod-1", "", {}, ("TO",)),
]


@pytest.mark.parametrize(("source", "destination", "options", "words"), MISTAKES)
def test_mistakes_are_one_sentence(
    topology: Topology, source: str, destination: str, options: dict[str, Any], words: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError) as raised:
        flow(topology, source, destination, **options)
    for said in (raised.value.text.en, raised.value.text.ko):
        assert all(word in said for word in words)
        assert "\n" not in said


def test_a_name_in_several_namespaces(folder: Path, tmp_path: Path) -> None:
    """That of `default` is meant; where none is there, nobody knows."""
    into = tmp_path / "cluster"
    shutil.copytree(folder, into)
    (into / "api" / "pods.json").chmod(0o600)
    text = (into / "api" / "pods.json").read_text()
    (into / "api" / "more.json").write_text(
        text.replace('"namespace": "default"', '"namespace": "blue"').replace('"10.244.', '"10.199.')
    )
    topology = read(into)
    assert told(flow(topology, "pod-2", "pod-1"))[1] == "tcp 10.244.0.2 > 10.244.1.5:80"
    assert told(flow(topology, "pod-2", "blue/pod-1"))[1] == "tcp 10.244.0.2 > 10.199.1.5:80"
    (into / "api" / "third.json").write_text(
        text.replace('"namespace": "default"', '"namespace": "red"').replace('"pod-1"', '"twin"')
    )
    (into / "api" / "fourth.json").write_text(
        text.replace('"namespace": "default"', '"namespace": "green"').replace('"pod-1"', '"twin"')
    )
    with pytest.raises(UsageError) as raised:
        flow(read(into), "pod-2", "twin")
    assert "pod/green/twin, pod/red/twin" in raised.value.text.en


def test_a_sender_whose_node_was_not_recorded(folder: Path, tmp_path: Path) -> None:
    into = tmp_path / "cluster"
    shutil.copytree(folder, into)
    shutil.rmtree(into / "k8s-w1")
    topology = read(into)
    assert told(flow(topology, "pod-2", "pod-1"))[1] == "tcp 10.244.0.2 > 10.244.1.5:80"
    for word in ("pod-1", "k8s-w1", "10.244.1.5"):
        with pytest.raises(UsageError) as raised:
            flow(topology, word, "pod-2")
        assert "node k8s-w1" in raised.value.text.en
