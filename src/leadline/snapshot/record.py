"""Records hosts: one script each, in one round trip, into one snapshot folder each."""

import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from leadline.base.command import Command, Completed
from leadline.base.errors import HostError, LeadlineError
from leadline.base.text import Text
from leadline.facts.catalogue import notes
from leadline.hosts.host import Host
from leadline.hosts.local import LocalHost
from leadline.snapshot.script import Script, read, script


class Target(msgspec.Struct, frozen=True):
    """A host to record. `folder`: the name of its folder; None takes the name the host gives itself."""

    host: Host
    folder: str | None = None
    sudo: bool = False


class Result(msgspec.Struct, frozen=True):
    """What came of one target: its `folder` and how many commands ended in which status, or the `error`."""

    target: str
    folder: Path | None = None
    counts: Mapping[str, int] = {}
    problems: tuple[Text, ...] = ()
    error: Text | None = None


ALONE = (
    *("unit_files.txt", "services.txt", "time_sync.txt", "sysctl.txt", "packages.txt", "firewalld.txt"),
    *(
        "ufw.txt",
        "lsns.json",
        "ps.txt",
        "ss.txt",
        "unix_sockets.txt",
        "df.txt",
        "df-bytes.txt",
        "findmnt.txt",
    ),
    *("crictl_images.json", "crictl_ps.json", "crictl_pods.json", "conntrack.txt", "pod_networks.txt"),
)
"""The commands that take longest, or may hang: they start first, in this order. All others are quick."""


def whole_script(timeout: int) -> Script:
    """The script with the commands of every source, each for `timeout` seconds."""
    return script_of(notes(), timeout)


def script_of(names: Collection[str], timeout: int) -> Script:
    """The same for these only: sources with all of their files, or single files by their names."""
    quick = {
        file: command
        for source, note in notes().items()
        for file, command in note.files.items()
        if source in names or file in names
    }
    alone = {file: quick.pop(file) for file in ALONE if file in quick}
    return script(alone | quick, timeout=timeout, quick=quick)


def seconds(timeout: int) -> float:
    """How long the script may take whose commands have `timeout` seconds each."""
    return timeout * 4.0 + 30


def record(
    targets: Sequence[Target],
    into: Path,
    *,
    timeout: int,
    jobs: int,
    done: Callable[[Result], None],
) -> list[Result]:
    """Records every target, `jobs` at a time, and says each Result to `done` as it comes.

    `timeout`: seconds for one command. A target that fails does not stop the others.
    """
    made = whole_script(timeout)
    command = Command(made.text, seconds(timeout))
    if len(targets) == 1 and isinstance(targets[0].host, LocalHost):
        # Without an event loop: to import asyncio alone takes longer than nearly all of the commands.
        result = _here(targets[0], targets[0].host, made, command, into)
        done(result)
        return [result]
    import asyncio

    from leadline.snapshot.folder import refuse_taken

    names: dict[str, Target] = {}

    async def one(target: Target, room: asyncio.Semaphore) -> Result:
        async with room:
            try:
                if target.folder is not None:
                    refuse_taken(into, target.folder)
                completed = await target.host.run(command)
                result = await asyncio.to_thread(_keep, target, made, completed, into, names)
            except LeadlineError as error:
                result = _failed(target, error)
            done(result)
            return result

    async def every() -> list[Result]:
        room = asyncio.Semaphore(jobs)
        return list(await asyncio.gather(*(one(target, room) for target in targets)))

    return asyncio.run(every())


def _here(target: Target, host: LocalHost, made: Script, command: Command, into: Path) -> Result:
    try:
        with host.start(command) as running:
            _prepare()
            completed = running.result()
        return _keep(target, made, completed, into, {})
    except LeadlineError as error:
        return _failed(target, error)


def _prepare() -> None:
    """Gets ready for what the script will have printed, while it runs. Signals wait until it is done: what
    they raise is lost in the middle of an import."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        from leadline.snapshot.keep import prepare

        prepare()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _keep(target: Target, made: Script, completed: Completed, into: Path, names: dict[str, Target]) -> Result:
    from leadline.snapshot.keep import folder_name, keep

    recording = read(made, completed.stdout)
    name = target.folder or folder_name(recording)
    if names.setdefault(name, target) is not target:
        raise HostError(_SAME_NAME.fill(name=name))
    refused = (_NOT_ROOT,) if target.sudo and not recording.root else ()
    kept = keep(recording, made.commands, into, name, *refused)
    return Result(target.host.name, kept.folder, kept.counts, kept.problems)


def _failed(target: Target, error: LeadlineError) -> Result:
    name, text = target.host.name, error.text
    if name not in text.en:
        text = Text(f"{name}: {text.en}", f"{name}: {text.ko}")
    return Result(name, error=text)


_SAME_NAME = Text(
    "another target of this call is {name} too; name a host once, or give each a name of its own in --inventory",
    "이 호출의 다른 대상도 {name}입니다. 호스트를 한 번만 지정하거나 --inventory에서 서로 다른 이름을 지정하십시오",
)
_NOT_ROOT = Text(
    "sudo is not allowed without a password here, so this was recorded without root",
    "비밀번호 없이 sudo를 쓸 수 없어 root 권한 없이 기록하였습니다",
)
