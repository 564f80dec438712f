"""Corners of Linux: what the sender of a real packet sees is what the trace of the changed lab says.

Each case changes a lab, is recorded and traced, and is then sent: the kernel is asked, nothing is written down.
"""

import errno
import os
import pickle
import re
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from recording import recorded
from ruamel.yaml import YAML

from leadline.hosts.namespaces import NET, join
from leadline.lab import lab as labs
from leadline.lab.lab import Lab
from leadline.lab.pods import child
from leadline.network.names import flow as asked
from leadline.network.packet import dotted
from leadline.network.result import Branch
from leadline.network.tracing import trace

sys.path.append(str(Path(__file__).parents[1] / "lab"))
from labs import inside, standing

CASES = YAML(typ="safe").load((Path(__file__).parents[1] / "data/network/exactness/cases.yaml").read_text())
# ARP gives up within a tenth of a second, and ICMP errors are not rationed
QUICK = """
for each in /proc/sys/net/ipv4/neigh/*/retrans_time_ms; do echo 20 > $each; done
echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
echo 100000 > /proc/sys/net/ipv4/icmp_msgs_per_sec
echo 10000 > /proc/sys/net/ipv4/icmp_msgs_burst
"""
LOST = 0.4
NAMED = {
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.EACCES: "unreachable",
    errno.EPERM: "unreachable",
    errno.EINVAL: "unreachable",
    errno.EMSGSIZE: "too-big",
}
"""What the trace calls an error that a socket returns; a local refusal is not told from a remote one."""


def attempt(flow: dict[str, Any]) -> tuple[str, str]:
    """What one attempt sees, and the address that the answer says it came from."""
    tcp = flow.get("protocol", "tcp") == "tcp"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM) as own:
        own.settimeout(LOST)
        try:
            own.setsockopt(socket.IPPROTO_IP, 10, 2 if flow.get("df") else 0)  # IP_MTU_DISCOVER
            own.setsockopt(socket.IPPROTO_IP, 11, 1)  # IP_RECVERR
            own.connect((flow["to"], flow.get("port", 8080)))
            own.send(b"GET / HTTP/1.0\r\n\r\n" if tcp else bytes(flow.get("size", 10)))
            said = own.recv(4096).decode()
            found = re.search(r"from ([\d.]+):", said)
            return "answer", found[1] if found else said
        except TimeoutError:
            return "timeout", ""
        except OSError as error:
            return NAMED.get(error.errno or 0, str(error)), ""


def sent(lab: Lab, flow: dict[str, Any]) -> tuple[str, str]:
    """The same inside the sender's network namespace; again where an error of the first came too late for it."""
    process, (reader, writer) = labs.place(lab, flow["from"]), os.pipe()

    def talk() -> None:
        join(process, NET)
        seen = attempt(flow)
        os.write(writer, pickle.dumps(attempt(flow) if seen[0] == "timeout" else seen))

    os.waitpid(child(talk), 0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        outcome: tuple[str, str] = pickle.loads(pipe.read())
    return outcome


def told(branch: Branch) -> tuple[str, str]:
    """The same as a trace tells it."""
    if branch.reply is not None and branch.reply.disposition == "delivered":
        return "answer", dotted(branch.reply.hops[0].packet.destination)
    return branch.ends.noticed, ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_as_the_kernel_does(case: dict[str, Any]) -> None:
    flow = case["flow"]
    with standing(nodes=2, pods=2) as lab:
        for name in [node.name for node in labs.topology(lab).nodes] + [
            pod.full_name for pod in labs.topology(lab).pods
        ]:
            inside(lab, name, QUICK)
        for name, script in case["change"].items():
            inside(lab, name, script)
        topology = recorded(lab)
        seen = sent(lab, flow)
        found = trace(
            topology,
            asked(
                topology,
                flow["from"],
                flow["to"],
                port=flow.get("port", 8080),
                protocol=flow.get("protocol", "tcp"),
                size=flow.get("size"),
                df=flow.get("df", False),
            ),
        )
    ways = {told(branch) for branch in found.branches}
    assert seen in ways, (seen, ways, [each.ends.why.en for each in found.branches])
    if "ends" in case:
        assert {each.ends.disposition for each in found.branches} == {case["ends"]}
