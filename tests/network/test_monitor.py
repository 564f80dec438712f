"""Decision by decision: what a trace says of every rule is what `nft monitor trace` prints of the real packet.

The kernel's trace names each rule that a packet matched, its verdict and the policies. It is turned on for the first
packet of a flow, its answer, and the VXLAN packets that carry them.
"""

import os
import re
import socket
import time
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest
from labs import inside, standing
from recording import recorded

from leadline.hosts.namespaces import NET, join
from leadline.lab import lab as labs
from leadline.lab.lab import Lab
from leadline.lab.pods import child
from leadline.network.names import flow
from leadline.network.ports import Protocol
from leadline.network.result import Branch, Decision
from leadline.network.topology import Topology
from leadline.network.tracing import trace

TRACED = """
table inet leadline-trace {
  chain every {
    tcp flags & (syn | ack) == syn meta nftrace set 1
    tcp flags & (syn | ack) == syn | ack meta nftrace set 1
    udp dport { 8080, 80, 30084 } meta nftrace set 1
    udp sport { 8080, 80, 30084 } meta nftrace set 1
    udp dport { 9, 8472 } meta nftrace set 1
    icmp type { echo-request, echo-reply } meta nftrace set 1
  }
  chain pre { type filter hook prerouting priority -400; jump every; }
  chain out { type filter hook output priority -400; jump every; }
}
"""
WATCH = f"""
nft -f - <<'X'
{TRACED}
X
(exec nft -a monitor trace) > /run/trace.log 2>&1 &
until grep -q 'dport 9' /run/trace.log; do echo > /dev/udp/127.0.0.1/9; sleep 0.05; done 2>/dev/null
nft -a list ruleset > /run/handles.txt
"""
# flanneld's own rules in nftables mode (EnableNFTables: true), as 0.26 to 0.28 write them, in place of iptables'
FLANNEL = """
iptables -D FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
iptables -F FLANNEL-FWD
iptables -X FLANNEL-FWD
iptables -t nat -D POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
iptables -t nat -F FLANNEL-POSTRTG
iptables -t nat -X FLANNEL-POSTRTG
nft -f - <<'X'
table ip flannel-ipv4 {
  comment "rules for flannel-ipv4"
  chain forward {
    type filter hook forward priority filter; policy accept;
    ip saddr 10.244.0.0/16 accept
    ip daddr 10.244.0.0/16 accept
  }
  chain postrtg {
    type nat hook postrouting priority srcnat; policy accept;
    meta mark 0x4000 return
    ip saddr @SUBNET@ ip daddr 10.244.0.0/16 return
    ip saddr 10.244.0.0/16 ip daddr @SUBNET@ return
    ip saddr != @SUBNET@ ip daddr 10.244.0.0/16 return
    ip saddr 10.244.0.0/16 ip daddr != 224.0.0.0/4 masquerade fully-random
    ip saddr != 10.244.0.0/16 ip daddr 10.244.0.0/16 masquerade fully-random
  }
}
X
"""
LINE = re.compile(r"trace id \S+ (\S+) (\S+) (\S+) (packet:|rule|policy|verdict|unknown rule) ?(.*)")
HANDLE = re.compile(r"# handle (\d+) \(verdict (.*)\)$")
SETTLED = 0.3
ACCEPTED = frozenset(("dnat", "snat", "masquerade", "redirect"))

Met = tuple[str, str, str, int, str]
"""A rule that was met: family, table, chain, place in it (-1: the policy) and verdict."""


class Asked(NamedTuple):
    """A flow: who sends, to what, and what of it differs from a TCP connection to port 8080."""

    source: str
    destination: str
    port: int | None = 8080
    protocol: Protocol = "tcp"


