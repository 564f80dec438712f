"""Linux namespaces: the system calls that make, join and furnish them, and processes inside them.

Python 3.11 has none of these calls (3.12 has `unshare` and `setns`), so libc is called. Every function raises
OSError as the kernel says.
"""

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

# include/uapi/linux/sched.h, mount.h, prctl.h
MNT, CGROUP, UTS, IPC, USER, PID, NET = (
    0x00020000,
    0x02000000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
EVERYTHING = USER | MNT | CGROUP | UTS | IPC | NET | PID
_FILES = {USER: "user", MNT: "mnt", CGROUP: "cgroup", UTS: "uts", IPC: "ipc", PID: "pid", NET: "net"}
NO_SUID, NO_DEV, NO_EXEC, BIND, MOVE, RECURSIVE, PRIVATE, SHARED = (
    0x2,
    0x4,
    0x8,
    0x1000,
    0x2000,
    0x4000,
    0x40000,
    0x100000,
)
_SET_PDEATHSIG, _SET_NAME = 1, 15


def _called(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def unshare(kinds: int) -> None:
    """Leaves the namespaces of these kinds for new ones; with PID, the next child is the first of a new one."""
    _called(_libc.unshare(kinds), "unshare")


def join(process: int, kinds: int) -> None:
    """Goes into another process's namespaces of these kinds, each where it is not the own one already."""
    opened = []
    for kind, name in _FILES.items():
        if kinds & kind and not _own(process, name):
            opened.append((os.open(f"/proc/{process}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC), kind))
    for handle, kind in opened:
        _called(_libc.setns(handle, kind), f"setns {_FILES[kind]}")
        os.close(handle)


def _own(process: int, name: str) -> bool:
    return Path(f"/proc/{process}/ns/{name}").readlink() == Path(f"/proc/self/ns/{name}").readlink()


def rejoin_pid_namespace() -> None:
    """Lets the next child be of the own PID namespace again, after `unshare(PID)` or `join(…, PID)`."""
    handle = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    _called(_libc.setns(handle, PID), "setns pid")
    os.close(handle)


def become_root_of_own() -> None:
    """Leaves the user namespace for a new one where this user is root: what else is made then needs no root."""
    user, group = os.geteuid(), os.getegid()
    unshare(USER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2)."""
    arguments = [each.encode() or None for each in (source, target, kind)]
    _called(_libc.mount(*arguments, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def end_with_parent() -> None:
    """This process is killed when its parent ends."""
    _libc.prctl(_SET_PDEATHSIG, 9, 0, 0, 0)


def set_title(title: str) -> None:
    """What `ps` shows of this process: its name (15 characters of it) and, as far as it has room, its line."""
    _libc.prctl(_SET_NAME, title.split()[0].encode()[:15] + b"\0", 0, 0, 0)
    # the kernel shows the line from where execve put it (fields 48 and 49 of proc(5) stat)
    handle = os.open("/proc/self/stat", os.O_RDONLY)
    fields = os.read(handle, 4096).rpartition(b")")[2].split()
    os.close(handle)
    start, end = int(fields[45]), int(fields[46])
    if start and end - start > 1:
        ctypes.memmove(
            start, title.encode().ljust(end - start, b"\0")[: end - start - 1] + b"\0", end - start
        )


def run(arguments: Sequence[str], text: str) -> str:
    """Runs a program here with this text on stdin; what it wrote to stderr where it failed, else empty.

    By posix_spawn, since a process of the lab would pay more for the import of subprocess than for the program.
    """
    stdin, stderr = os.memfd_create("stdin"), os.memfd_create("stderr")
    try:
        os.write(stdin, text.encode())
        os.lseek(stdin, 0, os.SEEK_SET)
        actions = [
            (os.POSIX_SPAWN_DUP2, stdin, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, stderr, 2),
        ]
        process = os.posix_spawnp(arguments[0], list(arguments), os.environ, file_actions=actions)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if code == 0:
            return ""
        os.lseek(stderr, 0, os.SEEK_SET)
        return os.read(stderr, 8192).decode(errors="replace").strip() or f"exit {code}"
    finally:
        os.close(stdin)
        os.close(stderr)
