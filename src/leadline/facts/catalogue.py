"""Every source there is, found among the modules of `facts.sources`."""

from functools import cache

import msgspec

import leadline.facts.sources as package
from leadline.base.discovery import Catalogue
from leadline.facts.source import Source


class Note(msgspec.Struct, frozen=True):
    """What must be known of a source before it is imported: its files with their commands, its aliases and
    globs, and whether it is compared."""

    files: dict[str, str]
    aliases: tuple[str, ...]
    paths: tuple[str, ...]
    compare: bool


@cache
def sources() -> Catalogue[Source]:
    """Every source of the package, by name; imported when asked for."""
    return Catalogue(
        package,
        Source,
        lambda source: Note(source.files, source.aliases, source.paths, source.compare),
    )


@cache
def notes() -> dict[str, Note]:
    """The notes of every source, by name, without importing any."""
    return msgspec.convert(sources().notes, dict[str, Note])
