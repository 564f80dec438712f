"""A lab leaves nothing, however it ends, and touches nothing that is not its own while it stands."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from labs import inside, standing

from leadline.explain.explain import explain
from leadline.lab.keeper import TITLE
from leadline.lab.lab import execute, find, labs, place, processes, root
from leadline.lab.plan import LOAD_BALANCER, plan
from leadline.lab.speaker import owner
from leadline.snapshot.snapshot import Snapshot
from leadline.snapshot.store import load

LEADLINE = [sys.executable, "-m", "leadline"]


def leadline(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*LEADLINE, *arguments], capture_output=True, text=True, timeout=120, **more)


def recorded(folder: Path) -> Snapshot:
    assert leadline("record", "--to", str(folder)).returncode == 0
    return next(iter(load(folder).values()))


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    last = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last, "it did not come true"
        time.sleep(0.01)


def not_moving_by_itself(before: Snapshot, after: Snapshot) -> list[tuple[str, str]]:
    """What differs, apart from the programs that run and from disk use: other tests run on this machine."""
    return [
        (each.change.fact, each.change.key)
        for each in explain(before, after).changes
        if each.class_ != "runtime"
        and each.change.fact not in ("processes", "df", "ss", "unix_sockets", "namespaces")
    ]


def lab_processes() -> list[str]:
    """Every process whose title is one of a lab that this test process made."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            if line.read_bytes().startswith(f"{TITLE} c{os.getpid()}".encode()):
                found.append(str(line))
    return found


@pytest.fixture
def name() -> Iterator[str]:
    """A lab's name that no other test has; whatever still has it afterwards is taken down."""
    own = f"c{os.getpid()}"
    yield own
    leadline("lab", "down", "--name", own)


def test_the_machine_is_the_same_during_and_after(tmp_path: Path) -> None:
    before = recorded(tmp_path / "before")
    with standing():
        during = recorded(tmp_path / "during")
    after = recorded(tmp_path / "after")
    assert not_moving_by_itself(before, during) == []
    assert not_moving_by_itself(before, after) == []
    assert not any("lab" in each.change.key for each in explain(before, after).changes)


