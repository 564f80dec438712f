"""Probes in a lab: real packets from real pods, seen at every interface that they pass, and nothing left behind."""

import ast
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from labs import inside, standing

from leadline.base.command import Command, Completed
from leadline.hosts.inside import InsideHost
from leadline.lab.lab import Lab, place, topology
from leadline.network.packet import dotted
from leadline.network.probe import agent
from leadline.network.probe.agent import Filter, Tool
from leadline.network.probe.asked import Namespace, Origin, Station, Wanted
from leadline.network.probe.belonging import belonging
from leadline.network.probe.decode import Decoded, decode
from leadline.network.probe.live import probe
from leadline.network.probe.observation import Observation, Probed
from leadline.network.probe.path_mtu import path_mtu

PATIENCE = 10
TCPDUMP = pytest.mark.skipif(
    shutil.which("tcpdump") is None or os.geteuid() != 0,
    reason="needs tcpdump and root: it changes its user, which a lab without root does not let it",
)
BOTH = (("python3",), pytest.param(("tcpdump",), marks=TCPDUMP))
TO_NEXT_NODE = [
    "k8s-ctr web-1 eth0 out",
    "k8s-ctr  {veth1} in",
    "k8s-ctr  cni0 in",
    "k8s-ctr  flannel.1 out",
    "k8s-ctr  eth0 out tunnel",
    "k8s-w1  eth0 in tunnel",
    "k8s-w1  flannel.1 in",
    "k8s-w1  cni0 out",
    "k8s-w1  {veth3} out",
    "k8s-w1 web-3 eth0 in",
]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with standing(nodes=2, pods=2) as lab:
        yield lab


class Lacking:
    """A host that has only some programs."""

    def __init__(self, host: InsideHost, path: Path) -> None:
        self.name = host.name
        self._host = host
        self._path = path

    async def run(self, command: Command) -> Completed:
        text = f"PATH={self._path}\n{command.text}"
        return await self._host.run(Command(text, command.timeout))


def node(lab: Lab, name: str) -> InsideHost:
    return InsideHost(name, place(lab, name))


def netns(lab: Lab, name: str) -> Namespace:
    pod = topology(lab).pod(name)
    assert pod is not None
    return Namespace(name, f"/run/netns/{pod.netns}")


def address(lab: Lab, name: str) -> str:
    pod = topology(lab).pod(name)
    assert pod is not None
    return str(pod.address)


def stations(lab: Lab, tools: tuple[Tool, ...] = ("python3",)) -> list[Station]:
    return [
        Station(
            node(lab, each.name), (Namespace(), *(netns(lab, pod.name) for pod in each.pods)), tools=tools
        )
        for each in topology(lab).nodes
    ]


def wanted(lab: Lab, protocol: str, destination: str, port: int = 0, **more: Any) -> Wanted:
    nodes = topology(lab).nodes
    everybody = [each for node in nodes for each in (node.address, node.bridge_address, node.subnet[0])]
    return Wanted(
        protocol=protocol,
        destination=destination,
        port=port,
        addresses=tuple(map(str, [*everybody, *(pod.address for pod in topology(lab).pods)])),
        ports=(8080,),
        **{"timeout": 1.0, **more},
    )


def from_pod(lab: Lab, name: str) -> Origin:
    pod = topology(lab).pod(name)
    assert pod is not None
    return Origin(node(lab, pod.node), netns(lab, name))


def probed(lab: Lab, origin: str, asked: Wanted, tools: tuple[Tool, ...] = ("python3",)) -> Probed:
    done = asyncio.run(probe(asked, from_pod(lab, origin), stations(lab, tools)))
    assert done.problems == ()
    assert len(done.captured) == 6
    return done


def inner(seen: Observation) -> Decoded:
    packet = decode(seen.frame, seen.link)
    return packet.inner if packet.vni is not None and packet.inner else packet


def way(lab: Lab, done: Probed, which: Callable[[Decoded], bool]) -> list[str]:
    """The interfaces where such packets were seen. One clock ticks in a whole lab."""
    names = {pod.veth: f"{{veth{number}}}" for number, pod in enumerate(topology(lab).pods, 1)}
    return [
        f"{each.host} {each.netns} {names.get(each.interface, each.interface)} "
        # a bridge's port is given frames for the bridge's own MAC address
        + each.direction.replace("other", "in")
        + (" tunnel" if decode(each.frame, each.link).vni is not None else "")
        for each in sorted(done.observations, key=lambda each: each.time)
        if which(inner(each))
    ]


def is_syn(packet: Decoded) -> bool:
    return packet.flags == 2


