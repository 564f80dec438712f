"""The tree of an archive, which answers what the store asks of a folder: nothing is ever extracted."""

import io
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO

from leadline.base.text import Text


class Packed:
    """A file or folder in an archive, with the part of `pathlib.Path` that loading a snapshot needs.

    `stored`: where its first `size` bytes lie in the archive's texts; None where it is no plain file.
    `doubts`: what of the whole archive could not be read.
    """

    __slots__ = ("_children", "_label", "_texts", "doubts", "folder", "name", "parent", "stored")

    def __init__(self, label: str, name: str, parent: "Place", texts: IO[bytes], doubts: list[Text]) -> None:
        self._label, self.name, self.parent = label, name, parent
        self._texts, self.doubts = texts, doubts
        self._children: dict[str, Packed] = {}
        self.folder = False
        self.stored: tuple[int, int] | None = None

    def __str__(self) -> str:
        return self._label

    def __truediv__(self, name: str) -> "Packed":
        return self._children.get(name) or Packed(
            f"{self._label}/{name}", name, self, self._texts, self.doubts
        )

    def add(self, name: str) -> "Packed":
        """The child of this name, which is there from now on."""
        self.folder = True
        return self._children.setdefault(name, self / name)

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix

    def exists(self) -> bool:
        return self.folder or self.stored is not None

    def is_dir(self) -> bool:
        return self.folder

    def is_file(self) -> bool:
        return self.stored is not None and not self.folder

    def is_symlink(self) -> bool:
        return False

    def resolve(self) -> "Packed":
        return self

    def iterdir(self) -> Iterator["Packed"]:
        return iter(self._children.values())

    def glob(self, pattern: str) -> Iterator["Packed"]:
        first, _, rest = pattern.partition("/")
        for child in self.iterdir():
            if fnmatchcase(child.name, first):
                yield from child.glob(rest) if rest else (child,)

    def open(self, _mode: str = "rb") -> IO[bytes]:
        begin, size = self.stored or (0, 0)
        self._texts.seek(begin)
        return io.BytesIO(self._texts.read(size))


Place = Path | Packed
"""Where texts lie: a folder or file, or one in an archive."""
