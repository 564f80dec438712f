"""A node as a process: PID 1 of its own PID namespace, with the network that flanneld, the CNI plugins and
kube-proxy make, and its pods."""

import os
import signal
import socket
from contextlib import suppress
from typing import NoReturn

from leadline.base.errors import HostError
from leadline.base.text import same
from leadline.hosts.namespaces import CGROUP, IPC, MNT, NET, UTS, run, set_title, unshare
from leadline.lab import furnish, pods, rules, wiring
from leadline.lab.plan import Node, Plan, Pod
from leadline.lab.speaker import speak


def live(plan: Plan, node: Node, keeper: socket.socket) -> NoReturn:
    """The node's whole life. It says `made` when its namespaces are there, builds when it hears `links`, says
    `done`, or `failed` and why, and then watches over its pods until it is killed."""
    set_title(plan.keeps(node.name))
    unshare(NET | UTS | MNT | IPC | CGROUP)
    socket.sethostname(node.name)
    furnish.own_node(wiring.files(plan, node))
    paused, shm, talks = {}, {}, {}
    for pod in node.pods:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        shm[pod] = furnish.shared_memory(pod.sandbox)
        paused[pod] = pods.pause(
            pod, shm[pod], wiring.pod_address(node, pod), wiring.pod_routes(plan, node), theirs
        )
        talks[pod] = ours
        theirs.close()
    for pod in node.pods:
        _hear(talks[pod], "made", pod.full_name)
        furnish.named_network(pod.netns, paused[pod])
    keeper.send(b"made")
    if keeper.recv(16) != b"links":
        os._exit(1)
    _build(plan, node)
    for pod in node.pods:
        talks[pod].send(b"links")
    for pod in node.pods:
        _hear(talks[pod], "done", pod.full_name)
        talks[pod].close()
    containers = _containers(plan, node, paused, shm)
    if plan.balanced:
        pods.child(lambda: speak(node, [each.name for each in plan.nodes], plan.balanced))
    keeper.send(b"done")
    keeper.close()
    _watch(containers)


def _containers(plan: Plan, node: Node, paused: dict[Pod, int], shm: dict[Pod, str]) -> dict[int, list[int]]:
    """Starts every container and waits until all of them listen; pause's PID → those of its pod."""
    reader, writer = os.pipe()
    started = {
        paused[pod]: [
            pods.container(pod, name, shm[pod], paused[pod], writer, share_pid=plan.spec.share_pid)
            for name in pod.containers
        ]
        for pod in node.pods
    }
    os.close(writer)
    awaited = sum(len(each) for each in started.values())
    while awaited and (heard := os.read(reader, awaited)):
        awaited -= len(heard)
    os.close(reader)
    if awaited:
        raise _broken(node.name, "a container's server did not start")
    return started


def _hear(talk: socket.socket, word: str, who: str) -> None:
    heard = talk.recv(4096).decode(errors="replace")
    if heard != word:
        raise _broken(who, heard or "ended")


def _broken(who: str, why: str) -> HostError:
    return HostError(same(f"{who}: {why}"))


def _build(plan: Plan, node: Node) -> None:
    furnish.kernel(wiring.settings(plan))
    for program, text in (
        (["ip", "-batch", "-"], wiring.links(plan, node)),
        (["bridge", "-batch", "-"], wiring.forwarding(plan, node)),
        *rules.texts(plan, node),
    ):
        if text and (failed := run(program, text)):
            raise _broken(f"{node.name}: {' '.join(program)}", failed)
    furnish.kernel(wiring.link_settings(node))


def _watch(containers: dict[int, list[int]]) -> NoReturn:
    """Reaps what ends here. A pod whose pause ends, ends with it; one of its containers may end alone."""
    while True:
        for ended in pods.ended():
            for process in containers.pop(ended, ()):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
