"""What a real router (bird) hears over BGP from the nodes of a lab, and where its kernel sends packets, as predicted.

In each node a second bird stands in for MetalLB's speaker: it announces what the advertisements say, to the peers that
are theirs, with their local preference and communities; what of that arrives is BGP's.
"""

import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import metallb
import pytest
from recording import recorded

from leadline.hosts.inside import InsideHost
from leadline.lab.lab import Lab, place
from leadline.lab.lab import topology as planned
from leadline.lab.plan import GATEWAY, LOAD_BALANCER, Plan
from leadline.network.balancing.balanced import Route
from leadline.network.names import flow
from leadline.network.objects import Object
from leadline.network.packet import number
from leadline.network.topology import SOURCES, Topology
from leadline.network.tracing import trace
from leadline.snapshot.collect import collect
from leadline.snapshot.snapshot import Snapshot

sys.path.append(str(Path(__file__).parents[1] / "lab"))
from labs import inside, standing

ADDRESS = str(LOAD_BALANCER)
MINE = 64512
REQUESTS = 60

pytestmark = pytest.mark.skipif(
    shutil.which("bird") is None, reason="no bird on this machine; apt-get install bird2"
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with standing(nodes=3, pods=1) as up:
        yield up


def objects(plan: Plan, theirs: int, advertised: Mapping[str, Any]) -> list[Object]:
    web = next(each for each in plan.services if each.load_balancers)
    held = [{"address": each.address, "node": each.node} for each in web.ports[0].endpoints]
    # the control plane node peers with nobody, as where a peer is a rack's router
    labels = {each.name: {"rack": "a" if place else "b"} for place, each in enumerate(plan.nodes)}
    racks = [{"matchLabels": {"rack": "a"}}]
    tor = metallb.made(
        "BGPPeer", "tor", myASN=MINE, peerASN=theirs, peerAddress=str(GATEWAY), nodeSelectors=racks
    )
    return [
        *(metallb.node(each.name, str(each.address), labels[each.name]) for each in plan.nodes),
        *(metallb.speaker(each.name) for each in plan.nodes),
        metallb.service(web.name, *web.load_balancers, clusterIP=web.cluster_ip),
        metallb.endpoints(web.name, held),
        metallb.made("IPAddressPool", "lan", addresses=["192.168.10.240-192.168.10.249"]),
        metallb.made("Community", "names", communities=[{"name": "shop", "value": "64512:7"}]),
        metallb.made("BGPAdvertisement", "lan", ipAddressPools=["lan"], **advertised),
        tor,
    ]


def router(plan: Plan, theirs: int) -> str:
    sessions = "\n".join(
        f"protocol bgp {each.name.replace('-', '_')} {{ local {GATEWAY} as {theirs};"
        f" neighbor {each.address} as {MINE}; direct; ipv4 {{ import all; export none; }}; }}"
        for each in plan.nodes[1:]
    )
    return (
        f"router id {GATEWAY};\nprotocol device {{ }}\n"
        "protocol kernel { ipv4 { export all; import none; }; merge paths on; }\n" + sessions
    )


def stand_in(address: str, theirs: int, prefix: str, advertised: Mapping[str, Any]) -> str:
    given = "".join(
        f" bgp_community.add(({each.replace('shop', '64512:7').replace(':', ',')}));"
        for each in advertised.get("communities", ())
    )
    if "localPref" in advertised:
        given += f" bgp_local_pref = {advertised['localPref']};"
    return (
        f"router id {address};\nprotocol device {{ }}\n"
        f"protocol static {{ ipv4; route {prefix} blackhole; }}\n"
        f"filter announced {{{given} accept; }}\n"
        f"protocol bgp tor {{ local {address} as {MINE}; neighbor {GATEWAY} as {theirs};"
        " ipv4 { import none; export filter announced; next hop self; }; connect delay time 1; }\n"
    )


def heard(said: str) -> set[tuple[object, ...]]:
    """`birdc show route all`: prefix, next hop, AS path, local preference, communities of each route."""
    found: set[tuple[object, ...]] = set()
    prefix = ""
    for block in re.split(r"\n(?=\S* +unicast )", said)[1:]:
        prefix = block.partition(" ")[0] or prefix
        values = dict(re.findall(r"BGP\.(\w+): (.*)", block))
        communities = tuple(
            f"{one}:{two}" for one, two in re.findall(r"\((\d+),(\d+)\)", values.get("community", ""))
        )
        path = tuple(map(int, values["as_path"].split()))
        found.add((prefix, values["next_hop"], path, int(values["local_pref"]), communities))
    return found


def predicted(route: Route) -> tuple[object, ...]:
    """What bird shows of a route; a session to another AS brings no preference, and it takes 100."""
    preference = 100 if route.local_pref is None else route.local_pref
    return route.prefix, route.next_hop, route.path, preference, route.communities


def counted(lab: Lab, plan: Plan) -> dict[str, int]:
    """How many new connections to the address came to each node from outside, by the counters of kube-proxy's rule."""
    found = {}
    for node in plan.nodes:
        said = inside(lab, node.name, "iptables-save -c -t nat")
        rule = next(line for line in said.splitlines() if f"-A KUBE-SERVICES -d {ADDRESS}/32" in line)
        found[node.name] = int(rule[1:].partition(":")[0])
    return found


@pytest.mark.parametrize(
    ("theirs", "advertised"),
    [
        (64513, {"localPref": 200, "communities": ["shop", "64512:1"]}),
        (MINE, {"localPref": 200}),
        (64513, {"aggregationLength": 29}),
    ],
    ids=["another AS", "the same AS", "a wider prefix"],
)
def test_routes(lab: Lab, tmp_path: Path, theirs: int, advertised: dict[str, Any]) -> None:
    plan = planned(lab)
    every = objects(plan, theirs, advertised)
    topology = Topology(recorded(lab).snapshots, every)
    found = topology.balanced(number(ADDRESS))
    assert found is not None and found.certain and found.how == "bgp"
    length = advertised.get("aggregationLength", 32)
    prefix = f"{ADDRESS if length == 32 else '192.168.10.240'}/{length}"
    files = {"outside": router(plan, theirs)}
    for each in plan.nodes[1:]:
        files[each.name] = stand_in(str(each.address), theirs, prefix, advertised)
    running = []
    inside(lab, "outside", "sysctl -qw net.ipv4.fib_multipath_hash_policy=1 net.ipv4.ip_forward=1")
    try:
        for name, config in files.items():
            (tmp_path / f"{name}.conf").write_text(config)
            at = f"{tmp_path}/{name}"
            inside(lab, name, f"bird -c {at}.conf -s {at}.ctl -P {at}.pid")
            running.append(name)
        birdc = f"birdc -r -s {tmp_path}/outside.ctl"
        inside(
            lab,
            "outside",
            f"for i in $(seq 60); do [ $(ip route show {prefix} | grep -c nexthop) = 2 ] && break; sleep 0.25; done",
        )
        said = inside(lab, "outside", f"{birdc} show route all for {ADDRESS}")
        assert heard(said) == {predicted(each) for each in found.routes}, said
        before = counted(lab, plan)
        inside(
            lab,
            "outside",
            f"for i in $(seq {REQUESTS}); do curl -sf -m 5 -o /dev/null http://{ADDRESS}/ || exit 1; done",
        )
        after = counted(lab, plan)
        came = {name: after[name] - before[name] for name in after}
        traced = trace(topology, flow(topology, "outside", f"{ADDRESS}:80"))
        assert traced.delivered
        shares: dict[str, float] = {}
        for branch in traced.branches:
            at = branch.request.hops[1].host
            shares[at] = shares.get(at, 0) + (branch.probability or 0)
        assert shares == pytest.approx({each.name: 0.5 for each in plan.nodes[1:]})
        assert {name for name, count in came.items() if count} == shares.keys()
        assert sum(came.values()) == REQUESTS
        # half of 60 is 30; fewer than 10 would come once in 30 million times
        assert all(came[name] >= 10 for name in shares), came
        by_router(lab, plan)
        through_the_router(lab, plan, every, set(shares))
    finally:
        for name in running:
            inside(lab, name, f"birdc -s {tmp_path}/{name}.ctl down >/dev/null")
    sentences = {note.en for note in traced.notes}
    for route in found.routes:
        assert any(
            f"the BGP peer tor ({GATEWAY}) hears {route.prefix} via {route.next_hop}" in one
            for one in sentences
        )


def by_router(lab: Lab, plan: Plan) -> None:
    """Without API objects, the router's own recording tells the same."""
    taken = collect(
        [InsideHost("tor", place(lab, "outside"))], SOURCES, timeout=20, jobs=1, done=lambda host, came: None
    )
    snapshots = {each.host: each for each in taken if isinstance(each, Snapshot)}
    found = Topology({**recorded(lab).snapshots, **snapshots}).announcers(number(ADDRESS))
    assert found is not None
    assert {end.netns[0] for end in found.groups[0].ends} == {each.name for each in plan.nodes[1:]}
    assert "has the route `192.168.10.240" in found.groups[0].said.en
    assert number(str(GATEWAY)) in found.groups[0].routers


def through_the_router(lab: Lab, plan: Plan, every: list[Object], nodes: set[str]) -> None:
    """A node whose rules do not catch the address, and whose route to it leads to the router, which brings it back."""
    sender = plan.nodes[0].name
    rule = inside(lab, sender, "iptables -t nat -S OUTPUT | grep KUBE-SERVICES").strip()
    inside(
        lab, sender, f"iptables -t nat {rule.replace('-A', '-D', 1)}; ip route add {ADDRESS} via {GATEWAY}"
    )
    try:
        before = counted(lab, plan)
        inside(
            lab,
            sender,
            f"for i in $(seq 20); do curl -sf -m 5 -o /dev/null http://{ADDRESS}/ || exit 1; done",
        )
        after = counted(lab, plan)
        assert {name for name in after if after[name] > before[name]} == nodes
        topology = Topology(recorded(lab).snapshots, every)
        found = trace(topology, flow(topology, sender, f"{ADDRESS}:80"))
        assert found.delivered
        assert {branch.request.hops[1].host for branch in found.branches} == nodes
    finally:
        inside(lab, sender, f"iptables -t nat {rule}; ip route del {ADDRESS} via {GATEWAY}")
