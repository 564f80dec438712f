"""The process that holds a lab: everything the lab is made of lives in its namespaces and ends with it.

It is PID 1 of a PID namespace, so the kernel ends every process of the lab when it ends, however it ends; with the
last process the namespaces go, and with them each interface, rule and mount. Nothing has to be cleaned up.
"""

import gc
import os
import socket
from typing import NoReturn

from leadline.base.errors import HostError, LeadlineError
from leadline.base.text import Text, same
from leadline.hosts.addresses import bring_up
from leadline.hosts.namespaces import (
    CGROUP,
    IPC,
    MNT,
    NET,
    PID,
    UTS,
    become_root_of_own,
    run,
    set_title,
    unshare,
)
from leadline.lab import furnish, wiring
from leadline.lab.echo import listening, serve
from leadline.lab.node import live
from leadline.lab.plan import TARGET, Node, Plan
from leadline.lab.pods import child, child_elsewhere
from leadline.lab.publish import Published, forward

TITLE = "leadline-lab"


def start(plan: Plan, log: int, published: list[Published]) -> tuple[int, socket.socket]:
    """Starts the keeper; its PID, and the socket on which it says `made N` and `linked N` (how many nodes so
    far), and at last `ready` or `failed …`.

    The keeper ends itself where this socket is closed before it was told `keep`. `log`: the file for what
    goes wrong later. Raises HostError where this machine allows no namespaces.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    reader, writer = os.pipe()
    gc.freeze()

    def isolate() -> None:
        ours.close()
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for number, file in ((0, nothing), (1, nothing), (2, log)):
            os.dup2(file, number)
        try:
            if os.geteuid() != 0:
                become_root_of_own()
            unshare(NET | MNT | UTS | IPC | PID | CGROUP)
        except OSError as error:
            os.write(writer, f"denied {error.filename or ''}: {error.strerror}".encode())
            return
        os.write(writer, str(child(lambda: _keep(plan, theirs, published))).encode())

    middle = child(isolate)
    theirs.close()
    os.close(writer)
    os.waitpid(middle, 0)
    answer = os.read(reader, 4096).decode()
    os.close(reader)
    if not answer.isdigit():
        raise _not_allowed(answer.removeprefix("denied "))
    return int(answer), ours


def _not_allowed(why: str) -> HostError:
    return HostError(
        Text(
            f"this machine lets you make no namespaces ({why}); run as root, or allow it with "
            "`sysctl kernel.unprivileged_userns_clone=1` (Debian) or "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu)",
            f"이 서버에서는 네임스페이스를 만들 수 없습니다({why}). root로 실행하거나 "
            "`sysctl kernel.unprivileged_userns_clone=1`(Debian), "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`(Ubuntu)으로 허용하십시오",
        )
    )


def _keep(plan: Plan, caller: socket.socket, published: list[Published]) -> NoReturn:
    set_title(f"{TITLE} {plan.spec.name}")
    try:
        _build(plan, caller, published)
        caller.send(b"ready")
        if caller.recv(16) != b"keep":
            os._exit(1)
    except BrokenPipeError:
        os._exit(1)
    except (OSError, LeadlineError) as error:
        caller.send(f"failed {error}".encode())
        os._exit(1)
    caller.close()
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            os._exit(0)


def _build(plan: Plan, caller: socket.socket, published: list[Published]) -> None:
    furnish.own_root()
    socket.sethostname("outside")
    bring_up("lo")
    talks: list[tuple[Node, socket.socket]] = []
    processes: dict[str, int] = {}
    for node in plan.nodes:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        processes[node.name] = _node(plan, node, theirs)
        talks.append((node, ours))
        theirs.close()
    for number, (node, talk) in enumerate(talks, 1):
        _hear(talk, "made", node)
        caller.send(f"made {number}".encode())
    if failed := run(["ip", "-batch", "-"], wiring.underlay(plan, processes)):
        raise HostError(same(f"ip -batch: {failed}"))
    for _, talk in talks:
        talk.send(b"links")
    for number, (node, talk) in enumerate(talks, 1):
        _hear(talk, "done", node)
        talk.close()
        caller.send(f"linked {number}".encode())
    child(_abroad)
    if published:
        child(lambda: forward(published, str(plan.nodes[0].address)))
    for each in published:
        each.socket.close()


def _node(plan: Plan, node: Node, talk: socket.socket) -> int:
    def work() -> None:
        try:
            live(plan, node, talk)
        except (OSError, LeadlineError) as error:
            talk.send(f"failed {error}".encode())
            raise

    return child_elsewhere(work)


def _hear(talk: socket.socket, word: str, node: Node) -> None:
    heard = talk.recv(8192).decode(errors="replace")
    if heard != word:
        raise HostError(same(heard.removeprefix("failed ") or f"{node.name} ended"))


def _abroad() -> None:
    set_title("outside")
    serve("a host outside the cluster", listening(TARGET))
