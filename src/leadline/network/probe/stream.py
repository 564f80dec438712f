"""The bytes of a capture file in order, of a pipe too, unpacked where they are gzip'd."""

import zlib
from typing import IO

from leadline.base.text import Text

_CHUNK = 1 << 18
_STEP = 1 << 14


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
        self._unpacked: IO[bytes] | _Unpacked = file
        if self.peek(2) == b"\x1f\x8b":
            self._unpacked = _Unpacked(self._buffer, file)
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


class _Unpacked:
    """What a gzip'd file holds, up to where it is damaged: `gzip` would keep back what it had just unpacked."""

    def __init__(self, first: bytes, file: IO[bytes]) -> None:
        self._packed = first
        self._file = file
        self._stream = zlib.decompressobj(wbits=31)

    def read(self, size: int) -> bytes:
        """Some bytes, at most `size`; none at the end."""
        while True:
            packed = self._packed or self._file.read(_CHUNK)
            if self._stream.eof:
                if not packed.strip(b"\0"):
                    return b""
                self._stream = zlib.decompressobj(
                    wbits=31
                )  # several files packed one after the other are one
            # in small steps: of the step that meets the damage nothing is left
            unpacked = self._stream.decompress(packed, min(size, _STEP))
            if not packed and not unpacked:
                raise EOFError("it ends too early")
            self._packed = self._stream.unconsumed_tail or self._stream.unused_data
            if unpacked:
                return unpacked


_SHORT = Text(
    "the file ends where {n} bytes should follow and {there} do",
    "{n}바이트가 있어야 할 곳에서 {there}바이트만 남기고 파일이 끝납니다",
)
_UNREADABLE = Text("it cannot be unpacked or read ({why})", "압축을 풀거나 읽을 수 없습니다({why})")
