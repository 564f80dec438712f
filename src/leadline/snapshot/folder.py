"""Puts a folder, or an archive of one, in its place whole or not at all, and never over another."""

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from leadline.base.errors import UsageError
from leadline.base.text import Text

_PARTIAL = ".leadline-partial-"


def write_folder(into: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Writes `into/name` with these files (0600, the folder 0700) and returns it.

    Written beside, synced, then renamed: a killed run leaves no `into/name`, and what it left beside goes
    with the next run. Raises UsageError where the name is taken or nothing can be written.
    """
    folder = into / name
    with _said_where(folder):
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _beside(into) as (partial, handle):
            for file, content in files.items():
                with open(partial / file, "wb", opener=_private) as opened:
                    opened.write(content)
            for file in files:
                _sync(partial / file)
            os.fsync(handle)
            _put(partial, folder)
    return folder


@contextmanager
def write_archive(file: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `file` (0600) as a compressed archive when the block is left in good order.

    Nothing stays of a folder that was left empty, or by an error. Raises UsageError as `write_folder` does.
    """
    refuse_taken(file.parent, file.name)
    with _said_where(file), _beside(file.parent) as (partial, _):
        folder = partial / "folder"
        folder.mkdir(mode=0o700)
        yield folder
        if any(folder.iterdir()):
            packed = partial / "archive"
            with open(packed, "wb", opener=_private) as opened:
                pack(folder, opened)
            _sync(packed)
            _put(packed, file)


def pack(folder: Path, into: IO[bytes]) -> None:
    """Writes what is in a folder as tar.gz, each file as `<name of the host>/<name of the text>`, nobody's own."""
    import gzip  # slow to import, as is tarfile
    import tarfile

    def nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    with (
        gzip.GzipFile("", "wb", 6, into) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as archive,
    ):
        for child in sorted(folder.rglob("*")):
            archive.add(child, str(child.relative_to(folder)), recursive=False, filter=nobodys)


@contextmanager
def _said_where(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            Text(
                f"{target}: cannot be written ({error.strerror}); name another place with --to",
                f"{target}: 쓸 수 없습니다({error.strerror}). --to로 다른 위치를 지정하십시오",
            )
        ) from None


def refuse_taken(into: Path, name: str) -> None:
    """Raises UsageError where `into/name` is there already."""
    if os.path.lexists(into / name):
        raise UsageError(
            Text(
                f"{into / name} is there already and stays as it is; name another place with --to, or move this one away",
                f"{into / name}: 이미 있으므로 그대로 둡니다. --to로 다른 위치를 지정하거나 이것을 옮기십시오",
            )
        )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put(partial: Path, target: Path) -> None:
    """Renames what is whole now, where the name is still free; runs beside this one wait here."""
    with _locked(target.parent):
        refuse_taken(target.parent, target.name)
        partial.rename(target)
        _sync(target.parent)


@contextmanager
def _beside(into: Path) -> Iterator[tuple[Path, int]]:
    """A private folder in `into` and the handle that holds its lock; it is gone afterwards, or moved. What
    killed runs left goes first.

    The lock on `into` keeps others from taking the folder for a left one before it is locked itself.
    """
    partial = into / f"{_PARTIAL}{os.urandom(6).hex()}"
    handle = -1
    try:
        with _locked(into):
            for left in into.glob(f"{_PARTIAL}*"):
                _sweep(left)
            partial.mkdir(mode=0o700)
            handle = os.open(partial, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield partial, handle
    finally:
        # an interrupt in the middle of it would leave the rest
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        shutil.rmtree(partial, ignore_errors=True)
        if handle >= 0:
            os.close(handle)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sweep(left: Path) -> None:
    """Removes a partial folder, unless it is another user's, or a run that still writes holds its lock or has
    just put it in place."""
    try:
        handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    finally:
        os.close(handle)
    shutil.rmtree(left, ignore_errors=True)
