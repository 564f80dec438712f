"""Two forms of one command's output, recorded together, give the same keys and the same known values."""

from pathlib import Path
from typing import Any

import pytest

from leadline.facts.catalogue import sources
from leadline.facts.text import decode

RECORDINGS = Path(__file__).parent.parent / "data" / "recordings"
FORMS = [
    ("ip_addr", "ip_addr.txt", "ip_addr.json", set()),
    ("findmnt", "findmnt.txt", "findmnt.json", set()),
    ("findmnt", "mountinfo.txt", "findmnt.json", set()),
    # -h rounds the sizes
    ("df", "df.txt", "df-bytes.txt", {"size", "used", "available", "rounded"}),
    ("ss", "ss.txt", "ss-tulnp.txt", set()),
]
PAIRS = [
    pytest.param(folder, *form, id=f"{folder.parent.name}/{folder.name}-{form[1]}")
    for folder in sorted(RECORDINGS.glob("*/*"))
    for form in FORMS
    if (folder / form[1]).exists() and (folder / form[2]).exists()
]


def entries(source: str, file: Path) -> dict[str, Any]:
    return sources()[source].parse(decode(file.read_bytes())[0]).entries


def test_there_are_recordings() -> None:
    assert {pair.values[1] for pair in PAIRS} == {form[0] for form in FORMS}


@pytest.mark.parametrize(("folder", "source", "first", "second", "besides"), PAIRS)
def test_forms_agree(folder: Path, source: str, first: str, second: str, besides: set[str]) -> None:
    one, other = entries(source, folder / first), entries(source, folder / second)
    if source == "ss":
        other = {key: value for key, value in other.items() if key.startswith("tcp ")}
    assert list(one) == list(other) if source != "findmnt" else set(one) == set(other)
    for key, value in one.items():
        for field in set(value.__struct_fields__) - besides:
            mine, theirs = getattr(value, field), getattr(other[key], field)
            if mine is not None and theirs is not None:
                assert mine == theirs, (key, field)


@pytest.mark.parametrize(
    "file", sorted(RECORDINGS.glob("*/*/df.txt")), ids=lambda file: str(file.parent)[-20:]
)
def test_rounded_sizes_are_near(file: Path) -> None:
    exact_file = file.with_name("df-bytes.txt")
    if not exact_file.exists():
        assert file.parent.name == "before"
        return
    exact = entries("df", exact_file)
    for key, rounded in entries("df", file).items():
        # df -h rounds up to two digits, and the two were not run at the same instant
        assert exact[key].size <= rounded.size * 1.01
        assert rounded.size <= exact[key].size * 1.1
