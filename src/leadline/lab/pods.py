"""A pod as processes: pause holds its namespaces, the containers join them and have others of their own."""

import os
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import NoReturn

from leadline.hosts.addresses import add_routes, bring_up
from leadline.hosts.namespaces import (
    CGROUP,
    IPC,
    MNT,
    NET,
    PID,
    UTS,
    end_with_parent,
    join,
    rejoin_pid_namespace,
    set_title,
    unshare,
)
from leadline.lab import furnish
from leadline.lab.echo import listening, serve
from leadline.lab.plan import TARGET, Pod
from leadline.lab.wiring import POD_LINK_SETTINGS

Routes = Iterable[tuple[IPv4Network, IPv4Address]]


def child(work: Callable[[], object]) -> int:
    """A new process that does this work and ends; its PID."""
    process = os.fork()
    if process:
        return process
    try:
        work()
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - nothing of a child may go on in its parent's place
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)


def child_elsewhere(work: Callable[[], object], beside: int | None = None) -> int:
    """The same in another PID namespace: that of the process `beside`, else a new one of which it is PID 1."""
    if beside is None:
        unshare(PID)
    else:
        join(beside, PID)
    try:
        return child(work)
    finally:
        rejoin_pid_namespace()


def pause(pod: Pod, shm: str, address: IPv4Interface, routes: Routes, ready: socket.socket) -> int:
    """Starts the pod's pause container; its PID.

    It makes the namespaces and says so on `ready`; answered, it sets up its links and says `done`. Then it
    waits and reaps, as PID 1 of its own PID namespace.
    """

    def work() -> NoReturn:
        end_with_parent()
        set_title(f"pause {pod.full_name}")
        unshare(NET | IPC | UTS | MNT)
        socket.sethostname(pod.name)
        furnish.own_container(shm)
        ready.send(b"made")
        if ready.recv(16) != b"links":
            os._exit(1)
        furnish.kernel(POD_LINK_SETTINGS)
        bring_up("lo")
        bring_up("eth0", address)
        add_routes(routes)
        ready.send(b"done")
        ready.close()
        while True:
            for _ in ended(signal.SIGTERM, signal.SIGINT):
                pass

    return child_elsewhere(work)


def ended(*ending: signal.Signals) -> Iterator[int]:
    """Waits for the next end of a child, and reaps all that have ended: their PIDs. Ends this process itself
    where it gets one of the signals `ending`."""
    # blocked, so that none is lost between two waits, nor ignored as PID 1 does with what nobody waits for
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, *ending})
    if signal.sigwait({signal.SIGCHLD, *ending}) != signal.SIGCHLD:
        os._exit(0)
    with suppress(ChildProcessError):
        while process := os.waitpid(-1, os.WNOHANG)[0]:
            yield process


def container(pod: Pod, name: str, shm: str, paused: int, listens: int, *, share_pid: bool) -> int:
    """Starts a container of the pod; its PID. It writes one byte to `listens` when its server does."""

    def work() -> None:
        end_with_parent()
        set_title(f"{name} {pod.full_name}")
        join(paused, NET | IPC | UTS)
        unshare(MNT | CGROUP)
        furnish.own_container(shm)
        sockets = listening(TARGET + pod.containers.index(name))
        os.write(listens, b".")
        os.close(listens)
        serve(f"pod {pod.full_name} container {name} on {pod.node}", sockets)

    return child_elsewhere(work, paused if share_pid else None)
