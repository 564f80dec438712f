"""Traces through kube-proxy's ipvs mode: the recorded real cluster, as kube-proxy 1.36 would keep its Services there.

No kernel at hand has IPVS, so what is expected was reasoned by hand from the kernel's source (Linux 6.x, net/netfilter/
ipvs); `why` says how. The rules and sets of each host were written in the form of kube-proxy's ipvs proxier, loaded by
iptables and ipset into a namespace and saved from there.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from cluster import DATA, HOSTS, copier
from ruamel.yaml import YAML

from leadline.base.errors import UsageError
from leadline.network.names import flow
from leadline.network.packet import Packet, dotted
from leadline.network.result import Branch, Way
from leadline.network.topology import Topology, read
from leadline.network.tracing import trace

IPVS = DATA / "network" / "ipvs"
CASES: list[dict[str, Any]] = YAML(typ="safe").load((IPVS / "cases.yaml").read_text())
RECORDED = (
    "bridge_fdb", "crictl_pods", "files", "ip_addr", "ip_neigh", "ip_route", "ip_route_all", "ip_rule", "lsns", "oci",
    "ss-tulnp", "sysctl",
)  # fmt: skip
JOINED = ("ip_addr.json", "ip_addr.txt", "ip_route.json", "ip_route_all.txt", "sysctl.txt")
"""What kube-proxy adds to; the rest is all its own."""


def cluster(tmp_path: Path, changed: dict[str, list[list[str]]], without: tuple[str, ...] = ()) -> Topology:
    """The cluster in ipvs mode. `changed`: file → pairs of what is replaced everywhere in it, and by what."""
    into = copier(tmp_path)(*RECORDED)
    for host in HOSTS:
        for file in (IPVS / host).iterdir():
            text, there = file.read_text(), into / host / file.name
            if file.name in JOINED and file.suffix == ".json":
                text = json.dumps([*json.loads(there.read_text()), *json.loads(text)])
            elif file.name in JOINED:
                text = there.read_text() + text
            for old, new in changed.get(f"{host}/{file.name}", ()):
                assert old in text, (file.name, old)
                text = text.replace(old, new)
            there.write_text(text)
    for left_out in without:
        (into / left_out).unlink()
    return read(into)


def shown(packet: Packet) -> str:
    while packet.frame is not None:
        packet = packet.frame.packet
    ends = [
        dotted(address) + (f":{port}" if port is not None else "")
        for address, port in (
            (packet.source, packet.source_port),
            (packet.destination, packet.destination_port),
        )
    ]
    return " > ".join(ends)


def told(way: Way) -> list[str]:
    """Each hop as `place packet`, as it leaves; the last one as it came, or as it was where it ended."""
    said = [f"{hop.place or hop.host} {shown(hop.leaves or hop.packet)}" for hop in way.hops]
    return [*said, way.disposition]


def branch(of: Branch) -> dict[str, Any]:
    found: dict[str, Any] = {
        "share": None if of.probability is None else round(of.probability, 4),
        "request": told(of.request),
    }
    if of.reply is not None:
        found["reply"] = told(of.reply)
    else:
        found["noticed"] = of.request.noticed
    if of.conditions:
        found["if"] = [each.en for each in of.conditions]
    return found


@pytest.mark.parametrize("case", CASES, ids=[each["name"] for each in CASES])
def test_the_ways_of_a_flow(case: dict[str, Any], tmp_path: Path) -> None:
    network = cluster(tmp_path, case.get("changed", {}), tuple(case.get("without", ())))
    chosen = {name: case[name] for name in ("protocol", "size", "df") if name in case}
    asked = flow(network, case["from"], case["to"], **chosen)
    found = trace(network, asked)
    ways = [branch(each) for each in found.branches]
    assert sorted(ways, key=str) == sorted(case.get("ways", ways), key=str)
    for each in case.get("some", ()):
        assert each in ways
    if "shares" in case:
        shares: dict[str, float] = {}
        for one in found.branches:
            shares[one.endpoint] = shares.get(one.endpoint, 0) + (one.probability or 0)
        assert {endpoint: round(share, 4) for endpoint, share in shares.items()} == case["shares"]
    if "ttl" in case:
        assert {each.endpoint: each.request.hops[-1].packet.ttl for each in found.branches} == case["ttl"]
    cites = [
        each.cite
        for one in found.branches
        for way in (one.request, one.reply)
        if way is not None
        for hop in way.hops
        for each in hop.decisions
        if each.fact == "ipvs"
    ]
    for line in case.get("cites", ()):
        assert line in cites
    if "missing" in case:
        assert [each.request.why.en for each in found.branches] == [case["missing"]]


def test_services_have_no_names(tmp_path: Path) -> None:
    """Neither ipvsadm nor ipset writes any."""
    with pytest.raises(UsageError, match="ipvs mode writes no names of Services"):
        flow(cluster(tmp_path, {}), "pod-2", "svc/deploy-websrv")