FLOWS = {
    "pod on the same node": Asked("default/web-1", "default/web-2"),
    "pod on another node": Asked("default/web-1", "default/web-3"),
    "pod from its node": Asked("k8s-ctr", "default/web-1"),
    "pod from another node": Asked("k8s-w1", "default/web-1"),
    "node from a pod": Asked("default/web-1", "192.168.10.101", 10250),
    "Service": Asked("default/web-3", "10.96.0.10", 80),
    "Service with one endpoint": Asked("default/web-3", "10.96.0.11", 80),
    "Service on the same node": Asked("default/web-2", "10.96.0.11", 80),
    "own Service": Asked("default/web-1", "10.96.0.11", 80),
    "Service from a node": Asked("k8s-w1", "10.96.0.11", 80),
    "Service with affinity": Asked("default/web-4", "10.96.0.13", 80),
    "Service without endpoints": Asked("default/web-1", "10.96.0.16", 80),
    "Service without endpoints, from a node": Asked("k8s-w1", "10.96.0.16", 80),
    "UDP Service": Asked("default/web-3", "10.96.0.17", 80, "udp"),
    "node port": Asked("outside", "192.168.10.101", 30080),
    "node port, policy Local": Asked("outside", "192.168.10.100", 30081),
    "node port, policy Local, no endpoint": Asked("outside", "192.168.10.102", 30081),
    "node port from a pod": Asked("default/web-1", "192.168.10.101", 30080),
    "external IP from a pod": Asked("default/web-1", "192.168.10.250", 80),
    "load balancer from a pod": Asked("default/web-3", "192.168.10.240", 80),
    "hostPort": Asked("outside", "192.168.10.101", 8088),
    "hostPort from a pod": Asked("default/web-1", "192.168.10.101", 8088),
    "world": Asked("default/web-1", "203.0.113.1", 8080),
    "pod, UDP": Asked("default/web-1", "default/web-3", 8080, "udp"),
}


MODES = (
    ("vxlan", "iptables", "iptables"),
    ("vxlan", "nftables", "iptables"),
    ("vxlan", "nftables", "nftables"),
    ("host-gw", "iptables", "iptables"),
)
"""Flannel's backend, kube-proxy's mode and flanneld's."""


@pytest.fixture(scope="module", params=MODES, ids="-".join)
def watched(request: pytest.FixtureRequest) -> Iterator[tuple[Lab, Topology]]:
    backend, proxy, flannel = request.param
    with standing(nodes=3, pods=2, backend=backend, proxy=proxy) as lab:
        if flannel == "nftables":
            for node in labs.topology(lab).nodes:
                inside(lab, node.name, "set -e\n" + FLANNEL.replace("@SUBNET@", str(node.subnet)))
        topology = recorded(lab)
        for node in labs.topology(lab).nodes:
            inside(lab, node.name, f"exec bash -c {quoted(WATCH)}")
        yield lab, topology


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@pytest.mark.parametrize("name", FLOWS)
def test_every_decision(watched: tuple[Lab, Topology], name: str) -> None:
    asked = FLOWS[name]
    lab, topology = watched
    predicted = trace(
        topology,
        flow(
            topology,
            asked.source,
            asked.destination,
            port=asked.port,
            protocol=asked.protocol,
            size=None,
            df=False,
        ),
    )
    chains = {node: places(lab, node).chains for node in names(lab)}
    begun = {node: len(log(lab, node)) for node in names(lab)}
    send(lab, asked)
    time.sleep(SETTLED)
    seen = {node: met(lab, node, log(lab, node)[begun[node] :]) for node in names(lab)}
    told = [expected(branch, chains) for branch in predicted.branches]
    assert seen in told, difference(seen, told)


def names(lab: Lab) -> list[str]:
    return [node.name for node in labs.topology(lab).nodes]


def log(lab: Lab, node: str) -> list[str]:
    return inside(lab, node, "cat /run/trace.log").splitlines()


def send(lab: Lab, asked: Asked) -> None:
    """One connection or datagram, from inside the sender's network namespace."""
    planned = labs.topology(lab)
    pod = planned.pod(asked.destination)
    address = str(pod.address) if pod is not None else asked.destination
    process = labs.place(lab, asked.source)

    def talk() -> None:
        join(process, NET)
        kind = socket.SOCK_STREAM if asked.protocol == "tcp" else socket.SOCK_DGRAM
        with socket.socket(socket.AF_INET, kind) as own:
            own.settimeout(SETTLED)
            try:
                own.connect((address, asked.port or 0))
                if asked.protocol == "udp":
                    own.send(b"x")
                    own.recv(100)
            except OSError:
                pass

    os.waitpid(child(talk), 0)