def test_the_keeper_killed_is_the_lab_gone() -> None:
    with standing() as lab:
        own = [process.pid for process in processes(lab).values()]
        assert len(own) > 10
        os.kill(lab.keeper, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in own))
        assert lab.name not in [each.name for each in labs()]
        assert not (root() / lab.name).exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_up_ended_at_any_moment(name: str, number: signal.Signals) -> None:
    """Ctrl-C, an end that was asked for, and one that was not: nothing stays, or a whole lab."""
    for moment in range(0, 500, 50):
        running = subprocess.Popen(
            [*LEADLINE, "lab", "up", "--name", name, "--nodes", "5"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        # from its first step on: while Python itself starts, a signal is Python's (tests/report/test_interrupt.py)
        until(lambda: (root() / name).exists() or running.poll() is not None)  # noqa: B023 - called at once
        time.sleep(moment / 1000)  # the moments are what is tried, nothing is waited for
        running.send_signal(number)
        _, said = running.communicate(timeout=60)
        assert "Traceback" not in said, said
        until(lambda: name in [each.name for each in labs()] or not (root() / name).exists())
        if name in [each.name for each in labs()]:
            assert running.returncode in (0, -signal.SIGKILL)
            assert inside(find(name), "web-1", "curl -s -m 5 10.96.0.10")
            assert leadline("lab", "down", "--name", name).returncode == 0
        until(lambda: not lab_processes())


def test_two_labs_beside_each_other(name: str) -> None:
    with standing(nodes=1, pods=1) as one, standing(nodes=1, pods=1) as other:
        for lab in (one, other):
            assert "web-1" in inside(lab, "web-1", "curl -s -m 5 10.96.0.10")
        again = leadline("lab", "up", "--name", one.name)
        assert again.returncode == 2
        assert again.stderr.count("\n") == 1
        assert f"a lab named {one.name} is up" in again.stderr
        assert {one.name, other.name} <= {each.name for each in labs()}


def test_a_published_port_is_answered_from_inside(name: str) -> None:
    made = leadline("lab", "up", "--name", name, "--nodes", "2", "--pods", "1", "--publish", "0:30080")
    assert made.returncode == 2, "port 0 is nobody's"
    port = _free_port()
    assert leadline("lab", "up", "--name", name, "--nodes", "2", "--publish", str(port)).returncode == 0
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        assert answer.read().startswith(b"pod default/web-")
    taken = leadline("lab", "up", "--name", f"{name}x", "--publish", str(port))
    assert (taken.returncode, taken.stderr.count("\n")) == (2, 1)
    assert str(port) in taken.stderr
    assert not (root() / f"{name}x").exists()


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_load_balancer_address_moves_from_a_node_that_is_cut_off() -> None:
    ask = f"curl -s -m 2 {LOAD_BALANCER}"
    with standing(pods=1) as lab:
        nodes = {node.name: node.mac for node in plan(lab.spec).nodes}
        first = owner(str(LOAD_BALANCER), nodes)
        assert "pod default/web-" in inside(lab, "outside", ask)
        assert nodes[first] in inside(lab, "outside", f"ip neigh show {LOAD_BALANCER}")
        inside(lab, "outside", f"ip link set {first} down")
        second = owner(str(LOAD_BALANCER), nodes.keys() - {first})
        until(lambda: nodes[second] in inside(lab, "outside", f"ip neigh show {LOAD_BALANCER}"))
        until(lambda: "pod default/web-" in inside(lab, "outside", f"{ask} || true"))
        inside(lab, "outside", f"ip link set {first} up")
        until(lambda: nodes[first] in inside(lab, "outside", f"ip neigh show {LOAD_BALANCER}"))


def test_without_root(tmp_path: Path, name: str) -> None:
    """As a user without a single privilege, who has nothing but the kernel's leave to make user namespaces."""
    lines = [
        f"lab up --name {name}",
        f"lab exec --name {name} web-1 -- curl -s 10.96.0.10",
        f"lab exec --name {name} k8s-w1 -- ip link",
        f"lab exec --name {name} web-5 -- curl -s 203.0.113.1:8080",
        f"lab status --name {name}",
        f"record lab:{name}/k8s-w1 --to {tmp_path}/recorded",
        f"lab down --name {name}",
    ]
    script = "set -e\n" + "".join(f"{' '.join(LEADLINE)} {line}\n" for line in lines)
    done = subprocess.run(
        ["unshare", "--map-user=12345", "--map-group=12345", "sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    if "make no namespaces" in done.stderr or "unshare: " in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    for seen in ("pod default/web-", "flannel.1", "a host outside", "Everything lives"):
        assert seen in done.stdout
    assert [each.name for each in tmp_path.iterdir()] == ["recorded"]


def test_a_command_inside_ends_as_it_does_here() -> None:
    with standing(nodes=1, pods=1) as lab:
        node, pod = place(lab, "k8s-ctr"), place(lab, "web-1")
        assert execute(node, ["sh", "-c", "exit 7"]) == 7
        assert execute(node, ["sh", "-c", "kill -9 $$"]) == 137
        assert execute(pod, ["/no/such/program"]) == 127
        asked = leadline(
            "lab", "exec", "--name", lab.name, "web-1", "--", "sh", "-c", "cat; hostname", input="hello\n"
        )
        assert asked.stdout == "hello\nweb-1\n"


def test_where_no_namespaces_are_allowed(tmp_path: Path) -> None:
    """As a container without privileges has it: one sentence in both languages, and nothing is left."""
    script = "echo 0 > /proc/sys/user/max_net_namespaces && exec " + " ".join(
        [*LEADLINE, "lab", "up", "--lang"]
    )
    for lang, said in (("en", "lets you make no namespaces"), ("ko", "네임스페이스를 만들 수 없습니다")):
        done = subprocess.run(
            ["unshare", "--map-user=0", "sh", "-c", f"{script} {lang}"],
            capture_output=True,
            text=True,
            timeout=60,
        )
        if "unshare: " in done.stderr and "leadline" not in done.stderr:
            pytest.skip(done.stderr.strip())
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert said in done.stderr
    assert not (root() / "lab").exists()
