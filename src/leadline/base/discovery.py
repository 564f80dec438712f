"""Finds the values that modules declare, so that adding one thing is adding one file.

Importing every module of a package to learn what is in it costs more than most commands do. A note on each
value is therefore kept beside the byte-code, in `__pycache__`, and renewed like it: where a module's size or
time differs, that module is read again. What is asked for is imported; the rest is not.
"""

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def discover(package: ModuleType, kind: type[T]) -> dict[str, T]:
    """Every `kind` that a module of `package` declares, by module name, in name order.

    A module may declare one value, or a tuple of them (then the name gets a position: `name/0`).
    """
    found: dict[str, T] = {}
    for name in sorted(_modules(package)):
        module = importlib.import_module(f"{package.__name__}.{name}")
        for value in vars(module).values():
            if isinstance(value, kind):
                found[name] = value
            elif isinstance(value, tuple) and value and isinstance(value[0], kind):
                found.update((f"{name}/{position}", each) for position, each in enumerate(value))
    return found


class Catalogue(Mapping[str, T]):
    """The values of `kind` that the modules of a package declare, one each, by module name; imported when
    asked for. `notes`: name → what `note` says of a value (JSON), known without importing it."""

    def __init__(self, package: ModuleType, kind: type[T], note: Callable[[T], Any]) -> None:
        self._package, self._kind, self._note = package, kind, note
        self._values: dict[str, T] = {}
        self.notes: dict[str, Any] = {
            name: note for name, (_, _, note) in sorted(self._index().items()) if note is not None
        }

    def __getitem__(self, name: str) -> T:
        if name not in self._values:
            if name not in self.notes:
                raise KeyError(name)
            value = self._declared(name)
            assert value is not None  # noqa: S101 - the note was made from it
            self._values[name] = value
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.notes)

    def __len__(self) -> int:
        return len(self.notes)

    def _declared(self, name: str) -> T | None:
        module = importlib.import_module(f"{self._package.__name__}.{name}")
        return next((value for value in vars(module).values() if isinstance(value, self._kind)), None)

    def _index(self) -> dict[str, tuple[int, int, Any]]:
        modules = _modules(self._package)
        file = Path(self._package.__path__[0]) / "__pycache__" / f"{self._kind.__name__}.index.json"
        try:
            kept = msgspec.json.decode(file.read_bytes(), type=dict[str, tuple[int, int, Any]])
        except (OSError, msgspec.DecodeError):
            kept = {}
        index: dict[str, tuple[int, int, Any]] = {}
        for name, (changed, size) in modules.items():
            if name in kept and kept[name][:2] == (changed, size):
                index[name] = kept[name]
            else:
                value = self._declared(name)
                index[name] = (
                    changed,
                    size,
                    None if value is None else msgspec.to_builtins(self._note(value)),
                )
        if index != kept and not sys.dont_write_bytecode:
            _replace(file, msgspec.json.encode(index))
        return index


def _modules(package: ModuleType) -> dict[str, tuple[int, int]]:
    """Name → (time of change in ns, size in bytes) of the package's modules."""
    with os.scandir(package.__path__[0]) as entries:
        files = [entry for entry in entries if entry.name.endswith(".py") and entry.name != "__init__.py"]
        return {entry.name[:-3]: (entry.stat().st_mtime_ns, entry.stat().st_size) for entry in files}


def _replace(file: Path, content: bytes) -> None:
    """Writes the index in one step; where that is not allowed the next start does without it."""
    import tempfile  # slow to import, and needed only where a module changed

    try:
        file.parent.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).replace(file)
    except OSError:
        return
