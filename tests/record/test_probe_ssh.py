"""Probes over a real sshd on loopback: it captures in the namespaces of a lab's nodes, none of its own."""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Sshd, free_port
from labs import standing

from leadline.base.command import Command
from leadline.hosts.inside import InsideHost
from leadline.hosts.ssh import SshHost
from leadline.lab.lab import Lab, place, topology
from leadline.network.probe import agent
from leadline.network.probe.agent import Filter, Tool
from leadline.network.probe.asked import Namespace, Origin, Station, Wanted
from leadline.network.probe.live import probe

PATIENCE = 20
TCPDUMP = pytest.mark.skipif(
    shutil.which("tcpdump") is None or os.geteuid() != 0,
    reason="needs tcpdump and root: it changes its user, which a lab without root does not let it",
)
BOTH = (("python3",), pytest.param(("tcpdump",), marks=TCPDUMP))


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with standing(nodes=2, pods=1) as lab:
        yield lab


def namespace(lab: Lab, name: str) -> Namespace:
    return Namespace(name, f"/proc/{place(lab, name)}/ns/net")


@pytest.mark.parametrize("tools", BOTH)
def test_captures_over_ssh(sshd: Sshd, lab: Lab, tools: tuple[Tool, ...]) -> None:
    host = SshHost("probe", "probe")
    places = tuple(namespace(lab, name) for name in ("k8s-ctr", "k8s-w1", "web-1", "web-2"))
    asker, asked = topology(lab).pods
    wanted = Wanted(
        protocol="tcp",
        destination=str(asked.address),
        port=8080,
        addresses=(str(asker.address),),
    )
    done = asyncio.run(probe(wanted, Origin(host, namespace(lab, "web-1")), [Station(host, places, tools)]))
    if os.geteuid():
        assert done.sent is None and done.captured == frozenset()
        assert all("not permitted" in each.text.en for each in done.problems)
        return
    assert done.problems == ()
    assert done.sent is not None and done.sent.seen == "answer"
    assert done.captured == {("probe", each.name) for each in places}
    first = list(
        dict.fromkeys(
            (each.netns, each.interface) for each in sorted(done.observations, key=lambda each: each.time)
        )
    )
    assert [netns for netns, _ in first] == ["web-1", *["k8s-ctr"] * 4, *["k8s-w1"] * 4, "web-2"]


def test_a_host_that_is_not_there(sshd: Sshd, lab: Lab) -> None:
    dead = SshHost("dead", "127.0.0.1", port=free_port())
    node = InsideHost("k8s-ctr", place(lab, "k8s-ctr"))
    wanted = Wanted(protocol="tcp", destination=str(topology(lab).pods[0].address), port=8080)
    done = asyncio.run(probe(wanted, Origin(node), [Station(dead), Station(node)]))
    assert done.sent is not None and done.sent.seen == "answer"
    assert done.captured == {("k8s-ctr", "")}
    assert ["the connection was refused" in each.text.en for each in done.problems] == [True]


@pytest.mark.parametrize("tools", BOTH)
def test_a_cut_connection_leaves_nothing(sshd: Sshd, lab: Lab, tools: tuple[Tool, ...]) -> None:
    before = listeners(lab)
    kept = Filter(
        protocol="tcp", addresses=("192.0.2.1",), ports=(80,), sources=(20000,), token=b"12345678", tunnels=(8472,)
    )  # fmt: skip
    token = f"test{os.getpid()}{tools[0]}"
    folder = Path(agent.folder(token))
    path = namespace(lab, "k8s-ctr").path

    async def cut() -> None:
        script = agent.capture(kept, [path], token, seconds=120, limit=10, tools=tools)
        running = asyncio.ensure_future(SshHost("probe", "probe").run(Command(script, 200)))
        async with asyncio.timeout(PATIENCE):
            while not (folder / "ready").exists():
                assert not running.done(), running.result()
                await asyncio.sleep(0.02)
        assert listeners(lab) > before
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    if os.geteuid() == 0:
        asyncio.run(cut())
    comes(lambda: not folder.exists() and listeners(lab) == before)


def listeners(lab: Lab) -> int:
    """Packet sockets in a node's namespace."""
    return len(Path(f"/proc/{place(lab, 'k8s-ctr')}/net/packet").read_text().splitlines()) - 1


def comes(check: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < until
        time.sleep(0.02)
