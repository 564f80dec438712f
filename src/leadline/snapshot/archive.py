"""Reads archives (tar, plain or compressed) whoever packed them, front to back and within bounds.

`tarfile` reads the headers. Its own walk through an archive is not used: made-up archives let it run in
circles, recurse or take hours (CVE-2024-6232, CVE-2025-8194), and which Python has these mended is not ours
to choose.
"""

import bz2
import gzip
import lzma
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import IO, Protocol

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.snapshot.naming import sided, without_archive_ending
from leadline.snapshot.packed import Packed
from leadline.snapshot.snapshot import LARGEST

LARGEST_ARCHIVE = 16 * LARGEST
"""Bytes that are read of an archive, unpacked: the texts of hundreds of hosts."""
MOST_MEMBERS = 100_000
_DEEPEST = 16
_LONGEST_HEADER = 1 << 20
_LONGEST_PADDING = 1 << 20
_BLOCK = tarfile.BLOCKSIZE
_OPENERS = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\0", lzma.open))
_TOLD_BY_HEADER = (
    *(tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE),
)
_EXTENSIONS = (
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
)
_LISTED = 6


def tree(path: Path) -> Packed | None:
    """What is in an archive; None where it is no tar archive.

    The texts are held in memory, larger ones in a file that has no name. Raises OSError or ParseError where
    nothing of it can be read.
    """
    with path.open("rb") as file:
        begin = file.read(_BLOCK)
        file.seek(0)
        unpack = next((unpack for mark, unpack in _OPENERS if begin.startswith(mark)), None)
        with unpack(file) if unpack is not None else file as stream:
            try:
                return _tree(path, _Reader(stream))
            except _NoTarError:
                return None


