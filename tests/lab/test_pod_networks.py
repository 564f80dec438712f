"""A host's other network namespaces and its pods' names, recorded from labs and from namespaces made here."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from labs import inside, standing

from leadline.base.command import Command, Completed
from leadline.base.errors import HostError, LeadlineError
from leadline.base.text import same
from leadline.facts.catalogue import notes, sources
from leadline.facts.sources.cni_attachments import Attachment
from leadline.facts.sources.pod_networks import Inside, Network
from leadline.hosts.host import Host
from leadline.hosts.inside import InsideHost
from leadline.lab.lab import Lab, place, topology
from leadline.snapshot.collect import collect
from leadline.snapshot.snapshot import Snapshot

DATA = Path(__file__).parent.parent / "data" / "facts"
SHELLS = [words for words in (["dash"], ["bash", "--posix"], ["busybox", "sh"]) if shutil.which(words[0])]
AWKS = [words for words in (["mawk"], ["gawk", "--posix"], ["busybox", "awk"]) if shutil.which(words[0])]
NAMES = ("pod_networks.txt", "cni_attachments", "ip_addr.json", "netns")
COMMAND = notes()["pod_networks"].files["pod_networks.txt"]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with standing(nodes=2, pods=3) as made:
        yield made


@pytest.fixture(scope="module")
def snapshots(lab: Lab) -> list[Snapshot]:
    hosts = [InsideHost(node.name, place(lab, node.name)) for node in topology(lab).nodes]
    came = collect(hosts, NAMES, timeout=20, jobs=2, done=lambda host, each: None)
    return [each for each in came if isinstance(each, Snapshot)]


def networks(snapshot: Snapshot) -> dict[str, Network]:
    return {k: v for k, v in snapshot.entries("pod_networks").items() if isinstance(v, Network)}


def read(entries: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every text, read by its source without a doubt: `<name> <fact>` → its entries."""
    told: dict[str, dict[str, Any]] = {}
    for key, each in entries.items():
        if isinstance(each, Inside) and (each.text or each.fact != "ip_route"):
            parsed = sources()[each.fact].parse(each.text)
            assert parsed.problems == (), key
            told[key] = parsed.entries
    return told


def test_the_nodes_are_called_as_they_call_themselves(snapshots: list[Snapshot]) -> None:
    assert [each.host for each in snapshots] == ["k8s-ctr", "k8s-w1"]
    assert [set(each.names()) for each in snapshots] == [
        {"pod_networks", "cni_attachments", "ip_addr", "netns"}
    ] * 2
    assert all(each.variants("ip_addr") == ["ip_addr.json"] for each in snapshots)
    assert all(each.taken is not None and abs(each.taken - time.time()) < 60 for each in snapshots)
    assert [problem for each in snapshots for problem in each.problems] == []


def test_every_pod_is_there_with_its_name_and_inside(lab: Lab, snapshots: list[Snapshot]) -> None:
    for node, snapshot in zip(topology(lab).nodes, snapshots, strict=True):
        found = networks(snapshot)
        told = read(dict(snapshot.entries("pod_networks")))
        attached = {
            each.place: each
            for each in snapshot.entries("cni_attachments").values()
            if each.network == "cbr0"
        }
        host = snapshot.entries("ip_addr")
        assert set(found) == {pod.netns for pod in node.pods} == set(snapshot.entries("netns"))
        assert set(attached) == {pod.full_name for pod in node.pods}
        for pod in node.pods:
            own = attached[pod.full_name]
            assert (own.container, own.veth, own.uid) == (pod.sandbox, pod.veth, pod.uid)
            assert Path(own.netns).name == pod.netns
            assert [(each.port, each.target) for each in own.host_ports] == list(pod.host_ports)
            network, eth0 = found[pod.netns], told[f"{pod.netns} ip_addr"]["eth0"]
            assert (network.path, network.command) == (f"/run/netns/{pod.netns}", "pause")
            assert network.inode == snapshot.entries("netns")[pod.netns].inode
            assert network.nsid == snapshot.entries("netns")[pod.netns].nsid
            assert own.addresses[0] in eth0.addresses
            assert own.mac == eth0.mac
            # both ends of the pair name each other
            assert eth0.link == f"if{host[pod.veth].index}"
            assert host[pod.veth].link == f"if{eth0.index}"
            assert host[pod.veth].peer_nsid == network.nsid is not None
            assert host[pod.veth].mac == own.ends[1].mac
            assert told[f"{pod.netns} ip_route"]["main default dev eth0"].gateway == str(node.bridge_address)
            assert "tcp 0.0.0.0:8080" in told[f"{pod.netns} ss"]
            assert told[f"{pod.netns} sysctl"]["net.ipv4.conf.eth0.rp_filter"] == "0"
            assert told[f"{pod.netns} iptables"] == told[f"{pod.netns} nft"] == {}


def test_a_vxlan_device_tells_what_it_sends_by(snapshots: list[Snapshot]) -> None:
    assert {each.entries("ip_addr")["flannel.1"].lower for each in snapshots} == {"eth0"}


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize("awk", AWKS, ids=" ".join)
def test_each_shell_tells_the_same(
    lab: Lab, snapshots: list[Snapshot], shell: list[str], awk: list[str]
) -> None:
    script = f'awk() {{ {" ".join(awk)} "$@"; }}\n{COMMAND}'
    told = inside(lab, "k8s-w1", f"exec {' '.join(shell)} <<'END-OF-SCRIPT'\n{script}\nEND-OF-SCRIPT")
    entries = sources()["pod_networks"].parse(told).entries
    assert {key for key, each in entries.items() if isinstance(each, Network)} == set(networks(snapshots[1]))
    if shell[0] != "busybox":  # whose own `ip` tells less
        ours = {key for key in entries if not key.endswith((" ip_neigh", " ip_addr"))}
        assert {key: entries[key] for key in ours} == {
            key: each for key, each in snapshots[1].entries("pod_networks").items() if key in ours
        }