@contextmanager
def changed(lab: Lab, name: str, do: str, undo: str) -> Iterator[None]:
    inside(lab, name, do)
    try:
        yield
    finally:
        inside(lab, name, undo)


@pytest.mark.parametrize("tools", BOTH)
def test_another_node(lab: Lab, tools: tuple[Tool, ...]) -> None:
    done = probed(lab, "web-1", wanted(lab, "tcp", address(lab, "web-3"), 8080), tools)
    assert done.sent is not None and done.sent.seen == "answer"
    assert way(lab, done, is_syn) == TO_NEXT_NODE
    back = [each.replace(" in", " x").replace(" out", " in").replace(" x", " out") for each in TO_NEXT_NODE]
    assert way(lab, done, lambda packet: packet.flags == 0x12) == back[::-1]
    assert {inner(each).source_port for each in done.observations} == {done.sent.source_port, 8080}


@pytest.mark.parametrize("protocol", ["udp", "icmp"])
@pytest.mark.parametrize("tools", BOTH)
def test_same_node(lab: Lab, protocol: str, tools: tuple[Tool, ...]) -> None:
    done = probed(lab, "web-1", wanted(lab, protocol, address(lab, "web-2"), 8080, size=200), tools)
    assert done.sent is not None and done.sent.seen == "answer"
    veths = ["k8s-ctr web-1 eth0 out", "k8s-ctr  {veth1} in", "k8s-ctr  {veth2} out", "k8s-ctr web-2 eth0 in"]
    assert way(lab, done, lambda packet: dotted(packet.destination) == address(lab, "web-2")) == veths
    assert len(done.observations) == 8


@pytest.mark.parametrize("tools", BOTH)
def test_a_node_asks_a_service(lab: Lab, tools: tuple[Tool, ...]) -> None:
    """Address and port are rewritten, even those that it is sent from, before any interface sees the packet."""
    asked = wanted(lab, "tcp", "10.96.0.11", 80, request=b"GET / HTTP/1.0\r\n\r\n")
    done = asyncio.run(probe(asked, Origin(node(lab, "k8s-w1")), stations(lab, tools)))
    assert (done.problems, done.sent is not None and done.sent.seen) == ((), "answer")
    assert way(lab, done, is_syn) == [
        "k8s-w1  flannel.1 out",
        "k8s-w1  eth0 out tunnel",
        "k8s-ctr  eth0 in tunnel",
        "k8s-ctr  flannel.1 in",
        "k8s-ctr  cni0 out",
        "k8s-ctr  {veth1} out",
        "k8s-ctr web-1 eth0 in",
    ]
    assert any(inner(each).length > 50 for each in done.observations if each.netns == "web-1")


def test_a_pod_that_asks_itself_through_a_service(lab: Lab) -> None:
    done = probed(lab, "web-1", wanted(lab, "tcp", "10.96.0.11", 80))
    # the bridge asks for the rewritten address by itself where its neighbour is not known yet
    seen = [each for each in way(lab, done, is_syn) if each != "k8s-ctr  cni0 out"]
    assert seen == [
        "k8s-ctr web-1 eth0 out",
        "k8s-ctr  {veth1} in",
        "k8s-ctr  {veth1} out",
        "k8s-ctr web-1 eth0 in",
    ]


def test_from_outside(lab: Lab) -> None:
    outside = InsideHost("outside", place(lab, "outside"))
    asked = wanted(lab, "udp", str(topology(lab).nodes[1].address), 30084)
    done = asyncio.run(probe(asked, Origin(outside), [*stations(lab), Station(outside)]))
    assert (done.problems, done.sent is not None and done.sent.seen) == ((), "answer")
    assert ("outside", "") in done.captured
    first, *_, last = way(lab, done, lambda packet: packet.destination_port in (30084, 8080))
    assert first == "outside  underlay out" and last[-8:] == " eth0 in"


def test_refused(lab: Lab) -> None:
    done = probed(lab, "web-1", wanted(lab, "tcp", address(lab, "web-3"), 9))
    assert done.sent is not None and done.sent.seen == "refused" and not done.sent.rtts
    assert way(lab, done, is_syn) == TO_NEXT_NODE
    done = probed(lab, "web-1", wanted(lab, "udp", address(lab, "web-3"), 9))
    assert done.sent is not None
    (attempt,) = done.sent.attempts
    assert (attempt.seen, attempt.icmp, attempt.sender) == ("refused", (3, 3), address(lab, "web-3"))
    assert "port unreachable" in done.sent.detail.en
    assert len(way(lab, done, lambda packet: packet.code == 0x303)) == len(TO_NEXT_NODE)


