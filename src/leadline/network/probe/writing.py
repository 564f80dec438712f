"""A capture written as pcapng: several interfaces with their names, times in nanoseconds."""

from struct import pack
from typing import IO

from leadline.network.probe.decode import ETHERNET

_NANOSECONDS = 9


class Writer:
    """Writes to an open binary file; what was written so far is a whole capture at any time."""

    def __init__(self, file: IO[bytes], comment: str = "", program: str = "leadline") -> None:
        self._file = file
        self._interfaces = 0
        said = _option(1, comment) + _option(4, program)
        self._block(0x0A0D0D0A, pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + said)

    def interface(self, name: str, link: int = ETHERNET, snap: int = 0, comment: str = "") -> int:
        """Announces an interface. Returns the number that its packets are written with."""
        options = _option(2, name) + pack("<HHBxxx", 9, 1, _NANOSECONDS) + _option(1, comment)
        self._block(1, pack("<HHI", link, 0, snap) + options)
        self._interfaces += 1
        return self._interfaces - 1

    def packet(self, time: int, interface: int, frame: bytes, length: int = 0, comment: str = "") -> None:
        """A packet. `time`: nanoseconds since 1970. `length`: how long it was, where the frame is cut."""
        head = pack("<IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(frame), length or len(frame))
        self._block(6, head + frame + b"\0" * (-len(frame) % 4) + _option(1, comment))

    def _block(self, kind: int, body: bytes) -> None:
        total = pack("<I", len(body) + 12)
        self._file.write(pack("<I", kind) + total + body + total)


def _option(code: int, value: str) -> bytes:
    """One option, "" for none. The end of options may be left out."""
    raw = value.encode()[:65535]
    return pack("<HH", code, len(raw)) + raw + b"\0" * (-len(raw) % 4) if raw else b""