class _NoTarError(Exception):
    """What is packed is no tar archive."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Reader:
    """The unpacked bytes, as many as are asked for; ParseError where there are fewer, or too many in all."""

    def __init__(self, stream: _Readable) -> None:
        self._stream = stream
        self._left = LARGEST_ARCHIVE

    def read(self, size: int) -> bytes:
        self._allow(size)
        self._left -= size
        found = self._unpacked(size)
        if len(found) < size:
            raise ParseError(_DAMAGED)
        return found

    def copy(self, size: int, into: IO[bytes], most: int) -> int:
        """Puts the first `most` of so many bytes into a file, and the rest of their last block nowhere."""
        kept, whole = 0, size + -size % _BLOCK
        self._allow(whole)
        while whole:
            piece = self.read(min(whole, 1 << 20))
            whole -= len(piece)
            kept += into.write(piece[: max(0, min(size, most) - kept)])
        return kept

    def _allow(self, size: int) -> None:
        if size > self._left:
            raise ParseError(_TOO_LARGE.fill(most=LARGEST_ARCHIVE >> 20))

    def finish(self) -> None:
        """Reads on to the checksum at the end, over the empty blocks before it."""
        self._unpacked(_LONGEST_PADDING)

    def _unpacked(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except (OSError, EOFError, ValueError, MemoryError, zlib.error, lzma.LZMAError):
            raise ParseError(_DAMAGED) from None


def _tree(path: Path, reader: _Reader) -> Packed:
    texts = tempfile.SpooledTemporaryFile(max_size=LARGEST)  # noqa: SIM115 - it lives as long as the tree
    doubts: list[Text] = []
    root = Packed(str(path), without_archive_ending(path.name), path.absolute().parent, texts, doubts)
    root.folder = True
    left_out: list[str] = []
    members, last = 0, ""
    try:
        while (member := _member(reader, first=not members)) is not None:
            members, last = members + 1, member.name
            if members > MOST_MEMBERS:
                raise ParseError(_TOO_MANY.fill(most=MOST_MEMBERS))
            begin = texts.seek(0, 2)
            # one byte more than is read of a text: it is refused as a file of that size is
            size = reader.copy(member.size, texts, LARGEST + 1)
            if (place := _place(root, member.name)) is None:
                left_out.append(member.name)
            elif member.isdir():
                place.folder = True
            else:
                place.stored = (begin, size) if member.isreg() else None
        reader.finish()
    except ParseError as error:
        if not members:
            raise
        doubts.append(_NOT_ALL.fill(why=error.text, name=last))
    if left_out:
        names = ", ".join(left_out[:_LISTED]) + (", …" if len(left_out) > _LISTED else "")
        doubts.append(_OUTSIDE.fill(names=names))
    return _unwrapped(root)


def _member(reader: _Reader, *, first: bool) -> tarfile.TarInfo | None:
    """The next member, with its whole name and the size of what follows it here; None at the end."""
    name, size = None, None
    while True:
        if not any(block := reader.read(_BLOCK)):
            return None
        try:
            member = tarfile.TarInfo.frombuf(block, "utf-8", "replace")
        except tarfile.HeaderError:
            if first:
                raise _NoTarError from None
            raise ParseError(_DAMAGED) from None
        if member.type in _TOLD_BY_HEADER:
            member.size = 0
        elif member.size < 0:
            raise ParseError(_DAMAGED)
        if member.type not in _EXTENSIONS:
            member.name = "".join(each if each.isprintable() else "\ufffd" for each in name or member.name)
            member.size = member.size if size is None or not member.size else size
            return member
        if member.size > _LONGEST_HEADER:
            raise ParseError(_DAMAGED)
        content = reader.read(member.size + -member.size % _BLOCK)[: member.size]
        if member.type == tarfile.GNUTYPE_LONGNAME:
            name = content.rstrip(b"\0").decode("utf-8", "replace")
        elif member.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
            records = _records(content)
            name = records["path"].decode("utf-8", "replace") if "path" in records else name
            size = int(records["size"]) if "size" in records else size


def _records(content: bytes) -> dict[str, bytes]:
    """The records of a PAX header that tell a name or a size: `<length> <key>=<value>`, one a line."""
    records: dict[str, bytes] = {}
    place = 0
    while place < len(content):
        length, space, _ = content[place : place + 20].partition(b" ")
        if not space or not length.isdigit() or int(length) <= len(length):
            raise ParseError(_DAMAGED)
        key, _, value = content[place + len(length) + 1 : place + int(length) - 1].partition(b"=")
        if key == b"path" or (key == b"size" and value.isdigit() and len(value) < _BLOCK):
            records[key.decode()] = value
        place += int(length)
    return records


def _place(root: Packed, name: str) -> Packed | None:
    """Where a member of this name belongs; None for one that is not inside of the archive, or absurdly deep."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or len(parts) > _DEEPEST:
        return None
    place = root
    for part in parts:
        place = place.add(part)
    return place


def _unwrapped(root: Packed) -> Packed:
    """The folder that was packed, where it is the only one and tells nothing of a host."""
    inner = root
    while True:
        children = list(inner.iterdir())
        if len(children) != 1 or not children[0].is_dir():
            return inner
        (child,) = children
        if (
            child.name != root.name
            and sided(child) is None
            and any(not each.is_dir() for each in child.iterdir())
        ):
            return inner
        child.parent = root.parent
        inner = child


_DAMAGED = Text(
    "the archive is damaged or cut short; copy or pack it again",
    "압축 파일이 손상되었거나 중간에 잘렸습니다. 다시 복사하거나 다시 묶으십시오",
)
_TOO_LARGE = Text(
    "the archive holds more than {most} MB; unpack it and name the folder",
    "압축 파일의 내용이 {most} MB를 넘습니다. 압축을 풀고 폴더를 지정하십시오",
)
_TOO_MANY = Text(
    "the archive holds more than {most} files; unpack it and name the folder",
    "압축 파일에 든 파일이 {most}개를 넘습니다. 압축을 풀고 폴더를 지정하십시오",
)
_NOT_ALL = Text("{why} (it was read as far as {name})", "{why}({name}까지 읽었습니다)")
_OUTSIDE = Text(
    "not read, since these names lead out of the archive or too deep: {names}; pack the folder again by a relative name",
    "압축 파일 밖을 가리키거나 너무 깊은 이름이라 읽지 않았습니다: {names}. 상대 경로로 폴더를 다시 묶으십시오",
)
