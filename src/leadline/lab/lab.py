"""Labs of this machine: made, found, entered and taken down.

A lab is known by a folder of its name with `lock` (held by its keeper as long as that lives), `lab.json` (what
it is) and `log`: below /run/leadline/lab for root, else below XDG_RUNTIME_DIR.
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from leadline.base.errors import HostError, UsageError
from leadline.base.text import Text
from leadline.hosts.namespaces import EVERYTHING, join
from leadline.lab import keeper
from leadline.lab.plan import LabSpec, Plan, plan
from leadline.lab.pods import child
from leadline.lab.publish import Published

Progress = Callable[[str, int], None]
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
# What each program is needed for, and the package that has it (Debian, RHEL).
_PROGRAMS = {
    "ip": "iproute2, iproute",
    "bridge": "iproute2, iproute",
    "iptables-restore": "iptables, iptables-nft",
    "ip6tables-restore": "iptables, iptables-nft",
    "nft": "nftables",
}
_SECONDS_TO_END = 30


class Lab(msgspec.Struct, frozen=True):
    """A lab that is there. `keeper`: its PID; `since`: when it was made (seconds since 1970)."""

    keeper: int
    since: float
    spec: LabSpec

    @property
    def name(self) -> str:
        return self.spec.name


def up(spec: LabSpec, progress: Progress) -> Lab:
    """Makes a lab and waits until it stands. `progress`: told what there is how many times by now.

    Raises UsageError or HostError; then, and where it is interrupted, nothing is left.
    """
    made = plan(spec)
    if not _NAME.fullmatch(spec.name):
        raise UsageError(
            Text(
                f"--name {spec.name!r}: up to 32 small letters, digits and hyphens",
                f"--name {spec.name!r}: 영문 소문자, 숫자, 하이픈 32자까지 쓸 수 있습니다",
            )
        )
    _require(spec)
    with _claimed(spec.name) as folder:
        published = [_published(port, node_port) for port, node_port in spec.publish]
        with _private(folder / "log", "wb") as log:
            process, talk = keeper.start(made, log.fileno(), published)
        try:
            _until_ready(talk, progress)
            lab = Lab(process, time.time(), spec)
            write(folder / "lab.json", msgspec.json.encode(lab, enc_hook=str))
            talk.send(b"keep")
        except BaseException:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            raise
        finally:
            for each in published:
                each.socket.close()
    return lab


def down(name: str) -> bool:
    """Ends a lab and waits until nothing of it is left; False where there was none of that name."""
    folder = root() / name
    if not folder.is_dir():
        return False
    with _private(folder / "lock", "rb") as lock:
        if not _free(lock.fileno()):
            lab = _read(folder)
            if lab is None:
                raise _being_made(name)
            os.kill(lab.keeper, signal.SIGKILL)
            _wait_for(lock.fileno(), name)
    _forget(folder)
    return True


def labs() -> list[Lab]:
    """Every lab that is there; what a killed one left in its folder is removed."""
    found = []
    for folder in sorted(root().iterdir()) if root().is_dir() else ():
        with suppress(OSError), _private(folder / "lock", "rb") as lock:
            if _free(lock.fileno()):
                _forget(folder)
            elif (lab := _read(folder)) is not None:
                found.append(lab)
    return found


def find(name: str) -> Lab:
    """The lab of that name; raises UsageError where there is none."""
    known = {lab.name: lab for lab in labs()}
    if name in known:
        return known[name]
    there = ", ".join(known)
    raise UsageError(
        Text(
            f"no lab named {name} is up; "
            + (f"there is: {there}" if known else "make one with `leadline lab up`"),
            f"{name} 랩이 없습니다. "
            + (f"떠 있는 랩: {there}" if known else "`leadline lab up`으로 만드십시오"),
        )
    )


class Process(msgspec.Struct, frozen=True):
    """A process of a lab: its PID on this machine, that of its parent, and its title, as `web default/web-1`."""

    pid: int
    parent: int
    title: str


def processes(lab: Lab) -> dict[str, Process]:
    """The lab's own processes that are alive, by title; what people run in it is not among them."""
    everything = {each.pid: each for each in _all()}
    own = {lab.keeper}
    found: dict[str, Process] = {}
    for process in sorted(everything.values(), key=lambda each: _depth(each, everything)):
        if process.parent in own:
            own.add(process.pid)
            found.setdefault(process.title, process)
    return found


