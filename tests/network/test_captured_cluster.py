"""The recorded real cluster: what was captured of known flows (see the recordings' README) is what a trace says.

vxlan.pcap is of eth0 of k8s-ctr: every first packet of a flow in it must leave, or arrive at, that interface exactly as
traced from the recordings alone: both nodes, the VXLAN network, the MAC addresses of both VTEPs, addresses and ports.
"""

from pathlib import Path

import pytest

from leadline.network.names import flow
from leadline.network.packet import Packet, dotted
from leadline.network.pairs import matrix
from leadline.network.ports import Protocol
from leadline.network.probe.captures import read_capture
from leadline.network.probe.decode import ACK, SYN, Decoded
from leadline.network.result import Branch, Hop, Trace
from leadline.network.topology import Topology
from leadline.network.tracing import trace
from leadline.snapshot.store import load

DATA = Path(__file__).parent.parent / "data"
CLUSTER_IP = "10.96.182.106"
SERVICE_PORT = 80
ECHO = 8


@pytest.fixture(scope="module")
def topology() -> Topology:
    hosts = {}
    for host in ("k8s-ctr", "k8s-w1"):
        hosts[host] = next(iter(load(DATA / "recordings" / host / "after").values()))
    return Topology(hosts)


def first_packets() -> list[tuple[Decoded, Decoded]]:
    """Outer and inner of every packet that begins something: SYNs and the first pieces of echo requests."""
    found = []
    for _, _, _, outer in read_capture(DATA / "network/captures/vxlan.pcap"):
        inner = outer.inner
        if inner is None or outer.vni is None:
            continue
        if (inner.protocol == 6 and inner.flags & (SYN | ACK) == SYN) or (
            inner.protocol == 1 and inner.code >> 8 == ECHO and inner.piece == 0
        ):
            found.append((outer, inner))
    return found


def traced(topology: Topology, inner: Decoded, to: str, port: int | None) -> Trace:
    protocol: Protocol = "tcp" if inner.protocol == 6 else "icmp"
    payload = None if protocol == "tcp" else inner.size - 28
    asked = flow(
        topology,
        dotted(inner.source),
        to,
        port=str(port) if port else None,
        protocol=protocol,
        size=payload,
        df=False,
    )
    return trace(topology, asked)


def on_the_wire(branch: Branch) -> tuple[Hop, Packet] | None:
    """The hop that leaves its host in a tunnel, and the outer packet."""
    for hop in branch.request.hops:
        if hop.leaves is not None and hop.leaves.frame is not None:
            return hop, hop.leaves
    return None


def test_every_first_packet_goes_as_captured(topology: Topology) -> None:
    known = first_packets()
    assert len(known) > 6
    for outer, inner in known:
        found = traced(topology, inner, dotted(inner.destination), inner.destination_port)
        assert found.delivered, found.branches[0].ends.why.en
        (branch,) = found.branches
        wire = on_the_wire(branch)
        assert wire is not None
        hop, packet = wire
        assert packet.frame is not None
        within = packet.frame.packet
        assert (packet.source, packet.destination, packet.destination_port, packet.vni) == (
            outer.source,
            outer.destination,
            outer.destination_port,
            outer.vni,
        )
        assert (packet.frame.to, packet.frame.sender) == (inner.to.hex(":"), inner.sender.hex(":"))
        assert (within.source, within.destination) == (inner.source, inner.destination)
        assert within.destination_port == (inner.destination_port if inner.protocol == 6 else None)
        assert within.ttl == inner.ttl
        if not inner.more:
            assert packet.size == outer.size
        assert hop.goes_out == "eth0"


def test_the_large_ping_goes_in_the_pieces_that_were_captured(topology: Topology) -> None:
    (large,) = {inner.identity: inner for _, inner in first_packets() if inner.more}.values()
    asked = flow(topology, "pod-2", "pod-1", port=None, protocol="icmp", size=2000, df=False)
    found = trace(topology, asked)
    said = [
        each.said.en for hop in found.branches[0].request.hops for each in hop.decisions if each.kind == "mtu"
    ]
    assert any(f"fragments of up to {large.size}" in each or "1450" in each for each in said), said
    wire = on_the_wire(found.branches[0])
    assert wire is not None
    assert wire[1].size == large.size + 50


def test_the_cluster_ip_leads_to_every_endpoint_that_was_captured(topology: Topology) -> None:
    found = trace(
        topology,
        flow(
            topology, "pod-2", f"{CLUSTER_IP}:{SERVICE_PORT}", port=None, protocol="tcp", size=None, df=False
        ),
    )
    assert found.delivered
    endpoints = {branch.endpoint for branch in found.branches}
    assert len(endpoints) == 5
    pod = next(each for each in topology.pods if each.name == "pod-2")
    seen = {
        f"{dotted(inner.destination)}:{inner.destination_port}"
        for _, inner in first_packets()
        if dotted(inner.source) == pod.addresses[0] and inner.protocol == 6
    }
    assert seen
    assert seen <= endpoints


def test_no_false_alarm(topology: Topology) -> None:
    every = matrix(topology)
    assert (every.delivered, every.causes) == (every.pairs, ())