def met(lab: Lab, node: str, lines: list[str]) -> dict[str, list[Met]]:
    """What the kernel says: of the request and of the answer, of the inner and of the outer packet, each once."""
    where = places(lab, node).rules
    found: dict[str, list[Met]] = {}
    ids: dict[str, str] = {}
    current: list[Met] | None = None
    for line in lines:
        if (match := LINE.match(line)) is None:
            continue
        family, table, chain, kind, rest = match.groups()
        if kind == "packet:":
            current = None
            if (which := packet(rest)) is not None:
                number = re.search(r"ip id (\d+)", rest)
                own = number[1] if number is not None else ""
                if ids.setdefault(which, own) == own:
                    current = found.setdefault(which, [])
            continue
        if current is None or table == "leadline-trace":
            continue
        if kind == "policy":
            current.append((family, table, chain, -1, rest.split()[0]))
        elif kind == "rule" and (handle := HANDLE.search(rest)) is not None:
            current.append((family, table, chain, where[family, table, chain, handle[1]], handle[2]))
    return {which: each for which, each in found.items() if each}


def packet(told: str) -> str | None:
    """Which packet of the flow a line is about."""
    if "udp dport 8472" in told:
        return "outer in" if 'oif "' not in told and 'iif "eth0"' in told else "outer out"
    if "tcp flags" in told:
        flags = re.search(r"tcp flags (?:== )?(\S+)", told)
        return {"syn": "request", "syn,ack": "answer", "0x2": "request", "0x12": "answer"}.get(
            flags[1] if flags else ""
        )
    if "udp sport" in told:
        port = re.search(r"udp sport (\d+)", told)
        return "answer" if port is not None and int(port[1]) in (80, 8080, 30084) else "request"
    return None


class Places(NamedTuple):
    """Which chains there are, and where in its chain a rule stands, by its handle."""

    chains: frozenset[tuple[str, str, str]]
    rules: dict[tuple[str, str, str, str], int]


@cache
def places(lab: Lab, node: str) -> Places:
    rules: dict[tuple[str, str, str, str], int] = {}
    chains = set()
    family = table = chain = ""
    place = 0
    for line in inside(lab, node, "cat /run/handles.txt").splitlines():
        words = line.split()
        if line.startswith("table "):
            family, table = words[1], words[2]
        elif words[:1] == ["chain"]:
            chain, place = words[1], 0
            chains.add((family, table, chain))
        elif chain and "# handle" in line and words[0] not in ("type", "policy"):
            rules[family, table, chain, words[-1]] = place
            place += 1
        elif words[:1] == ["}"]:
            chain = ""
    return Places(frozenset(chains), rules)


def expected(
    branch: Branch, chains: dict[str, frozenset[tuple[str, str, str]]]
) -> dict[str, dict[str, list[Met]]]:
    """The same of a prediction. iptables-save shows base chains that the kernel does not have: they are empty."""
    told: dict[str, dict[str, list[Met]]] = {node: {} for node in chains}
    for which, way in (("request", branch.request), ("answer", branch.reply)):
        for hop in way.hops if way is not None else ():
            if hop.place or hop.host not in told:
                continue
            for each in hop.decisions:
                if each.chain is None or each.chain[:3] not in chains[hop.host]:
                    continue
                kind = which
                if each.tunnelled:
                    kind = "outer in" if each.stage in ("prerouting", "input") else "outer out"
                told[hop.host].setdefault(kind, []).append((*each.chain, verdict(each)))
    return told


def verdict(decision: Decision) -> str:
    word = decision.verdict.split()[0]
    return {"reject": "drop", "notrack": "continue"}.get(
        word, "accept" if word in ACCEPTED else decision.verdict
    )


def difference(seen: Any, told: list[Any]) -> str:
    def lines(one: Any) -> set[str]:
        return {
            f"{node} {which} {each}" for node, of in one.items() for which, row in of.items() for each in row
        }

    nearest = min(told, key=lambda each: len(lines(each) ^ lines(seen)))
    only = [f"kernel only: {each}" for each in sorted(lines(seen) - lines(nearest))]
    only += [f"trace only: {each}" for each in sorted(lines(nearest) - lines(seen))]
    return "\n".join(only) or f"another order:\n{seen}\n{nearest}"