def _depth(process: Process, everything: dict[int, Process]) -> int:
    depth = 0
    while process.parent in everything and depth < 64:
        process, depth = everything[process.parent], depth + 1
    return depth


def _all() -> Iterator[Process]:
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            fields = Path(entry.path, "stat").read_bytes().rpartition(b")")[2].split()
            line = Path(entry.path, "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if fields[0] != b"Z":
            yield Process(int(entry.name), int(fields[1]), line.partition(b"\0")[0].decode(errors="replace"))


def place(lab: Lab, name: str, container: str | None = None) -> int:
    """A process in the namespaces of a node, of a pod (`web-1`, `default/web-1`; its first container, else
    the named one) or of `outside`; raises UsageError where there is none."""
    made = plan(lab.spec)
    alive = processes(lab)
    if name == "outside":
        return lab.keeper
    if name in (node.name for node in made.nodes):
        title = made.keeps(name)
    else:
        pod = made.pod(name)
        if pod is None:
            raise UsageError(
                Text(
                    f"{name} is no node or pod of lab {lab.name}; `leadline lab status` lists them",
                    f"{name}: {lab.name} 랩에 그런 노드나 파드가 없습니다. `leadline lab status`로 확인하십시오",
                )
            )
        title = f"{container or pod.containers[0]} {pod.full_name}"
    if title in alive:
        return alive[title].pid
    raise UsageError(
        Text(
            f"{title} of lab {lab.name} is not running; `leadline lab status` says what is",
            f"{lab.name} 랩의 {title}이(가) 실행 중이 아닙니다. `leadline lab status`로 확인하십시오",
        )
    )


def execute(process: int, command: Sequence[str]) -> int:
    """Runs a command with this process's namespaces and our own terminal; its exit code, as a shell gives it."""
    here = Path.cwd()

    def inside() -> None:
        join(process, EVERYTHING)
        within = child(lambda: _become(here, command))
        signal.signal(signal.SIGTERM, lambda number, _: os.kill(within, number))
        os._exit(_code(os.waitpid(within, 0)[1]))

    # before there is anything to interrupt: Ctrl-C is the command's alone
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        middle = child(inside)
        return _code(os.waitpid(middle, 0)[1])
    finally:
        signal.signal(signal.SIGINT, before)


def _become(here: Path, command: Sequence[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with suppress(OSError):
        os.chdir(here)
    try:
        os.execvp(command[0], list(command))  # noqa: S606 - a person asked for this command
    except OSError as error:
        os.write(2, f"leadline: {command[0]}: {error.strerror}\n".encode())
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def _code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def root() -> Path:
    """Where this user's labs are known."""
    if os.geteuid() == 0:
        return Path("/run/leadline/lab")
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    own = Path(runtime) if runtime and Path(runtime).is_dir() else Path(f"/tmp/leadline-{os.geteuid()}")  # noqa: S108
    return own / "leadline" / "lab"


def _require(spec: LabSpec) -> None:
    for program, packages in _PROGRAMS.items():
        if shutil.which(program) is None and (program != "nft" or spec.proxy == "nftables"):
            raise HostError(
                Text(
                    f"`{program}` is missing here; install it (package: {packages})",
                    f"`{program}` 명령이 없습니다. 설치하십시오(패키지: {packages})",
                )
            )


@contextmanager
def _claimed(name: str) -> Iterator[Path]:
    """The folder of a new lab, ours alone; the lock stays with the keeper, and the folder where all went well."""
    folder = root() / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.geteuid():
        raise HostError(
            Text(
                f"{folder} is another user's; remove it",
                f"{folder}은(는) 다른 사용자의 것입니다. 삭제하십시오",
            )
        )
    with _private(folder / "lock", "wb") as lock:
        if not _free(lock.fileno()):
            raise UsageError(
                Text(
                    f"a lab named {name} is up; end it with `leadline lab down --name {name}`, or take another --name",
                    f"{name} 랩이 이미 있습니다. `leadline lab down --name {name}`으로 내리거나 다른 --name을 쓰십시오",
                )
            )
        try:
            yield folder
        except BaseException:
            _forget(folder)
            raise


def _private(file: Path, mode: Literal["rb", "wb"]) -> BinaryIO:
    """The opened file, nobody else's to read and no link."""
    flags = os.O_RDONLY if mode == "rb" else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.fdopen(os.open(file, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600), mode)


def _free(lock: int) -> bool:
    """Whether nobody holds the lock; it is ours then, as long as the file is open."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(lock: int, name: str) -> None:
    """Until the last process of the lab is gone: each of them holds the lock."""
    until = time.monotonic() + _SECONDS_TO_END
    while not _free(lock):
        if time.monotonic() > until:
            raise HostError(
                Text(
                    f"lab {name} did not end within {_SECONDS_TO_END} s; a process of it hangs in the kernel, see `ps`",
                    f"{name} 랩이 {_SECONDS_TO_END}초 안에 끝나지 않았습니다. 커널에서 멈춘 프로세스를 `ps`로 확인하십시오",
                )
            )
        time.sleep(0.005)


def _read(folder: Path) -> Lab | None:
    try:
        return msgspec.json.decode(
            (folder / "lab.json").read_bytes(), type=Lab, dec_hook=lambda kind, text: kind(text)
        )
    except (OSError, msgspec.DecodeError):
        return None


def _being_made(name: str) -> UsageError:
    return UsageError(
        Text(
            f"lab {name} is just being made; wait for its `lab up`, or interrupt that",
            f"{name} 랩을 만드는 중입니다. 해당 `lab up`이 끝나기를 기다리거나 중단하십시오",
        )
    )


def write(file: Path, content: bytes) -> None:
    """Puts a file of a lab's folder in its place whole, nobody else's to read."""
    temporary = file.with_suffix(".new")
    with _private(temporary, "wb") as new:
        new.write(content)
    temporary.replace(file)


def _forget(folder: Path) -> None:
    """Removes a lab's folder, and those above it that leadline made, where they are empty now."""
    shutil.rmtree(folder, ignore_errors=True)
    for above in list(folder.parents)[:3]:
        if above.name not in ("lab", "leadline") and not above.name.startswith("leadline-"):
            return
        try:
            above.rmdir()
        except OSError:
            return


def _until_ready(talk: socket.socket, progress: Progress) -> None:
    while True:
        heard = talk.recv(8192).decode(errors="replace")
        word, _, rest = heard.partition(" ")
        if word == "ready":
            return
        if word not in ("made", "linked"):
            raise HostError(
                Text(
                    f"the lab cannot be made: {rest or 'its keeper ended'}",
                    f"랩을 만들 수 없습니다: {rest or '중단됨'}",
                )
            )
        progress(word, int(rest))


def _published(port: int, node_port: int) -> Published:
    try:
        return Published(socket.create_server(("127.0.0.1", port)), node_port)
    except OSError as error:
        raise UsageError(
            Text(
                f"--publish {port}: {os.strerror(error.errno or 0)}; take another port",
                f"--publish {port}: {os.strerror(error.errno or 0)}. 다른 포트를 지정하십시오",
            )
        ) from None


def topology(lab: Lab) -> Plan:
    """What the lab was made of."""
    return plan(lab.spec)