def test_dropped_and_rejected_by_a_rule(lab: Lab) -> None:
    rule = "FORWARD -p tcp --dport 8080 -j"
    with changed(lab, "k8s-w1", f"iptables -I {rule} DROP", f"iptables -D {rule} DROP"):
        done = probed(lab, "web-1", wanted(lab, "tcp", address(lab, "web-3"), 8080, timeout=0.5))
        assert done.sent is not None and done.sent.seen == "timeout"
        assert way(lab, done, is_syn) == TO_NEXT_NODE[:7]
    reject = f"{rule} REJECT --reject-with icmp-admin-prohibited"
    with changed(lab, "k8s-w1", f"iptables -I {reject}", f"iptables -D {reject}"):
        done = probed(lab, "web-1", wanted(lab, "tcp", address(lab, "web-3"), 8080))
        assert done.sent is not None and done.sent.seen == "unreachable"
        assert done.sent.attempts[0].icmp == (3, 13)
        assert "administratively prohibited" in done.sent.detail.en


def test_no_way_at_all(lab: Lab) -> None:
    with changed(
        lab,
        "web-1",
        "ip route del default",
        f"ip route add default via {topology(lab).nodes[0].bridge_address}",
    ):
        done = probed(lab, "web-1", wanted(lab, "udp", "203.0.113.9", 80))
        assert done.sent is not None and done.sent.seen == "unreachable"
        done = probed(lab, "web-1", wanted(lab, "tcp", "203.0.113.9", 80))
        assert done.sent is not None and done.sent.seen == "unreachable"


def test_too_big(lab: Lab) -> None:
    bridge = str(topology(lab).nodes[0].bridge_address)
    asked = wanted(lab, "udp", address(lab, "web-3"), 8080, size=1400, df=True)
    with changed(lab, "k8s-ctr", "ip link set flannel.1 mtu 1300", "ip link set flannel.1 mtu 1450"):
        done = probed(lab, "web-1", asked)
        assert done.sent is not None
        (attempt,) = done.sent.attempts
        assert (attempt.seen, attempt.mtu, attempt.sender) == ("too-big", 1300, bridge)
        assert way(lab, done, lambda packet: packet.protocol == 17) == TO_NEXT_NODE[:3]
        assert way(lab, done, lambda packet: packet.mtu == 1300)[-1] == "k8s-ctr web-1 eth0 in"
        inside(lab, "web-1", "ip route flush cache")
    # more than the pod's own interface carries
    done = probed(lab, "web-1", wanted(lab, "udp", address(lab, "web-3"), 8080, size=1500, df=True))
    assert done.sent is not None and done.sent.seen == "too-big" and done.observations == ()


@pytest.mark.parametrize("tools", BOTH)
def test_fragments(lab: Lab, tools: tuple[Tool, ...]) -> None:
    done = probed(lab, "web-1", wanted(lab, "udp", address(lab, "web-3"), 8080, size=3000), tools)
    assert done.sent is not None and done.sent.seen == "answer"
    arrived = [inner(each) for each in done.observations if each.netns == "web-3" and each.direction == "in"]
    assert [each.piece for each in arrived] == [0, 1424, 2848]
    tunnelled = [
        inner(each)
        for each in done.observations
        if (each.host, each.netns, each.interface, each.direction) == ("k8s-w1", "", "eth0", "in")
    ]
    assert [each.piece for each in tunnelled] == [0, 1424, 2848]


def test_latency(lab: Lab) -> None:
    done = probed(lab, "web-1", wanted(lab, "tcp", address(lab, "web-3"), 8080, count=5))
    assert done.sent is not None and done.sent.latency is not None
    assert len(done.sent.rtts) == 5 == len(set(done.sent.source_ports))
    least, middle, most = done.sent.latency
    assert 0 < least <= middle <= most < 1
    assert len(way(lab, done, is_syn)) == 5 * len(TO_NEXT_NODE)


def mtu(lab: Lab, protocol: str, **more: Any) -> tuple[Any, ...]:
    asked = wanted(lab, protocol, address(lab, "web-3"), 8080, timeout=0.3)
    found = asyncio.run(path_mtu(asked, from_pod(lab, "web-1"), stations(lab), **more))
    assert found.problems == () and found.mtu is not None
    return found.mtu.largest, found.mtu.lost, found.mtu.by


