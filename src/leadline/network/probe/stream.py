"""The bytes of a capture file in order, of a pipe too, unpacked where they are gzip'd."""

import gzip
import zlib
from typing import IO, cast

from leadline.base.text import Text

_CHUNK = 1 << 18


class DamageError(Exception):
    """The file cannot be read further."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class Source:
    """The bytes of a file in order, unpacked where they are gzip'd. `offset`: of the next byte, as unpacked."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.offset = 0
        self._buffer = b""
        self._at = 0
        self._unpacked: IO[bytes] = file
        if self.peek(2) == b"\x1f\x8b":
            whole = _Again(self._buffer, file)
            self._unpacked = cast(IO[bytes], gzip.GzipFile(fileobj=cast(IO[bytes], whole)))
            self._buffer = b""

    def take(self, size: int) -> bytes:
        """The next bytes, all of them."""
        end = self._at + size
        if end > len(self._buffer):
            self._fill(size)
            end = self._at + size
            if end > len(self._buffer):
                raise DamageError(_SHORT.fill(n=f"{size:,}", there=f"{len(self._buffer) - self._at:,}"))
        taken = self._buffer[self._at : end]
        self._at = end
        self.offset += size
        return taken

    def take_or_end(self, size: int) -> bytes:
        """The next bytes, or nothing where the file ends before them."""
        return self.take(size) if self._at < len(self._buffer) or self.peek(1) else b""

    def peek(self, size: int) -> bytes:
        """The next bytes, or what there is of them; they are still to be taken."""
        if len(self._buffer) - self._at < size:
            self._fill(size)
        return self._buffer[self._at : self._at + size]

    def _fill(self, size: int) -> None:
        pieces = [self._buffer[self._at :]]
        self._at = 0
        there = len(pieces[0])
        try:
            while there < size and (more := self._unpacked.read(_CHUNK)):
                pieces.append(more)
                there += len(more)
        except (OSError, EOFError, zlib.error) as error:
            why = (isinstance(error, OSError) and error.strerror) or str(error)
            raise DamageError(_UNREADABLE.fill(why=why)) from None
        finally:
            self._buffer = b"".join(pieces)


class _Again:
    """A file whose first bytes were read already: a pipe cannot be turned back."""

    def __init__(self, first: bytes, file: IO[bytes]) -> None:
        self._first = first
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if self._first:
            taken, self._first = self._first[:size], self._first[size:]
            return taken
        return self._file.read(size)


_SHORT = Text(
    "the file ends where {n} bytes should follow and {there} do",
    "{n}바이트가 있어야 할 곳에서 {there}바이트만 남기고 파일이 끝납니다",
)
_UNREADABLE = Text("it cannot be unpacked or read ({why})", "압축을 풀거나 읽을 수 없습니다({why})")
