"""Snapshot folders, plain or packed: which file is which source, one host or many, pairs in one folder."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from leadline.base.errors import ParseError, UsageError
from leadline.base.text import Text
from leadline.facts.catalogue import notes
from leadline.facts.recognition import recognised
from leadline.facts.source import Problem
from leadline.facts.text import decode
from leadline.snapshot.manifest import MANIFEST, read_manifest
from leadline.snapshot.naming import TEXT_ENDINGS, held, named, sided
from leadline.snapshot.packed import Packed, Place
from leadline.snapshot.snapshot import FileProblem, Recorded, Snapshot, read

_ARCHIVES = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")


def opened(path: Place) -> Place:
    """What is in an archive, as the folder that was packed; the path itself where it is none, or is in one.

    Raises UsageError where the file, or anything of the archive, cannot be read.
    """
    if not isinstance(path, Path):
        return path
    try:
        if not path.is_file():
            return path
        with path.open("rb") as file:
            begin = file.read(512)
        if not begin.startswith(_ARCHIVES) and begin[257:262] != b"ustar":
            return path
        from leadline.snapshot.archive import tree  # tarfile and the decompressors are slow to import

        return tree(path) or path
    except (OSError, ParseError) as error:
        why = error.text if isinstance(error, ParseError) else str(error.strerror)
    raise UsageError(
        Text("{file}: cannot be read: {why}", "{file}: 읽을 수 없습니다. {why}").fill(file=path, why=why)
    )


def load(folder: Place) -> dict[str, Snapshot]:
    """The snapshots of a folder by host name: itself where texts lie in it, else its folders. An archive is
    the folder in it, any other file a snapshot of that text alone.

    Raises UsageError where there is nothing of that name, or no text that a source knows.
    """
    folder = opened(folder)
    if isinstance(folder, Path) and folder.is_file():
        own = _load_host(folder.absolute().parent, [folder])
        if own is None:
            raise UsageError(_unknown_file(folder))
    else:
        own = _load_host(folder, _files(folder))
    if own is not None:
        return {own.host: own}
    hosts: dict[str, Snapshot] = {}
    for child in _folders(folder):
        if (snapshot := _load_host(child, _files(child))) is not None:
            hosts[snapshot.host if snapshot.host not in hosts else child.name] = snapshot
    if not hosts:
        raise UsageError(_nothing_known(folder))
    return hosts


def load_pairs(folder: Place) -> list[tuple[Place, Snapshot, Snapshot]]:
    """Both snapshots of one folder whose files are numbered (`ss-1.txt` and `ss-2.txt`, or before and after),
    with the folder; of a folder of such folders those of each.

    Raises UsageError where there is no such pair.
    """
    folder = opened(folder)
    if not folder.is_dir():
        raise UsageError(_no_folder(folder))
    own = _load_pair(folder)
    if own is not None:
        return [(folder, *own)]
    pairs = [(child, *pair) for child in _folders(folder) if (pair := _load_pair(child)) is not None]
    if not pairs:
        raise UsageError(
            Text(
                f"{folder}: no pair of files like ip_addr-1.txt and ip_addr-2.txt here; name two folders, or number the files",
                f"{folder}: ip_addr-1.txt와 ip_addr-2.txt 같은 파일 쌍이 없습니다. 폴더 두 개를 지정하거나 파일 이름에 번호를 붙이십시오",
            )
        )
    return pairs


def sides(folder: Place) -> tuple[Place, Place] | None:
    """The two folders `before` and `after` (or 1 and 2, …) in a folder that has just these."""
    found: dict[str, Place] = {}
    for child in _folders(folder) if folder.is_dir() else ():
        if (told := sided(child)) is not None and not told.name:
            found[told.side] = child
    return (found["before"], found["after"]) if len(found) == 2 else None


def _load_pair(folder: Place) -> tuple[Snapshot, Snapshot] | None:
    texts: tuple[list[Recorded], list[Recorded]] = ([], [])
    unknown: list[str] = []
    problems: list[FileProblem] = []
    host = folder.resolve().name
    for file in _files(folder):
        if (told := sided(file)) is None:
            continue
        if (recorded := _recorded(file, told.name)) is not None:
            texts[0 if told.side == "before" else 1].append(recorded)
            problems += _by_content(host, recorded, told.name)
        else:
            unknown.append(file.name)
    if not texts[0] or not texts[1]:
        return None
    problems += [problem for side in texts for problem in _alike(host, side)]
    problems += _left_out(host, folder, unknown)
    return Snapshot(host, texts[0]), Snapshot(host, texts[1], problems=problems)


def _no_folder(folder: Place) -> Text:
    if folder.exists():
        return Text(
            f"{folder} is a file; name two files, or a folder that holds the saved texts",
            f"{folder}: 파일입니다. 파일 두 개를 지정하거나 저장한 텍스트가 있는 폴더를 지정하십시오",
        )
    return Text(
        f"{folder}: no such folder; `leadline record --to {folder}` makes one",
        f"{folder}: 폴더가 없습니다. `leadline record --to {folder}`로 만들 수 있습니다",
    )


def _unknown_file(file: Place) -> Text:
    try:
        decode(read(file))
    except ParseError as error:
        return Text("{file}: {error}", "{file}: {error}").fill(file=file, error=error.text)
    return Text(
        f"{file}: not the output of a command that leadline knows; name the file after its command (ss.txt), or save it again",
        f"{file}: leadline이 아는 명령의 출력이 아닙니다. 파일 이름을 명령에 맞추거나(ss.txt) 출력을 다시 저장하십시오",
    )


def _nothing_known(folder: Place) -> Text:
    if isinstance(folder, Packed) and folder.doubts:
        return Text("{folder}: {doubt}", "{folder}: {doubt}").fill(folder=folder, doubt=folder.doubts[0])
    names = [file.name for file in _files(folder)]
    listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    have, have_ko = (f" ({listed})", f"({listed})") if names else ("", "")
    return Text(
        f"{folder}: no text here that leadline knows{have}; name the files after their commands (ip_addr.txt, ss.txt, df.txt, findmnt.txt, sysctl.txt)",
        f"{folder}: leadline이 아는 텍스트가 없습니다{have_ko}. 파일 이름을 명령에 맞추십시오(ip_addr.txt, ss.txt, df.txt, findmnt.txt, sysctl.txt)",
    )


_LISTED = 6


def _files(folder: Place) -> list[Place]:
    """What lies in a folder and is none itself, in name order; a folder with a text's name counts as one."""
    return [
        file
        for file in _listed(folder)
        if not file.is_dir() or (file.suffix in TEXT_ENDINGS - {""} and named(file.name) is not None)
    ]


