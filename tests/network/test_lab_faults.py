"""Every fault of the lab, named by a trace of recordings alone: where its flow ends, how, and what its sender sees."""

import os
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import msgspec
import pytest
from recording import recorded

from leadline.lab import fault, injection
from leadline.lab import lab as labs
from leadline.lab.fault import Flow
from leadline.lab.lab import Lab
from leadline.lab.plan import LabSpec
from leadline.network.names import flow as named
from leadline.network.pairs import matrix, pair_flow
from leadline.network.result import Trace
from leadline.network.topology import Topology
from leadline.network.trace.tracing import follow
from leadline.network.tracing import trace

CASES = [
    (backend, proxy, each.name)
    for backend, proxy in (("vxlan", "iptables"), ("vxlan", "nftables"), ("host-gw", "iptables"))
    for each in fault.every()
    if each.backend in (None, backend) and each.proxy in (None, proxy)
]

CAUSES = {
    "bridge-nf-call-off": "bridge-calls",
    "cni0-down": "interface-down",
    "duplicate-subnet": "subnet-twice",
    "fdb-missing": "vtep-entries",
    "fdb-wrong": "vtep-entries",
    "firewalld-forward": "firewall",
    "flannel-down": "tunnel-down",
    "forward-policy-drop": "firewall",
    "hairpin-off": "hairpin-off",
    "host-port-flushed": "host-port",
    "ip-forward-off": "kernel-setting",
    "masquerade-missing": "masquerade",
    "mtu-mismatch": "mtu-too-small",
    "neighbour-missing": "vtep-entries",
    "neighbour-wrong": "vtep-entries",
    "no-endpoints": "no-endpoint",
    "node-cut-off": "interface-down",
    "node-mtu": "mtu-too-small",
    "overlapping-network": "other-network",
    "pmtu-black-hole": "mtu-too-small",
    "route-missing": "pod-route",
    "rp-filter-strict": "kernel-setting",
    "service-rules-flushed": "service-rules",
    "stale-endpoint": "endpoint-gone",
    "veth-detached": "pod-detached",
    "vtep-mac-changed": "vtep-entries",
    "vxlan-port-closed": "firewall",
    "vxlan-port-other": "tunnel-port",
}
WORLD_ONLY = frozenset((
    "bridge-nf-call-off", "hairpin-off", "host-port-flushed", "masquerade-missing", "no-endpoints",
    "service-rules-flushed", "stale-endpoint", "address-leak",
))  # fmt: skip
"""What no flow from pod to pod meets."""


@pytest.fixture(scope="module")
def standing() -> Iterator[dict[tuple[str, str], tuple[Lab, Topology]]]:
    """Labs by backend and proxy mode, and how each was recorded without a fault."""
    there: dict[tuple[str, str], tuple[Lab, Topology]] = {}
    yield there
    for lab, _ in there.values():
        labs.down(lab.name)


def made(backend: Any, proxy: Any) -> tuple[Lab, Topology]:
    spec = LabSpec(
        name=f"trace-{backend}-{proxy}-{os.getpid()}", nodes=3, pods=2, backend=backend, proxy=proxy
    )
    lab = labs.up(spec, lambda what, number: None)
    return lab, recorded(lab)


def traced(topology: Topology, asked: Flow) -> Trace:
    found = named(
        topology,
        asked.source,
        asked.destination,
        port=asked.port,
        protocol=asked.protocol,
        size=asked.size if asked.protocol == "udp" else None,
        df=asked.df,
    )
    return trace(topology, found)


def ends(found: Trace) -> set[tuple[str, str, str]]:
    return {
        (branch.ends.disposition, branch.ends.place or branch.ends.at, branch.direction)
        for branch in found.branches
    }


def one_by_one(topology: Topology) -> int:
    """How many of all pairs get through, each followed by itself."""
    pods = [pod for pod in topology.pods if not pod.host_network]
    return sum(
        follow(topology, pair_flow(topology, source, destination, "icmp", None), quiet=True).delivered
        for source, destination in permutations(pods, 2)
    )


@pytest.mark.parametrize(("backend", "proxy", "name"), CASES)
def test_fault(
    standing: dict[tuple[str, str], tuple[Lab, Topology]], backend: str, proxy: str, name: str
) -> None:
    if (backend, proxy) not in standing:
        standing[backend, proxy] = made(backend, proxy)
    lab, healthy = standing[backend, proxy]
    ours = fault.filled(fault.load(name), labs.topology(lab))
    expected = ours.expected
    assert traced(healthy, ours.flow).delivered
    injection.inject(lab, name)
    try:
        after = recorded(lab)
    finally:
        injection.recover(lab, name)
    found = traced(after, ours.flow)
    if expected.disposition == "delivered":
        assert found.delivered
        assert "host-local" in found.notes[-1].en
        return
    assert ends(found) == {(expected.disposition, expected.at, expected.direction)}, found.branches[
        0
    ].ends.why.en
    assert {branch.ends.noticed for branch in found.branches} == {expected.seen}
    assert [each.name for each in found.causes] == [CAUSES[name]]
    if ours.works:
        assert traced(after, ours.works).delivered
    if ours.flow.source != "outside":
        # a Service whose endpoints are on all nodes: what stops it is the same, or it is not stopped
        service = traced(
            after, msgspec.structs.replace(ours.flow, destination="svc/web", port=80, protocol="tcp")
        )
        assert {each.name for each in service.causes} <= {CAUSES[name]}, service.causes
    every = matrix(after)
    assert every.delivered == one_by_one(after)
    blamed = [each.cause.name for each in every.causes]
    assert blamed == ([] if name in WORLD_ONLY else [CAUSES[name]]), [each.cause.key for each in every.causes]


@pytest.mark.parametrize(
    ("backend", "proxy"), [("vxlan", "iptables"), ("vxlan", "nftables"), ("host-gw", "iptables")]
)
def test_no_false_alarm(
    standing: dict[tuple[str, str], tuple[Lab, Topology]], backend: str, proxy: str
) -> None:
    if (backend, proxy) not in standing:
        standing[backend, proxy] = made(backend, proxy)
    every = matrix(standing[backend, proxy][1])
    assert (every.delivered, every.pairs, every.causes, every.notes) == (30, 30, (), ())
