"""Who answers for a load balancer's address in a lab, who takes over, and where a trace says that packets go."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import metallb
import pytest
from recording import recorded

from leadline.lab.lab import Lab
from leadline.lab.lab import topology as planned
from leadline.lab.look import look
from leadline.lab.plan import LOAD_BALANCER, Plan
from leadline.network.balancing.balanced import Balanced
from leadline.network.names import flow
from leadline.network.objects import Object
from leadline.network.packet import number
from leadline.network.result import Trace
from leadline.network.topology import Topology
from leadline.network.tracing import trace

sys.path.append(str(Path(__file__).parents[1] / "lab"))
from labs import inside, standing

ADDRESS = str(LOAD_BALANCER)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with standing(nodes=3, pods=1) as up:
        yield up


def objects(plan: Plan) -> list[Object]:
    """What the API of a cluster like the lab would tell."""
    web = next(each for each in plan.services if each.load_balancers)
    held = [{"address": each.address, "node": each.node} for each in web.ports[0].endpoints]
    return [
        *(metallb.node(each.name, str(each.address)) for each in plan.nodes),
        *(metallb.speaker(each.name) for each in plan.nodes),
        metallb.service(web.name, *web.load_balancers, clusterIP=web.cluster_ip),
        metallb.endpoints(web.name, held),
        metallb.made("IPAddressPool", "lan", addresses=["192.168.10.240-192.168.10.249"]),
        metallb.made("L2Advertisement", "lan", ipAddressPools=["lan"]),
    ]


def answering(lab: Lab) -> str | None:
    """The node that answers ARP now, asked on the nodes' network."""
    found = [each for service in look(lab).services for each in service.balanced if each.address == ADDRESS]
    assert found[0].how == "arp"
    return found[0].node


def until(condition: Callable[[], bool]) -> None:
    last = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < last
        time.sleep(0.3)


def explained(topology: Topology) -> Balanced:
    found = topology.balanced(number(ADDRESS))
    assert found is not None
    return found


def traced(topology: Topology, source: str = "outside", to: str = f"{ADDRESS}:80") -> Trace:
    return trace(topology, flow(topology, source, to))


def entered(found: Trace) -> set[str]:
    """The hosts that packets come in at from another one or from outside."""
    return {branch.request.hops[1].host for branch in found.branches}


def test_who_answers_and_who_takes_over(lab: Lab) -> None:
    plan = planned(lab)
    topology = Topology(recorded(lab).snapshots, objects(plan))
    before = explained(topology)
    assert (before.pool, before.how, before.certain, len(before.candidates)) == ("lan", "layer2", True, 3)
    until(lambda: answering(lab) == before.announcer)
    found = traced(topology)
    assert found.delivered
    assert entered(found) == {before.announcer}
    assert sum(each.probability or 0 for each in found.branches) == pytest.approx(1)
    said = {note.en: note.ko for note in found.notes}
    assert f"{before.announcer} answers ARP for {ADDRESS}" in said
    assert any(f": {before.candidates[1]}, {before.candidates[2]}" in each for each in said)
    by_name = traced(topology, next(each.full_name for each in plan.pods), "svc/web-lb:80")
    assert f"{before.announcer} answers ARP for {ADDRESS}" in {note.en for note in by_name.notes}
    inside(lab, "outside", f"ip link set {before.announcer} down")
    try:
        until(lambda: answering(lab) == before.candidates[1])
        topology = Topology(recorded(lab).snapshots, objects(plan))
    finally:
        inside(lab, "outside", f"ip link set {before.announcer} up")
    after = explained(topology)
    assert after.candidates == before.candidates[1:]
    assert any("uplinks are down" in note.en for note in after.notes)
    assert entered(traced(topology)) == {before.candidates[1]}
    until(lambda: answering(lab) == before.announcer)


def test_without_objects_each_candidate_is_a_way(lab: Lab) -> None:
    topology = recorded(lab)
    found = explained(topology)
    assert (found.how, found.announcer, len(found.candidates)) == ("unknown", "", 3)
    until(lambda: answering(lab) == found.candidates[0])
    ways = traced(topology)
    assert entered(ways) == set(found.candidates)
    for branch in ways.branches:
        first = branch.request.hops[1].host == found.candidates[0]
        assert (branch.probability is not None) == first
        assert bool(branch.conditions) != first
    assert any("were not recorded" in note.en for note in ways.notes)


def test_a_sender_whose_rules_do_not_catch_it_asks_the_wire(lab: Lab) -> None:
    plan = planned(lab)
    announcer = explained(Topology(recorded(lab).snapshots, objects(plan))).announcer
    sender = next(each.name for each in plan.nodes if each.name != announcer)
    rule = inside(lab, sender, "iptables -t nat -S OUTPUT | grep KUBE-SERVICES").strip()
    inside(lab, sender, f"iptables -t nat {rule.replace('-A', '-D', 1)}; ip neigh flush to {ADDRESS}")
    try:
        bare = recorded(lab)
        topology = Topology(bare.snapshots, objects(plan))
        assert entered(traced(topology, sender)) == {announcer}
        inside(lab, sender, f"curl -sf -m 5 http://{ADDRESS}/")
        met = recorded(lab)
        # the sender's neighbour table alone tells it now
        assert (explained(met).announcer, explained(met).how) == (announcer, "layer2")
        assert any("in the neighbour table of" in note.en for note in explained(met).notes)
        assert entered(traced(met)) == entered(traced(met, sender)) == {announcer}
    finally:
        inside(lab, sender, f"iptables -t nat {rule}")


def test_nobody_announces_an_external_address(lab: Lab) -> None:
    topology = Topology(recorded(lab).snapshots)
    found = traced(topology, to="192.168.10.250:80")
    assert {each.ends.disposition for each in found.branches} == {"insufficient-information"}
    assert "externalIP" in found.branches[0].ends.why.en


def test_a_candidate_that_was_not_recorded_is_named(lab: Lab) -> None:
    plan = planned(lab)
    announcer = explained(Topology(recorded(lab).snapshots, objects(plan))).announcer
    rest = {host: each for host, each in recorded(lab).snapshots.items() if host != announcer}
    found = traced(Topology(rest, objects(plan)))
    assert {each.ends.disposition for each in found.branches} == {"insufficient-information"}
    assert f"{announcer} is not recorded" in found.branches[0].ends.why.en


def test_an_address_that_nobody_announces_has_its_cause(lab: Lab) -> None:
    plan = planned(lab)
    every = [
        {**each, "spec": {**each["spec"], "nodeSelectors": [{"matchLabels": {"rack": "none"}}]}}
        if each["kind"] == "L2Advertisement"
        else each
        for each in objects(plan)
    ]
    found = traced(Topology(recorded(lab).snapshots, every))
    assert [each.ends.disposition for each in found.branches] == ["no-neighbour"]
    assert f"nobody announces {ADDRESS}" in found.branches[0].ends.why.en
    assert [each.name for each in found.causes] == ["unannounced"]
