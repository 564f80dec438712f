"""What the names of saved files and folders tell: the command, and before or after."""

import re
from functools import cache
from typing import Literal

import msgspec

from leadline.facts.catalogue import notes
from leadline.snapshot.packed import Place

TEXT_ENDINGS = {".txt", ".json", ".log", ".out", ".md", ""}
_ARCHIVE = re.compile(r"(?P<name>.+?)\.(?:tar(?:\.(?:gz|xz|bz2))?|tgz|txz|tbz2?)", re.IGNORECASE)
_SIDES = r"(?:(?P<before>1|before|pre|old|전|이전)|2|after|post|new|후|이후)"
_SIDE = re.compile(rf"(?P<name>){_SIDES}", re.IGNORECASE)
_PAIR = re.compile(rf"(?P<name>.+?)[-_. ]?{_SIDES}", re.IGNORECASE)
_PAIR_FIRST = re.compile(rf"0?{_SIDES}[-_. ]+(?P<name>.+)", re.IGNORECASE)


class Sided(msgspec.Struct, frozen=True):
    """Which side a name tells, and the rest of the name, which is "" where there is none."""

    side: Literal["before", "after"]
    name: str


def named(name: str) -> tuple[str, str] | None:
    """The source and variant of a file by its exact name, else by the longest alias its stem begins with."""
    for fact, note in notes().items():
        if name in note.files:
            return fact, name
    stem = _stem(name)
    best = max(
        (alias for alias in _aliases() if stem == alias or stem.startswith(alias + "_")),
        key=len,
        default=None,
    )
    return (_aliases()[best], stem) if best else None


def held(name: str) -> list[str]:
    """The sources whose words a file's name has anywhere (`k8s-ctr_ss.txt`), the longest words first."""
    padded = f"_{_stem(name)}_"
    words = sorted((alias for alias in _aliases() if f"_{alias}_" in padded), key=len, reverse=True)
    return list(dict.fromkeys(_aliases()[word] for word in words))


def _stem(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if f".{ending}" not in TEXT_ENDINGS:
        stem = name
    elif not dot:
        stem = ending
    return re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")


@cache
def _aliases() -> dict[str, str]:
    """Every word a file may begin with, as `named` writes it → the source."""
    return {
        re.sub(r"[^a-z0-9]+", "_", word.lower()): fact
        for fact, note in notes().items()
        for word in (fact, *note.aliases, *(file.rpartition(".")[0] for file in note.files))
    }


def without_archive_ending(name: str) -> str:
    """The name without `.tar.gz`, `.tgz` and the like; the same name where it has none."""
    found = _ARCHIVE.fullmatch(name)
    return found["name"] if found else name


def sided(path: Place) -> Sided | None:
    """The side that a name tells (`ss-1.txt`, `전_ss.txt`, `after`, `after.tar.gz`); None where it does not."""
    stem = path.stem if path.suffix in TEXT_ENDINGS else without_archive_ending(path.name)
    split = _PAIR.fullmatch(stem) or _PAIR_FIRST.fullmatch(stem) or _SIDE.fullmatch(stem)
    if split is None:
        return None
    ending = path.suffix if split["name"] and path.suffix in TEXT_ENDINGS else ""
    return Sided("before" if split["before"] else "after", split["name"] + ending)
