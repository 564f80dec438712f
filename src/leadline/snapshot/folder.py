"""Puts a folder in its place whole or not at all, and never over another one."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from leadline.base.errors import UsageError
from leadline.base.text import Text

_PARTIAL = ".leadline-partial-"


def write_folder(into: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Writes `into/name` with these files (0600, the folder 0700) and returns it.

    Written beside, synced, then renamed: a killed run leaves no `into/name`, and what it left beside goes
    with the next run. Raises UsageError where the name is taken or nothing can be written.
    """
    folder = into / name
    try:
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial, handle = _begin(into)
        try:
            for file, content in files.items():
                with open(partial / file, "wb", opener=_private) as opened:
                    opened.write(content)
            for file in files:
                _sync(partial / file)
            os.fsync(handle)
            refuse_taken(into, name)
            partial.rename(folder)
            _sync(into)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        finally:
            os.close(handle)
    except OSError as error:
        raise UsageError(
            Text(
                f"{folder}: cannot be written ({error.strerror}); name another folder with --to",
                f"{folder}: 쓸 수 없습니다({error.strerror}). --to로 다른 폴더를 지정하십시오",
            )
        ) from None
    return folder


def refuse_taken(into: Path, name: str) -> None:
    """Raises UsageError where `into/name` is there already."""
    if os.path.lexists(into / name):
        raise UsageError(
            Text(
                f"{into / name} is there already and stays as it is; name another folder with --to, or move this one away",
                f"{into / name}: 이미 있으므로 그대로 둡니다. --to로 다른 폴더를 지정하거나 이 폴더를 옮기십시오",
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


def _begin(into: Path) -> tuple[Path, int]:
    """A new partial folder and the handle that holds its lock; what killed runs left is removed.

    The lock on `into` keeps others from taking a partial folder for a left one before it is locked.
    """
    whole = os.open(into, os.O_RDONLY)
    try:
        fcntl.flock(whole, fcntl.LOCK_EX)
        for left in into.glob(f"{_PARTIAL}*"):
            _sweep(left)
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=into))
        handle = os.open(partial, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        return partial, handle
    finally:
        os.close(whole)


def _sweep(left: Path) -> None:
    """Removes a partial folder, unless a run that still writes holds its lock or has just put it in place."""
    try:
        handle = os.open(left, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    finally:
        os.close(handle)
    shutil.rmtree(left, ignore_errors=True)
