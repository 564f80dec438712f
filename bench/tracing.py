"""A trace through 20,000 rules beside iptables-save of the same ones, and all pairs of a large cluster."""

import asyncio
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

from bench.measure import beside, program, settled, timed
from leadline.base.command import Command
from leadline.hosts.inside import InsideHost
from leadline.hosts.namespaces import EVERYTHING, join
from leadline.lab import kube_proxy_iptables
from leadline.lab import lab as labs
from leadline.lab.lab import Lab
from leadline.lab.plan import LabSpec
from leadline.network.service import Endpoint, Proxy, Service, ServicePort
from leadline.snapshot.record import Target, record

LEADLINE = str(Path(sys.executable).parent / "leadline")
SERVICES, ENDPOINTS = 2300, 2
NODES, PODS = 50, 10
FIRST = int(IPv4Address("10.96.32.0"))


def rows() -> list[str]:
    """The section of docs/benchmarks.md."""
    lines = ["## Traces, as whole processes", "", "| what | time | goal |", "| --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as scratch, standing(1, 2) as lab:
        count = load(lab)
        recorded(lab, Path(scratch))
        trace = program([LEADLINE, "trace", "web-1", "svc/many-2000", "--snapshot", scratch])
        ours, floor, _ = beside(trace, saved(lab), 9)
        lines += [
            f"| one flow, both ways, through {count:,} rules of iptables, read from a folder | {ours} | < 0.5 s |",
            f"| `iptables-nft-save` of the same rules, in their namespace | {floor} | (the floor) |",
        ]
    settled()
    with tempfile.TemporaryDirectory() as scratch:
        with standing(NODES, PODS) as lab:
            recorded(lab, Path(scratch))
        pairs = timed(program([LEADLINE, "trace", "--all-pairs", "--snapshot", scratch]), 3)
    lines.append(
        f"| all {NODES * PODS * (NODES * PODS - 1):,} pairs of {NODES} nodes × {PODS} pods, read from folders | {pairs} | < 10 s |"
    )
    return lines


@contextmanager
def standing(nodes: int, pods: int) -> Iterator[Lab]:
    lab = labs.up(LabSpec(name=f"bench{os.getpid()}", nodes=nodes, pods=pods), lambda word, number: None)
    try:
        yield lab
    finally:
        labs.down(lab.name)


def inside(lab: Lab, node: str, script: str) -> str:
    done = asyncio.run(InsideHost(node, labs.place(lab, node)).run(Command(script, 120)))
    if done.exit:
        raise RuntimeError(done.stderr.decode())
    return done.stdout.decode()


def load(lab: Lab) -> int:
    """Gives the lab's node the rules of many Services; how many rules it has then."""
    node = labs.topology(lab).nodes[0]
    behind = tuple(Endpoint(str(pod.address), 8080, node.name) for pod in node.pods)[:ENDPOINTS]
    many = [
        Service(
            name=f"many-{number}",
            cluster_ip=str(IPv4Address(FIRST + number)),
            ports=(ServicePort(port=80, endpoints=behind),),
        )
        for number in range(SERVICES)
    ]
    text = kube_proxy_iptables.render(many, Proxy(node=node.name, address=str(node.address), local="10.244.0.0/16"))
    inside(lab, node.name, f"printf %s {shlex.quote(text)} | iptables-restore --noflush")
    return len(re.findall("^-A ", inside(lab, node.name, "iptables-save"), re.MULTILINE))


def saved(lab: Lab) -> Callable[[], object]:
    """`iptables-nft-save` on the node, as a process of its own."""
    process = labs.place(lab, labs.topology(lab).nodes[0].name)
    return program(["iptables-nft-save", "-c"], enter=lambda: join(process, EVERYTHING))


def recorded(lab: Lab, into: Path) -> None:
    targets = [
        Target(InsideHost(node.name, labs.place(lab, node.name)), node.name) for node in labs.topology(lab).nodes
    ]
    done = record(targets, into, timeout=120, jobs=2, done=lambda result: None)
    if failed := [each.error.en for each in done if each.error]:
        raise RuntimeError(failed[0])
