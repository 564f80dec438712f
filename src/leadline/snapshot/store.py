"""Snapshot folders: which file is which source, one host or many, pairs in one folder."""

import re
from functools import cache
from pathlib import Path

import msgspec

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.facts.catalogue import notes
from leadline.facts.source import Problem
from leadline.snapshot.snapshot import FileProblem, Recorded, Snapshot

MANIFEST = "manifest.json"
SCHEMA = "leadline/snapshot/v1"
_TEXT_ENDINGS = {".txt", ".json", ".log", ".out", ".md", ""}
_PAIR = re.compile(r"(.+?)[-_. ]?(?:(1|before|pre)|(2|after|post))$", re.IGNORECASE)


class Ran(msgspec.Struct, frozen=True):
    """How one command of a recording ended: the file it wrote, its exit code and size in bytes;
    `status`: ok, missing (no such command), denied (needs root), failed or timeout."""

    file: str
    command: str
    exit: int
    bytes: int
    status: str


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a recorded folder says of itself. `time`: seconds since the epoch, by the recorder's clock."""

    schema: str
    host: str
    time: float
    tool: str
    commands: list[Ran] = []
    problems: list[str] = []


def load(folder: Path) -> dict[str, Snapshot]:
    """The snapshots of a folder by host name: itself where texts lie in it, else its folders.

    Raises UsageError where the folder is missing or holds no text that a source knows.
    """
    if not folder.is_dir():
        raise UsageError(_no_folder(folder))
    own = _load_host(folder)
    if own is not None:
        return {own.host: own}
    hosts: dict[str, Snapshot] = {}
    for child in sorted(folder.iterdir()):
        if child.name.startswith(".") or (child.name == "api" and not (child / MANIFEST).is_file()):
            continue  # a killed recording, or API objects
        if child.is_dir() and (snapshot := _load_host(child)) is not None:
            hosts[snapshot.host if snapshot.host not in hosts else child.name] = snapshot
    if not hosts:
        raise UsageError(_nothing_known(folder))
    return hosts


def load_pair(folder: Path) -> tuple[Snapshot, Snapshot]:
    """The two snapshots of one folder whose files end in `-1`/`-2` (or before/after).

    Raises UsageError where there is no such pair.
    """
    if not folder.is_dir():
        raise UsageError(_no_folder(folder))
    sides: tuple[list[Recorded], list[Recorded]] = ([], [])
    unknown: list[str] = []
    for file in _files(folder):
        if (split := _PAIR.fullmatch(file.stem if file.suffix in _TEXT_ENDINGS else file.name)) is None:
            continue
        if (recorded := _recorded(file, split[1] + file.suffix)) is not None:
            sides[0 if split[2] else 1].append(recorded)
        else:
            unknown.append(file.name)
    if not sides[0] or not sides[1]:
        raise UsageError(
            Text(
                f"{folder}: no pair of files like ip_addr-1.txt and ip_addr-2.txt here; name two folders, or number the files",
                f"{folder}: ip_addr-1.txt와 ip_addr-2.txt 같은 파일 쌍이 없습니다. 폴더 두 개를 지정하거나 파일 이름에 번호를 붙이십시오",
            )
        )
    host = folder.resolve().name
    return Snapshot(host, sides[0]), Snapshot(host, sides[1], problems=_unknown(host, unknown))


def _no_folder(folder: Path) -> Text:
    if folder.exists():
        return Text(
            f"{folder} is a file; name the folder that holds the saved texts",
            f"{folder}: 파일입니다. 저장한 텍스트가 있는 폴더를 지정하십시오",
        )
    return Text(
        f"{folder}: no such folder; `leadline record --to {folder}` makes one",
        f"{folder}: 폴더가 없습니다. `leadline record --to {folder}`로 만들 수 있습니다",
    )


def _nothing_known(folder: Path) -> Text:
    return Text(
        f"{folder}: no text here that leadline knows; name the files after their commands (ip_addr.txt, ss.txt, df.txt, findmnt.txt, sysctl.txt)",
        f"{folder}: leadline이 아는 텍스트가 없습니다. 파일 이름을 명령에 맞추십시오(ip_addr.txt, ss.txt, df.txt, findmnt.txt, sysctl.txt)",
    )


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))


def _load_host(folder: Path) -> Snapshot | None:
    manifest = _manifest(folder)
    recorded: list[Recorded] = []
    unknown: list[str] = []
    for file in _files(folder):
        if file.name == MANIFEST:
            continue
        if (known := _recorded(file, file.name)) is not None:
            recorded.append(known)
        else:
            unknown.append(file.name)
    recorded += _kept_files(folder, {each.fact for each in recorded})
    if not recorded:
        return None
    host = manifest.host if manifest is not None else _host_name(recorded) or folder.resolve().name
    return Snapshot(host, recorded, manifest.time if manifest is not None else None, _unknown(host, unknown))


def _manifest(folder: Path) -> Manifest | None:
    file = folder / MANIFEST
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise UsageError(
            Text(
                f"{file}: not a manifest ({error}); remove the file to load the folder without it",
                f"{file}: manifest가 아닙니다({error}). 이 파일 없이 읽으려면 파일을 지우십시오",
            )
        ) from None


def _unknown(host: str, names: list[str]) -> tuple[FileProblem, ...]:
    if not names:
        return ()
    text = Text("not known, so not read: {names}", "알 수 없는 파일이라 읽지 않았습니다: {names}")
    return (FileProblem(host, "", Problem(text.fill(names=", ".join(names)))),)


def _recorded(file: Path, name: str) -> Recorded | None:
    """The file as a source's text: by its exact name, else by the longest alias its stem begins with."""
    for fact, note in notes().items():
        if name in note.files:
            return Recorded(fact, name, str(file), file.read_bytes())
    stem, dot, ending = name.rpartition(".")
    if f".{ending}" not in _TEXT_ENDINGS:
        stem = name
    elif not dot:
        stem = ending
    stem = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    best = max(
        (alias for alias in _aliases() if stem == alias or stem.startswith(alias + "_")),
        key=len,
        default=None,
    )
    return Recorded(_aliases()[best], stem, str(file), file.read_bytes()) if best else None


@cache
def _aliases() -> dict[str, str]:
    """Every word a file may begin with, as `_recorded` writes it → the source."""
    return {
        re.sub(r"[^a-z0-9]+", "_", word.lower()): fact
        for fact, note in notes().items()
        for word in (fact, *note.aliases, *(file.rpartition(".")[0] for file in note.files))
    }


def _kept_files(folder: Path, have: set[str]) -> list[Recorded]:
    """Files of the host that a hand-made snapshot keeps under `files/`, joined as `tail -n +1` shows them."""
    root = folder / "files"
    if not root.is_dir():
        return []
    kept = []
    for fact, note in notes().items():
        if fact in have:
            continue
        found = sorted({path for glob in note.paths for path in root.glob(glob) if path.is_file()})
        if found:
            parts = [
                b"==> /%s <==\n%s\n" % (str(path.relative_to(root)).encode(), path.read_bytes())
                for path in found
            ]
            kept.append(Recorded(fact, f"{fact}.txt", str(root), b"".join(parts)))
    return kept


def _host_name(recorded: list[Recorded]) -> str | None:
    """The host's own name where a text gives it (`uname -a`, `hostname`)."""
    for each in recorded:
        if each.fact == "kernel" and len(words := each.raw.decode("utf-8", "replace").split()) > 1:
            return words[1]
    return None
