"""Records hosts: one script each, in one round trip, into one snapshot folder each."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from leadline import __version__
from leadline.base.command import Command
from leadline.base.errors import HostError, LeadlineError
from leadline.base.text import Text
from leadline.facts.catalogue import notes
from leadline.hosts.host import Host
from leadline.snapshot.folder import refuse_taken, write_folder
from leadline.snapshot.redact import redact
from leadline.snapshot.script import LIMIT, Recording, read, script
from leadline.snapshot.store import MANIFEST, SCHEMA, Manifest, Ran


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


async def record(
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
    room = asyncio.Semaphore(jobs)

    async def one(target: Target) -> Result:
        async with room:
            try:
                result = await _record(target, into, timeout)
            except LeadlineError as error:
                text = error.text
                if target.host.name not in text.en:
                    text = Text(f"{target.host.name}: {text.en}", f"{target.host.name}: {text.ko}")
                result = Result(target.host.name, error=text)
            done(result)
            return result

    return list(await asyncio.gather(*(one(target) for target in targets)))


# What takes longest starts first, so that it does not run alone at the end.
SLOW = ("unit_files.txt", "services.txt", "packages.txt", "sysctl.txt", "ss.txt", "ps.txt", "lsns.json")


async def _record(target: Target, into: Path, timeout: int) -> Result:
    if target.folder is not None:
        refuse_taken(into, target.folder)
    every = {file: command for note in notes().values() for file, command in note.files.items()}
    commands = {file: every[file] for file in sorted(every, key=lambda file: file not in SLOW)}
    made = script(commands, timeout=timeout)
    completed = await target.host.run(Command(made.text, timeout * 4.0 + 30))
    recording = read(made, completed.stdout)
    name = target.folder or _folder_name(recording)
    refuse_taken(into, name)
    ran, files = _files(recording, commands)
    problems = _problems(recording, target)
    manifest = Manifest(
        SCHEMA, name, recording.time, f"leadline {__version__}", ran, [problem.en for problem in problems]
    )
    files[MANIFEST] = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    folder = await asyncio.to_thread(write_folder, into, name, files)
    return Result(target.host.name, folder, Counter(each.status for each in ran), problems)


def _files(recording: Recording, commands: Mapping[str, str]) -> tuple[list[Ran], dict[str, bytes]]:
    files: dict[str, bytes] = {}
    ran = []
    for frame in recording.frames:
        output = redact(frame.output)
        if output or frame.status == "ok":
            files[frame.file] = output
        ran.append(Ran(frame.file, commands[frame.file], frame.exit, len(output), frame.status))
    return ran, files


def _problems(recording: Recording, target: Target) -> tuple[Text, ...]:
    cut = tuple(
        Text(f"{frame.file}: cut after {LIMIT >> 20} MiB", f"{frame.file}: {LIMIT >> 20} MiB에서 잘렸습니다")
        for frame in recording.frames
        if frame.cut
    )
    if not target.sudo or recording.root:
        return cut
    return (
        *cut,
        Text(
            "sudo is not allowed without a password here, so this was recorded without root",
            "비밀번호 없이 sudo를 쓸 수 없어 root 권한 없이 기록하였습니다",
        ),
    )


def _folder_name(recording: Recording) -> str:
    name = recording.host
    if not name or name.startswith((".", "-")) or "/" in name:
        raise HostError(
            Text(
                f"the host calls itself {name!r}, which cannot name a folder; give it a name in --inventory",
                f"호스트 이름 {name!r}은(는) 폴더 이름으로 쓸 수 없습니다. --inventory에서 이름을 지정하십시오",
            )
        )
    return name