def _folders(folder: Place) -> list[Place]:
    """The folders in a folder that may be hosts: not a killed recording's, nor API objects."""
    return [
        child
        for child in _listed(folder)
        if child.is_dir() and (child.name != "api" or (child / MANIFEST).is_file())
    ]


def _listed(folder: Place) -> list[Place]:
    try:
        return sorted((child for child in folder.iterdir() if not child.name.startswith(".")), key=str)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(_no_folder(folder)) from None
    except OSError as error:
        raise UsageError(
            Text(
                f"{folder}: cannot be read ({error.strerror}); change its owner or mode, or run leadline as its owner",
                f"{folder}: 읽을 수 없습니다({error.strerror}). 소유자나 권한을 바꾸거나 소유자로 실행하십시오",
            )
        ) from None


def _load_host(folder: Place, files: Sequence[Place]) -> Snapshot | None:
    manifest = read_manifest(folder)
    recorded: list[Recorded] = []
    unknown: list[str] = []
    for file in files:
        if file.name == MANIFEST:
            continue
        if (known := _recorded(file, file.name)) is not None:
            recorded.append(known)
        else:
            unknown.append(file.name)
    kept = _kept_files(folder, {each.fact for each in recorded})
    if not recorded and not kept:
        return None
    host = manifest.host if manifest is not None else _host_name(recorded) or folder.resolve().name
    problems = [problem for each in recorded for problem in _by_content(host, each, Path(each.file).name)]
    recorded += kept
    problems += [*_alike(host, recorded), *_left_out(host, folder, unknown)]
    return Snapshot(host, recorded, manifest.time if manifest is not None else None, problems)


