"""jc + DeepDiff doing the same job as parse + diff, on the files that jc can parse at all."""

from pathlib import Path
from typing import Any

import jc
from deepdiff import DeepDiff

PARSERS = {"ss": "ss", "df": "df", "findmnt": "findmnt", "sysctl": "sysctl", "ip_addr": None}


def readable(folders: tuple[Path, Path]) -> tuple[list[str], dict[str, str]]:
    """The facts both of whose texts jc parses, and why it cannot parse the others."""
    good: list[str] = []
    bad: dict[str, str] = {}
    for fact, parser in PARSERS.items():
        if parser is None:
            bad[fact] = "jc has no parser for `ip addr`"
            continue
        try:
            for folder in folders:
                jc.parse(parser, (folder / f"{fact}.txt").read_text(), quiet=True)
            good.append(fact)
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is the finding
            bad[fact] = f"jc {parser}: {type(error).__name__}: {error}"
    return good, bad


def run(folders: tuple[Path, Path], facts: list[str]) -> list[Any]:
    """Parse both sides and compare them, order ignored as entries have none."""
    result = []
    for fact in facts:
        before, after = (
            jc.parse(str(PARSERS[fact]), (folder / f"{fact}.txt").read_text(), quiet=True)
            for folder in folders
        )
        result.append(DeepDiff(before, after, ignore_order=True))
    return result
