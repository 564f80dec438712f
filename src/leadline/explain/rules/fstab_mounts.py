"""Mounts that /etc/fstab asks for."""

from typing import Any

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Witness
from leadline.snapshot.diff import Change


def _asked(side: Witness, path: str, mount: Any) -> str | None:
    """fstab's line for the mount point, where it agrees in type (`auto` agrees with all) and network source."""
    line = side.entries("fstab").get(path)
    if line is None or (
        mount.fstype is not None and line.fstype not in ("auto", "none", mount.fstype, "nfs")
    ):
        return None
    if mount.fstype in ("nfs", "nfs4", "cifs") and line.source != mount.source:
        return None
    return f"{line.source} {path} {line.fstype}"


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed":
        return None
    side = pair.side(change)
    seen = _asked(side, change.key, change.entry)
    return Match((side.saw("fstab", seen),), values={"line": seen}) if seen else None


rule = Rule(
    name="fstab-mounts",
    facts=("findmnt", "df"),
    component="administrator",
    class_="config",
    why=Text(
        "/etc/fstab asks for this mount ({line}): a person or an installer wrote it there.",
        "/etc/fstab에 적힌 마운트입니다({line}). 사람이나 설치 프로그램이 쓴 것입니다.",
    ),
    since="every version",
    source="fstab(5)",
    match=match,
)
