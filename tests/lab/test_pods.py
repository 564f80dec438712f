"""What a pod's processes share, and what outlives what: shown on real processes, by killing them."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from labs import inside, standing

from leadline.lab.lab import Lab, place, processes

KINDS = ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with standing(nodes=1, pods=2) as made:
        yield made


@pytest.fixture(scope="module")
def sharing() -> Iterator[Lab]:
    with standing(nodes=1, pods=1, share_pid=True) as made:
        yield made


def common(one: int, other: int) -> set[str]:
    return {kind for kind in KINDS if own(one, kind) == own(other, kind)}


def own(process: int, kind: str) -> Path:
    return Path(f"/proc/{process}/ns/{kind}").readlink()


def pid(lab: Lab, title: str) -> int:
    return processes(lab)[title].pid


def comes(what: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not what() and time.monotonic() < until:
        time.sleep(0.01)
    return what()


def test_pause_has_all_but_the_cgroup_namespace_of_its_own(lab: Lab) -> None:
    assert common(pid(lab, "kubelet k8s-ctr"), pid(lab, "pause default/web-1")) == {"user", "cgroup"}


def test_containers_share_the_pods_network_ipc_and_name(lab: Lab) -> None:
    pause, web, sidecar = (pid(lab, f"{each} default/web-1") for each in ("pause", "web", "sidecar"))
    assert (
        common(pause, web) == common(pause, sidecar) == common(web, sidecar) == {"user", "net", "ipc", "uts"}
    )
    assert common(web, pid(lab, "web default/web-2")) == {"user"}
    assert inside(lab, "web-1", "hostname") == "web-1\n"


def test_containers_that_share_processes(sharing: Lab) -> None:
    pause, web, sidecar = (pid(sharing, f"{each} default/web-1") for each in ("pause", "web", "sidecar"))
    assert common(pause, web) == common(web, sidecar) == {"user", "net", "ipc", "uts", "pid"}
    seen = inside(sharing, "web-1", "ps -eo pid,comm")
    assert re.search(r"^ *1 pause$", seen, re.M) and "web" in seen and "sidecar" in seen


def test_containers_see_each_other_on_localhost(lab: Lab) -> None:
    assert "container sidecar" in inside(lab, "web-1", "curl -s localhost:8081")
    assert "container web " in inside(lab, "web-1", "curl -s localhost:8080", container="sidecar")
    inside(lab, "web-1", "echo said > /dev/shm/note")
    assert inside(lab, "web-1", "cat /dev/shm/note", container="sidecar") == "said\n"
    assert "note" not in inside(lab, "web-2", "ls /dev/shm") + inside(lab, "k8s-ctr", "ls /dev/shm")


ORPHAN = (
    "sh -c 'sleep 60 & echo $!' > /tmp/$$; read child < /tmp/$$; rm /tmp/$$\n"
    "ps -o ppid= $child; kill $child\n"
)


def test_pause_reaps_orphans(sharing: Lab) -> None:
    script = ORPHAN + "while ps $child > /dev/null; do sleep 0.02; done; echo gone"
    assert inside(sharing, "web-1", script).split() == ["1", "gone"]


def test_an_application_as_first_process_does_not(lab: Lab) -> None:
    script = ORPHAN + "until ps -o stat= $child | grep Z; do sleep 0.02; done; sleep 0.1; ps -o stat= $child"
    assert [word[0] for word in inside(lab, "web-1", script).split()] == ["1", "Z", "Z"]


@pytest.mark.parametrize("share_pid", [False, True])
def test_a_pod_outlives_its_applications_and_not_pause(share_pid: bool) -> None:
    with standing(nodes=1, pods=1, share_pid=share_pid) as lab:
        os.kill(place(lab, "web-1"), signal.SIGKILL)
        assert comes(lambda: "web default/web-1" not in processes(lab))
        assert "10.244.0.2" in inside(lab, "web-1", "ip addr", container="sidecar")
        assert "container sidecar" in inside(lab, "k8s-ctr", "curl -s 10.244.0.2:8081")
        os.kill(pid(lab, "pause default/web-1"), signal.SIGKILL)
        assert comes(lambda: not any("web-1" in title for title in processes(lab)))
        assert "kubelet k8s-ctr" in processes(lab)