def _left_out(host: str, folder: Place, unknown: list[str]) -> list[FileProblem]:
    """What of a folder was not read: files of no source, and what an archive could not give."""
    doubts = folder.doubts if isinstance(folder, Packed) else []
    problems = [FileProblem(host, str(folder), Problem(doubt)) for doubt in doubts]
    if unknown:
        text = Text("not known, so not read: {names}", "알 수 없는 파일이라 읽지 않았습니다: {names}")
        problems.append(FileProblem(host, "", Problem(text.fill(names=", ".join(unknown)))))
    return problems


def _alike(host: str, recorded: list[Recorded]) -> list[FileProblem]:
    """That of texts whose names mean the same only the first is read."""
    problems: list[FileProblem] = []
    first: dict[tuple[str, str], str] = {}
    for each in recorded:
        other = first.setdefault((each.fact, each.variant), each.file)
        if other != each.file:
            text = Text(
                "not read, since {other} is the same command's; keep one of them, or give each moment a folder",
                "{other}와(과) 같은 명령의 파일이라 읽지 않았습니다. 하나만 남기거나 시점마다 폴더를 나누십시오",
            )
            problems.append(FileProblem(host, each.file, Problem(text.fill(other=Path(other).name))))
    return problems


def _by_content(host: str, recorded: Recorded, name: str) -> tuple[FileProblem, ...]:
    """That a text was told by what is in it, where its name does not tell."""
    if named(name) is not None:
        return ()
    text = Text(
        "read as {fact}, by its content: the name is not a command's",
        "이름이 명령이 아니라서 내용을 보고 {fact}(으)로 읽었습니다",
    )
    return (FileProblem(host, recorded.file, Problem(text.fill(fact=recorded.fact))),)


def _recorded(file: Place, name: str) -> Recorded | None:
    """The file as a source's text: by its name, else by its content."""
    if (told := named(name)) is not None:
        return Recorded(*told, str(file), partial(read, file))
    try:
        text, _ = decode(read(file))
    except ParseError:
        return None
    source = recognised(text, hints=held(file.name))
    return Recorded(source.name, name.lower(), str(file), partial(read, file)) if source is not None else None


def _kept_files(folder: Place, have: set[str]) -> list[Recorded]:
    """Files of the host that a hand-made snapshot keeps under `files/`, joined as `tail -n +1` shows them."""
    root = folder / "files"
    if not root.is_dir():
        return []
    kept = []
    for fact, note in notes().items():
        if fact in have:
            continue
        found = sorted({path for glob in note.paths for path in root.glob(glob) if path.is_file()}, key=str)
        if found:
            kept.append(Recorded(fact, f"{fact}.txt", str(root), partial(_joined, root, found)))
    return kept


def _joined(root: Place, files: Sequence[Place]) -> bytes:
    return b"".join(
        b"==> %s <==\n%s\n" % (str(file).removeprefix(str(root)).encode(), read(file)) for file in files
    )


def _host_name(recorded: list[Recorded]) -> str | None:
    """The host's own name where a text gives it (`uname -a`)."""
    for each in recorded:
        if each.fact != "kernel":
            continue
        try:
            words = decode(each.raw())[0].split()
        except ParseError:
            continue
        if len(words) > 2 and words[0] == "Linux":
            return words[1]
    return None
