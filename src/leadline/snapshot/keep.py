"""Keeps what a host's script printed as a snapshot folder, without what is secret in it."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec

from leadline import __version__
from leadline.base.errors import HostError
from leadline.base.text import Text
from leadline.snapshot.folder import refuse_taken, write_folder
from leadline.snapshot.manifest import MANIFEST, SCHEMA, Manifest, Ran
from leadline.snapshot.redact import compile_all, redact
from leadline.snapshot.script import LIMIT, Recording


class Kept(msgspec.Struct, frozen=True):
    """The `folder`, how many commands ended in which status, and what was cut."""

    folder: Path
    counts: Mapping[str, int]
    problems: tuple[Text, ...]


def prepare() -> None:
    """Does what can be done before there is a recording."""
    compile_all()


def keep(recording: Recording, commands: Mapping[str, str], into: Path, name: str, *more: Text) -> Kept:
    """Writes `into/name`; `commands`: file name → what gave it; `more`: further problems for the manifest.

    Raises UsageError where the name is taken or nothing can be written.
    """
    refuse_taken(into, name)
    problems = (*_cut(recording), *more)
    files = texts(recording)
    ran = [
        Ran(each.file, commands[each.file], each.exit, len(files.get(each.file, b"")), each.status)
        for each in recording.frames
    ]
    manifest = Manifest(
        SCHEMA, name, recording.time, f"leadline {__version__}", ran, [problem.en for problem in problems]
    )
    files[MANIFEST] = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    folder = write_folder(into, name, files)
    return Kept(folder, Counter(each.status for each in ran), problems)


def folder_name(recording: Recording) -> str:
    """The name the host gives itself. Raises HostError where it cannot name a folder."""
    name = recording.host
    if not name or name.startswith((".", "-")) or "/" in name:
        raise HostError(
            Text(
                f"the host calls itself {name!r}, which cannot name a folder; give it a name in --inventory",
                f"호스트 이름 {name!r}은(는) 폴더 이름으로 쓸 수 없습니다. --inventory에서 이름을 지정하십시오",
            )
        )
    return name


def texts(recording: Recording) -> dict[str, bytes]:
    """File name → its text without secrets, of the commands that printed anything or ended well."""
    files: dict[str, bytes] = {}
    for frame in recording.frames:
        output = redact(frame.output)
        if output or frame.status == "ok":
            files[frame.file] = output
    return files


def _cut(recording: Recording) -> tuple[Text, ...]:
    return tuple(
        Text(f"{frame.file}: cut after {LIMIT >> 20} MiB", f"{frame.file}: {LIMIT >> 20} MiB에서 잘렸습니다")
        for frame in recording.frames
        if frame.cut
    )
