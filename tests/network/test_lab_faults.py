"""Every fault of the lab, named by a trace of recordings alone: where its flow ends, how, and what its sender sees."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from leadline.lab import fault, injection
from leadline.lab import lab as labs
from leadline.lab.fault import Flow
from leadline.lab.lab import Lab
from leadline.lab.plan import LabSpec
from leadline.network.names import flow as named
from leadline.network.result import Trace
from leadline.network.topology import Topology
from leadline.network.tracing import trace
from recording import recorded

CASES = [
    (backend, proxy, each.name)
    for backend, proxy in (("vxlan", "iptables"), ("vxlan", "nftables"), ("host-gw", "iptables"))
    for each in fault.every()
    if each.backend in (None, backend) and each.proxy in (None, proxy)
]


@pytest.fixture(scope="module")
def standing() -> Iterator[dict[tuple[str, str], Lab]]:
    there: dict[tuple[str, str], Lab] = {}
    yield there
    for lab in there.values():
        labs.down(lab.name)


def made(backend: Any, proxy: Any) -> Lab:
    spec = LabSpec(
        name=f"trace-{backend}-{proxy}-{os.getpid()}", nodes=3, pods=2, backend=backend, proxy=proxy
    )
    return labs.up(spec, lambda what, number: None)


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


@pytest.mark.parametrize(("backend", "proxy", "name"), CASES)
def test_fault(standing: dict[tuple[str, str], Lab], backend: str, proxy: str, name: str) -> None:
    lab = standing.setdefault((backend, proxy), None) or made(backend, proxy)  # type: ignore[arg-type]
    standing[backend, proxy] = lab
    ours = fault.filled(fault.load(name), labs.topology(lab))
    before = recorded(lab)
    assert traced(before, ours.flow).delivered
    injection.inject(lab, name)
    try:
        after = recorded(lab)
    finally:
        injection.recover(lab, name)
    found = traced(after, ours.flow)
    expected = ours.expected
    if expected.disposition == "delivered":
        assert found.delivered
    else:
        assert ends(found) == {(expected.disposition, expected.at, expected.direction)}, [
            branch.ends.why.en for branch in found.branches
        ]
        assert {branch.ends.noticed for branch in found.branches} == {expected.seen}
        assert found.causes
    if ours.works:
        assert traced(after, ours.works).delivered
