"""The contract of a format, and how formats are found."""

import importlib
import pkgutil
from collections.abc import Callable

import msgspec

from leadline.base.errors import UsageError
from leadline.base.text import Lang, Text
from leadline.report.document import Document

_FORMATS = "leadline.report.formats"


class Style(msgspec.Struct, frozen=True):
    """How a text may look: with colours or without, and how many columns wide."""

    colour: bool = False
    width: int = 100


class Format(msgspec.Struct, frozen=True):
    """A way to write a Document down. `render` is pure; `name` is the module's and what `-o` takes."""

    name: str
    render: Callable[[Document, Lang, Style], str]


def names() -> list[str]:
    """The formats that exist, without loading any."""
    package = importlib.import_module(_FORMATS)
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__))


def load(name: str) -> Format:
    """One format by name; the others' libraries stay unloaded. Raises UsageError where there is none."""
    if name not in names():
        known = ", ".join(names())
        raise UsageError(
            Text(
                f"no output format {name}; there are {known}",
                f"{name} 출력 형식은 없습니다. 사용할 수 있는 형식: {known}",
            )
        )
    found = importlib.import_module(f"{_FORMATS}.{name}").format
    assert isinstance(found, Format)  # noqa: S101 - a module of the package that declares no Format is a bug
    return found
