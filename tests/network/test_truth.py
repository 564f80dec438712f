"""What a trace of recordings predicts is what a probe then sees, interface by interface, for every kind of flow and
whatever is broken."""

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from recording import recorded
from test_monitor import FLOWS, Asked

from leadline.hosts.inside import InsideHost
from leadline.lab import fault, injection
from leadline.lab import lab as labs
from leadline.lab.fault import Fault, Flow
from leadline.lab.lab import Lab
from leadline.lab.plan import LabSpec
from leadline.network.names import WORLD
from leadline.network.names import flow as named
from leadline.network.packet import number
from leadline.network.probe.asked import Origin, Station, wanted
from leadline.network.probe.live import probe
from leadline.network.probe.observation import Probed
from leadline.network.probe.path_mtu import path_mtu
from leadline.network.probe.proof import Proof, proof
from leadline.network.probe.stations import Called, origin, stations, tunnels
from leadline.network.result import Branch, Trace, Way
from leadline.network.topology import Topology
from leadline.network.tracing import trace

KINDS = [("vxlan", "iptables"), ("vxlan", "nftables"), ("host-gw", "iptables")]
AT_ONCE = 6
QUICK, PATIENT = 0.6, 4.0
"""Seconds until nothing is heard; a kernel takes 3 until it says that a host is not there."""
EVERY = {
    **FLOWS,
    "load balancer": Asked("outside", "192.168.10.240", 80),
    "ping": Asked("default/web-1", "default/web-3", None, "icmp"),
    "node from outside, nobody listens": Asked("outside", "192.168.10.101", 9),
}
Standing = dict[tuple[str, str], tuple[Lab, Topology]]


class World:
    """A lab as it was recorded, to predict and to probe in."""

    def __init__(self, lab: Lab, topology: Topology) -> None:
        self.topology = topology
        self.hosts = {
            each.name: InsideHost(each.name, labs.place(lab, each.name)) for each in labs.topology(lab).nodes
        }
        self.outside = Called("outside", InsideHost("outside", labs.place(lab, "outside")))

    def trace(self, asked: Asked | Flow) -> Trace:
        size, df = (asked.size, asked.df) if isinstance(asked, Flow) else (None, False)
        found = named(
            self.topology, asked.source, asked.destination, port=asked.port, protocol=asked.protocol,
            size=size if asked.protocol == "udp" else None, df=df,
        )  # fmt: skip
        return trace(self.topology, found)

    async def probe(self, found: Trace, count: int = 1) -> Probed:
        slow = any(each.ends.noticed == "unreachable" for each in found.branches)
        want = wanted(
            found, count=count, timeout=PATIENT if slow else QUICK, tunnels=tunnels(self.topology),
            request=b"GET / HTTP/1.0\r\n\r\n" if found.flow.packet.protocol == "tcp" else b"",
        )  # fmt: skip
        return await probe(want, self.begins(found), self.stations(found))

    def begins(self, found: Trace) -> Origin:
        if found.flow.outside:
            return Origin(self.outside, source=WORLD)
        return origin(self.topology, self.hosts, found.flow)

    def stations(self, found: Trace) -> list[Station]:
        abroad = found.flow.outside or any(each.request.at == "outside" for each in found.branches)
        return [*stations(self.topology, self.hosts, found), *([Station(self.outside)] if abroad else [])]

    def proof(self, found: Trace, probed: Probed) -> Proof:
        return proof(found, probed, self.topology.netns)


