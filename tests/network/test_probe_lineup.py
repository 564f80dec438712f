"""What a trace of recordings predicts is what a probe then sees, interface by interface, whatever is broken."""

import asyncio
from collections.abc import Iterator

import pytest
from labs import standing

from leadline.hosts.inside import InsideHost
from leadline.lab import fault, injection
from leadline.lab.fault import Fault, Flow
from leadline.lab.lab import Lab, place, topology
from leadline.network.names import flow as named
from leadline.network.probe.asked import Namespace, Origin, Station, wanted
from leadline.network.probe.lineup import Lineup, lineup
from leadline.network.probe.live import probe
from leadline.network.result import Trace
from leadline.network.topology import SOURCES, Topology
from leadline.network.tracing import trace
from leadline.snapshot.collect import collect
from leadline.snapshot.snapshot import Snapshot

FAULTS = [
    each for each in fault.every() if each.backend in (None, "vxlan") and each.proxy in (None, "iptables")
]
ABROAD = "203.0.113.1"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with standing(nodes=3, pods=2) as lab:
        yield lab


def traced(lab: Lab, asked: Flow) -> Trace:
    hosts = [InsideHost(node.name, place(lab, node.name)) for node in topology(lab).nodes]
    taken = collect(hosts, SOURCES, timeout=20, jobs=3, done=lambda host, came: None)
    there = Topology({each.host: each for each in taken if isinstance(each, Snapshot)})
    size = asked.size if asked.protocol == "udp" else None
    found = named(
        there, asked.source, asked.destination, port=asked.port, protocol=asked.protocol, size=size, df=asked.df
    )  # fmt: skip
    return trace(there, found)


def lined(lab: Lab, found: Trace, source: str) -> Lineup:
    nodes = topology(lab).nodes
    stations = {
        node.name: Station(
            InsideHost(node.name, place(lab, node.name)),
            (Namespace(), *(Namespace(pod.full_name, f"/run/netns/{pod.netns}") for pod in node.pods)),
        )
        for node in nodes
    }
    if source == "outside":
        origin = Origin(InsideHost(source, place(lab, source)), source=ABROAD)
    elif source in stations:
        origin = Origin(stations[source].host)
    else:
        pod = topology(lab).pod(source)
        assert pod is not None
        origin = Origin(stations[pod.node].host, Namespace(pod.full_name, f"/run/netns/{pod.netns}"))
    asked = wanted(found, request=b"GET / HTTP/1.0\r\n\r\n" if found.flow.packet.protocol == "tcp" else b"")
    seen = asyncio.run(probe(asked, origin, list(stations.values())))
    assert seen.problems == ()
    return lineup(found, seen, recorded=set(stations))


def told(result: Lineup) -> list[str]:
    return [
        f"{each.found} {each.role} {each.host} {each.place} {each.interface}" for each in result.differences
    ]


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: one.name)
def test_fault(lab: Lab, one: Fault) -> None:
    asked = fault.filled(one, topology(lab)).flow
    injection.inject(lab, one.name)
    try:
        found = traced(lab, asked)
        result = lined(lab, found, asked.source)
    finally:
        injection.recover(lab, one.name)
    assert told(result) == []
    assert result.agrees and result.noticed is not None


@pytest.mark.parametrize(
    "name", ["forward-policy-drop", "masquerade-missing", "hairpin-off", "vxlan-port-closed"]
)
def test_a_prediction_that_is_wrong(lab: Lab, name: str) -> None:
    """A trace of before the fault does not describe what happens after it."""
    asked = fault.filled(fault.load(name), topology(lab)).flow
    before = traced(lab, asked)
    result = lined(lab, before, asked.source)
    assert result.agrees and {each.found for each in result.points} <= {"as-predicted", "by-passed"}
    injection.inject(lab, name)
    try:
        result = lined(lab, before, asked.source)
    finally:
        injection.recover(lab, name)
    assert result.differences and result.noticed is False and not result.agrees