ODD = r"""
ip netns add 'own one'
ip -n 'own one' link add name br0 type bridge
ip -n 'own one' link add name a.5 type veth peer name b
ip -n 'own one' link set a.5 master br0 up
ip -n 'own one' rule add fwmark 0x1/0xf lookup 100
ip -n 'own one' route add unreachable 10.8.0.0/16 table 100
ip netns exec 'own one' nft add table ip own
ip netns exec 'own one' nft add chain ip own c '{ type filter hook input priority 0; }'
ip netns exec 'own one' nft add rule ip own c tcp dport 22 drop
ip netns exec 'own one' iptables -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 53
echo left-over >/run/netns/left-over
unshare -n sleep 20 &
sleep 0.2
COMMAND
kill $!
rm /run/netns/left-over
ip netns del 'own one'
"""


@pytest.mark.parametrize("entering", ["nsenter", "ip netns exec"])
def test_namespaces_of_all_kinds(lab: Lab, entering: str) -> None:
    command = COMMAND
    if entering != "nsenter":
        command = "command() { [ $2 != nsenter ] && type $2; }\n" + COMMAND
    printed = inside(lab, "k8s-ctr", ODD.replace("COMMAND", f"( {command} ) 2>/dev/null"))
    parsed = sources()["pod_networks"].parse(printed)
    assert parsed.problems == ()
    found = {key: each for key, each in parsed.entries.items() if isinstance(each, Network)}
    pods = {pod.netns for pod in topology(lab).nodes[0].pods}
    held = next((each for key, each in found.items() if key.startswith("net:[")), None)
    assert set(found) == {*pods, "own one", *([held.name] if held else [])}
    # without nsenter only those with a name can be entered
    assert (held is not None) == (entering == "nsenter")
    if held is not None:
        assert (held.command, held.path, held.name) == ("sleep", "", f"net:[{held.inode}]")
    assert (found["own one"].pid, found["own one"].path) == (None, "/run/netns/own one")
    told = read(parsed.entries)
    assert told["own one ip_rule"]["inet 32765 from all fwmark 0x1/0xf"].table == "100"
    assert told["own one ip_route"]["100 unreachable 10.8.0.0/16"].type == "unreachable"
    assert told["own one bridge_link"]["a.5"].hairpin is False
    assert "net.ipv4.conf.a/5.rp_filter" in told["own one sysctl"]
    assert "rule ip own c tcp dport 22 drop" in told["own one nft"]
    assert "rule nat OUTPUT -p tcp -j REDIRECT --to-ports 53" in told["own one iptables"]


def test_without_root_it_is_denied(lab: Lab) -> None:
    printed = inside(lab, "k8s-w1", f"id() {{ echo 1000; }}\n( {COMMAND} ) 2>&1 && echo ended well; :")
    assert printed.strip() == "Permission denied"


@pytest.mark.parametrize("awk", AWKS, ids=" ".join)
def test_of_attachments_only_what_is_needed_leaves_the_host(tmp_path: Path, awk: list[str]) -> None:
    """On the files of a real containerd, in whose annotations stands what looks like fields."""
    text = (DATA / "cni_attachments" / "saved.txt").read_text()
    folder = tmp_path / "var/lib/cni/results"
    folder.mkdir(parents=True)
    for part in text.split("==> /var/lib/cni/results/")[1:]:
        name, _, content = part.partition(" <==\n")
        (folder / name).write_text(content.strip("\n"))
    (tmp_path / "awk").write_text(f'#!/bin/sh\nexec {" ".join(awk)} "$@"\n')
    (tmp_path / "awk").chmod(0o755)
    command = notes()["cni_attachments"].files["cni_attachments.txt"]
    printed = subprocess.run(
        ["sh", "-c", command.replace("/var/lib/cni/", f"{tmp_path}/var/lib/cni/")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    ).stdout
    assert "not-to-leave-the-host" in text
    for gone in ("not-to-leave-the-host", "annotations", '"config"', "Searches", "other"):
        assert gone not in printed
    found, whole = (sources()["cni_attachments"].parse(each).entries for each in (printed, text))
    assert found == whole
    assert all(isinstance(each, Attachment) for each in found.values())


class Broken:
    """A host that cannot be reached."""

    name = "gone"

    async def run(self, command: Command) -> Completed:
        await asyncio.sleep(0)
        raise HostError(same("gone: no route to host"))


def test_a_host_that_fails_leaves_the_others(lab: Lab) -> None:
    hosts: list[Host] = [Broken(), InsideHost("k8s-w1", place(lab, "k8s-w1"))]
    heard: list[tuple[str, bool]] = []

    def done(host: Host, came: Snapshot | LeadlineError) -> None:
        heard.append((host.name, isinstance(came, Snapshot)))

    error, snapshot = collect(hosts, ("netns",), timeout=10, jobs=2, done=done)
    assert isinstance(error, HostError)
    assert isinstance(snapshot, Snapshot)
    assert sorted(heard) == [("gone", False), ("k8s-w1", True)]