@pytest.fixture(scope="module", autouse=True)
def python_at_once() -> Iterator[None]:
    """A probe starts `python3` many times, which on a developer's machine may be a slow wrapper around it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        yield


@pytest.fixture(scope="module")
def standing() -> Iterator[Standing]:
    """Labs by backend and proxy mode, and how each was recorded without a fault."""
    there: Standing = {}
    try:
        for backend, proxy in KINDS:
            name = f"truth-{backend}-{proxy}-{os.getpid()}"
            spec: Any = {"backend": backend, "proxy": proxy}
            lab = labs.up(LabSpec(name=name, nodes=3, pods=2, **spec), lambda what, number: None)
            there[backend, proxy] = (lab, recorded(lab))
        yield there
    finally:
        for lab, _ in there.values():
            labs.down(lab.name)


@pytest.fixture(scope="module")
def worlds(standing: Standing) -> dict[tuple[str, str], World]:
    return {kind: World(lab, topology) for kind, (lab, topology) in standing.items()}


def again(lab: Lab, healthy: Topology, one: Fault) -> Topology:
    """The lab after a fault: what it touched is recorded anew."""
    planned = labs.topology(lab)
    names = {each.name: each.name for each in planned.nodes}
    names |= {name: pod.node for pod in planned.pods for name in (pod.full_name, pod.name)}
    places = {each.at for each in fault.filled(one, planned).steps}
    if not places <= set(names):
        return recorded(lab)
    taken = recorded(lab, {names[each] for each in places})
    return Topology({**healthy.snapshots, **taken.snapshots})


def together(asked: Iterable[tuple[World, Trace]], count: int = 1) -> list[Proof]:
    """Probes side by side: what they wait for is time, mostly."""

    async def every() -> list[Proof]:
        room = asyncio.Semaphore(AT_ONCE)

        async def one(world: World, found: Trace) -> Proof:
            async with room:
                return world.proof(found, await world.probe(found, count))

        return await asyncio.gather(*(one(*each) for each in asked))

    return asyncio.run(every())


@pytest.fixture(scope="module")
def proofs(worlds: dict[tuple[str, str], World]) -> dict[tuple[tuple[str, str], str], Proof]:
    """Every kind of flow in every lab."""
    asked = [
        ((kind, name), (world, world.trace(EVERY[name]))) for kind, world in worlds.items() for name in EVERY
    ]
    return dict(zip((key for key, _ in asked), together(each for _, each in asked), strict=True))


def told(found: Proof) -> list[str]:
    """Every difference in a line, for the one who reads a failure."""
    lines = [
        f"{each.found} {each.role} {each.host} {each.place} {each.interface}"
        for each in found.shown.lineup.differences
    ]
    heard = found.shown.connection.heard
    return [*lines, *(each.en for each in found.whys), f"{found.expected} was expected, {heard} heard"]


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
@pytest.mark.parametrize("name", EVERY)
def test_flow(proofs: dict[tuple[tuple[str, str], str], Proof], kind: tuple[str, str], name: str) -> None:
    found = proofs[kind, name]
    if (name, kind[1]) == ("load balancer", "nftables"):
        # kube-proxy's nftables rules do not tell who is a load balancer, and no API objects are recorded here
        assert found.verdict == "insufficient-information"
        assert "192.168.10.240" in found.whys[0].en
        return
    assert found.verdict == "confirmed", told(found)
    assert found.delivered == (found.branch.ends.disposition == "delivered")


@pytest.mark.parametrize("name", [each.name for each in fault.every()])
def test_fault(standing: Standing, worlds: dict[tuple[str, str], World], name: str) -> None:
    """In every lab that can have it at once."""
    one = fault.load(name)
    there = [
        standing[kind] for kind in KINDS if one.backend in (None, kind[0]) and one.proxy in (None, kind[1])
    ]
    broken: list[Lab] = []
    try:
        for lab, _ in there:
            broken.append(lab)
            injection.inject(lab, name)
        found = [(lab, World(lab, again(lab, healthy, one))) for lab, healthy in there]
        asked = [(world, world.trace(fault.filled(one, labs.topology(lab)).flow)) for lab, world in found]
        for each in together(asked):
            assert each.verdict == "confirmed", told(each)
    finally:
        for lab in broken:
            injection.recover(lab, name)


@pytest.mark.parametrize(
    "name", ["forward-policy-drop", "masquerade-missing", "hairpin-off", "vxlan-port-closed"]
)
def test_a_prediction_that_is_out_of_date(
    standing: Standing, worlds: dict[tuple[str, str], World], name: str
) -> None:
    """A trace of before the fault does not describe what happens after it."""
    lab, world = standing[KINDS[0]][0], worlds[KINDS[0]]
    before = world.trace(fault.filled(fault.load(name), labs.topology(lab)).flow)
    injection.inject(lab, name)
    try:
        (found,) = together([(world, before)])
    finally:
        injection.recover(lab, name)
    assert found.verdict == "contradicted"
    assert found.shown.lineup.differences and found.shown.lineup.noticed is not True


def elsewhere(way: Way) -> Way:
    """With the packet rewritten to another endpoint at the first hop that rewrites it."""
    hops = []
    for hop in way.hops:
        leaves = hop.leaves
        if leaves is not None and leaves.frame is None and leaves.destination != hop.packet.destination:
            leaves = msgspec.structs.replace(leaves, destination=number("10.244.0.99"))
        hops.append(msgspec.structs.replace(hop, leaves=leaves))
    return msgspec.structs.replace(way, hops=tuple(hops))


def shorter(branch: Branch) -> Branch:
    """As if it were lost at the last hop but one."""
    way = branch.request
    before = way.hops[-2]
    end = {"disposition": "dropped-by-rule", "at": before.host, "noticed": "timeout"}
    request = msgspec.structs.replace(way, hops=way.hops[:-1], **end)
    return msgspec.structs.replace(branch, request=request, reply=None)


def test_a_prediction_that_is_wrong(worlds: dict[tuple[str, str], World]) -> None:
    world = worlds[KINDS[0]]
    right = world.trace(FLOWS["Service with one endpoint"])
    seen = asyncio.run(world.probe(right))
    assert world.proof(right, seen).verdict == "confirmed"
    (branch,) = right.branches
    other = msgspec.structs.replace(branch, request=elsewhere(branch.request))
    for wrong, what in ((other, "otherwise"), (shorter(branch), "not-predicted")):
        found = world.proof(msgspec.structs.replace(right, branches=(wrong,)), seen)
        assert found.verdict == "contradicted"
        assert {each.found for each in found.shown.lineup.differences} == {what}, told(found)


def test_every_endpoint_of_a_service(worlds: dict[tuple[str, str], World]) -> None:
    """Each connection is held against the branch that it took."""
    world = worlds[KINDS[0]]
    asked = world.trace(FLOWS["Service"])
    (found,) = together([(world, asked)], count=16)
    assert found.verdict == "confirmed", told(found)
    assert len(found.lines) == 16
    assert len({each.lineup.branch for each in found.lines}) > 2
    assert all(each.lineup.branch < len(asked.branches) for each in found.lines)


def test_times_grow_along_the_way(proofs: dict[tuple[tuple[str, str], str], Proof]) -> None:
    line = proofs[KINDS[0], "pod on another node"].shown
    times = [each for each in line.latencies if each is not None]
    assert times[0] == 0 and len(times) == 20
    assert times == sorted(times)
    assert times[-1] < 1


def test_a_host_that_was_not_captured(worlds: dict[tuple[str, str], World]) -> None:
    world = worlds[KINDS[0]]
    found = world.trace(FLOWS["pod on another node"])
    want = wanted(found, timeout=QUICK)
    some = [each for each in world.stations(found) if each.host.name != "k8s-w1"]
    seen = asyncio.run(probe(want, world.begins(found), some))
    result = world.proof(found, seen)
    assert result.verdict == "insufficient-information"
    assert any("k8s-w1" in each.en for each in result.whys)


def test_path_mtu_is_as_predicted(worlds: dict[tuple[str, str], World]) -> None:
    for kind, most in zip(KINDS, (1450, 1450, 1500), strict=True):
        world = worlds[kind]
        found = world.trace(FLOWS["pod, UDP"])
        predicted = min(hop.mtu for hop in found.branches[0].request.hops if hop.mtu is not None)
        want = wanted(found, timeout=QUICK)
        seen = asyncio.run(path_mtu(want, world.begins(found), world.stations(found)))
        assert seen.mtu is not None and seen.mtu.largest == predicted == most