def test_path_mtu(lab: Lab) -> None:
    assert mtu(lab, "udp") == (1450, 1451, "answer")
    silent = "OUTPUT -p udp --sport 8080 -j DROP"
    with changed(lab, "k8s-ctr", "ip link set flannel.1 mtu 1313", "ip link set flannel.1 mtu 1450"):
        assert mtu(lab, "icmp") == (1313, 1314, "answer")
        with changed(lab, "web-3", f"iptables -A {silent}", f"iptables -D {silent}"):
            assert mtu(lab, "udp") == (None, 576, "answer")
            assert mtu(lab, "udp", arrives=("k8s-w1", "web-3")) == (1313, 1314, "capture")
    inside(lab, "web-1", "ip route flush cache")


@pytest.mark.parametrize("tools", BOTH)
def test_other_traffic_is_not_the_probes(lab: Lab, tools: tuple[Tool, ...]) -> None:
    other = subprocess.Popen(
        ["nsenter", f"--net=/proc/{place(lab, 'web-1')}/ns/net", "sh", "-c",
         f"while :; do curl -s -m 1 http://{address(lab, 'web-3')}:8080; done"],
        stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        done = probed(lab, "web-1", wanted(lab, "tcp", address(lab, "web-3"), 8080), tools)
        assert way(lab, done, is_syn) == TO_NEXT_NODE
    finally:
        os.killpg(other.pid, signal.SIGKILL)
        other.wait()


def lacking(lab: Lab, name: str, folder: Path, *without: str) -> Lacking:
    """A host that has every program of this machine but some."""
    folder.mkdir()
    for place_of in os.environ["PATH"].split(os.pathsep):
        for program in Path(place_of).iterdir() if Path(place_of).is_dir() else ():
            if not program.name.startswith(without) and not (folder / program.name).exists():
                (folder / program.name).symlink_to(program)
    return Lacking(node(lab, name), folder)


@TCPDUMP
def test_hosts_that_lack_programs(lab: Lab, tmp_path: Path) -> None:
    there, here = stations(lab, ("tcpdump", "python3"))
    asked = wanted(lab, "tcp", address(lab, "web-3"), 8080)

    def with_host(host: Lacking) -> Probed:
        return asyncio.run(
            probe(asked, from_pod(lab, "web-1"), [there, Station(host, here.namespaces, here.tools)])
        )

    for number, without in enumerate(("python", "tcpdump", "timeout")):
        done = with_host(lacking(lab, "k8s-w1", tmp_path / str(number), without))
        assert done.problems == () and way(lab, done, is_syn) == TO_NEXT_NODE, without
    done = with_host(lacking(lab, "k8s-w1", tmp_path / "neither", "python", "tcpdump"))
    assert done.sent is not None and done.sent.seen == "answer"
    (problem,) = done.problems
    assert problem.host == "k8s-w1" and "neither python3 nor a tcpdump" in problem.text.en
    assert way(lab, done, is_syn) == TO_NEXT_NODE[:5]
    assert not any(host == "k8s-w1" for host, _ in done.captured)
    sender = Origin(lacking(lab, "k8s-ctr", tmp_path / "sender", "python"), netns(lab, "web-1"))
    done = asyncio.run(probe(asked, sender, [there]))
    assert done.sent is None and "nothing was sent" in done.problems[0].text.en


@pytest.mark.parametrize("tools", BOTH)
def test_a_namespace_that_is_gone(lab: Lab, tools: tuple[Tool, ...]) -> None:
    asked = wanted(lab, "tcp", address(lab, "web-3"), 8080)
    gone = Namespace("gone", "/run/netns/gone")
    done = asyncio.run(
        probe(asked, from_pod(lab, "web-1"), [Station(node(lab, "k8s-ctr"), (Namespace(), gone), tools)])
    )
    assert done.captured == {("k8s-ctr", "")}
    (problem,) = done.problems
    assert "k8s-ctr (gone): this network namespace is not there any more" in problem.text.en
    assert way(lab, done, is_syn) == TO_NEXT_NODE[1:5]
    done = asyncio.run(probe(asked, Origin(node(lab, "k8s-ctr"), gone), []))
    assert done.sent is None and "not there any more" in done.problems[0].text.en


@pytest.mark.parametrize("tools", BOTH)
def test_without_root(lab: Lab, tools: tuple[Tool, ...]) -> None:
    class Nobody:
        name = "k8s-ctr"

        async def run(self, command: Command) -> Completed:
            text = f"exec setpriv --reuid 65534 --regid 65534 --clear-groups sh <<'END_OF_IT'\n{command.text}\nEND_OF_IT\n"
            return await node(lab, "k8s-ctr").run(Command(text, command.timeout))

    asked = wanted(lab, "tcp", address(lab, "web-3"), 8080)
    done = asyncio.run(probe(asked, Origin(Nobody()), [Station(Nobody(), tools=tools)]))
    assert done.sent is not None and done.sent.seen == "answer"
    (problem,) = done.problems
    assert "not permitted" in problem.text.en
    assert done.captured == frozenset()


CLIENT = """\
import asyncio, sys
from leadline.base.command import Command
from leadline.hosts.inside import InsideHost
asyncio.run(InsideHost("k8s-ctr", int(sys.argv[1])).run(Command(sys.stdin.read(), 60)))
"""


@pytest.mark.parametrize("tools", BOTH)
@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGINT])
def test_a_client_that_ends_leaves_nothing(
    lab: Lab, tools: tuple[Tool, ...], ended_by: signal.Signals
) -> None:
    sockets = "cat /proc/net/packet | tail -n +2 | wc -l; ps -eo comm | grep -c 'tcpdump\\|python' || :"
    before = inside(lab, "k8s-ctr", sockets)
    token = f"test{os.getpid()}{tools[0]}{ended_by}"
    kept = Filter(
        protocol="tcp", addresses=("192.0.2.1",), ports=(80,), sources=(20000,), token=b"12345678", tunnels=(8472,)
    )  # fmt: skip
    script = agent.capture(kept, ["", netns(lab, "web-1").path], token, seconds=60, limit=10, tools=tools)
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(place(lab, "k8s-ctr"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with client:
        assert client.stdin is not None
        client.stdin.write(script.encode())
        client.stdin.close()
        folder = Path(agent.folder(token))
        comes(lambda: (folder / "ready").exists())
        assert inside(lab, "k8s-ctr", sockets) != before
        client.send_signal(ended_by)
        comes(lambda: not folder.exists() and inside(lab, "k8s-ctr", sockets) == before)


def comes(check: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("tools", BOTH)
def test_a_capture_ends_by_itself(lab: Lab, tools: tuple[Tool, ...]) -> None:
    kept = Filter(
        protocol="tcp", addresses=("192.0.2.1",), ports=(80,), sources=(20000,), token=b"12345678", tunnels=()
    )
    script = agent.capture(kept, [""], f"test{os.getpid()}-end", seconds=0.2, limit=10, tools=tools)
    done = asyncio.run(node(lab, "k8s-ctr").run(Command(script, 20)))
    assert done.exit == 0 and b'"done": true' in done.stdout
    assert not Path(agent.folder(f"test{os.getpid()}-end")).exists()


def test_no_capture_without_its_flow() -> None:
    kept = Filter(protocol="udp", addresses=(), ports=(53,), sources=(20000,), token=b"12345678", tunnels=())
    other = Observation(host="a", netns="", interface="eth0", direction="in", time=0, frame=bytes(60))
    assert belonging([other], kept) == []


COUNTING = """
flow = Flow({"protocol": 17, "addresses": [], "ports": [8080], "sources": [20001], "tunnels": [8472], "token": "00",
    "begins": [], "window": 0})
wire = listening(sieve(flow))
def arrived():
    return struct.unpack("@II", wire.getsockopt(_SOL_PACKET, _STATISTICS, 8))[0]
arrived()
for port in (9, 8080):
    asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asker.settimeout(0.1)
    asker.sendto(b"?", ("ADDRESS", port))
    try:
        asker.recv(1)
    except OSError:
        pass
    time.sleep(0.1)
    print(arrived())
"""


def test_the_kernel_keeps_other_traffic_from_a_capture(lab: Lab) -> None:
    source = files("leadline.network.probe.on_host").joinpath("capture.py").read_text("utf-8")
    asking = COUNTING.replace("ADDRESS", address(lab, "web-3"))
    # of port 9 only the ICMP error about it; of port 8080 question and answer; at the node in the tunnel and out of it
    assert inside(lab, "web-1", f"python3 - <<'END'\n{source}{asking}\nEND\n").split() == ["1", "2"]
    assert inside(lab, "k8s-ctr", f"python3 - <<'END'\n{source}{asking}\nEND\n").split() == ["2", "4"]


@pytest.mark.parametrize("name", ["capture.py", "send.py"])
def test_old_pythons_understand_what_they_are_sent(name: str) -> None:
    source = files("leadline.network.probe.on_host").joinpath(name).read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    imported = {alias.name for each in ast.walk(tree) if isinstance(each, ast.Import) for alias in each.names}
    assert imported <= sys.stdlib_module_names
    # annotations are evaluated where they are not text, and `list[int]` is none before 3.9
    notes = [each.annotation for each in ast.walk(tree) if isinstance(each, ast.arg) and each.annotation]
    notes += [each.returns for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.returns]
    assert not [ast.unparse(each) for each in notes if isinstance(each, ast.Subscript | ast.BinOp)]
