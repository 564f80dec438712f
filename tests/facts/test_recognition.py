"""A text is recognised as the output of its own command, and of no other."""

import json
from pathlib import Path

import pytest

from leadline.facts.recognition import recognised
from leadline.facts.text import decode

DATA = Path(__file__).parent.parent / "data" / "facts"
# both print the same form; the rules do not tell the family
ALIKE = {"ip6tables": "iptables"}


def clean(file: Path) -> bool:
    """Whether the case is a whole output, without any doubt."""
    expected = json.loads(file.with_name(f"{file.name.partition('.')[0]}.expected.json").read_text())
    return not {"error", "problems"} & set(expected)


CASES = [
    file
    for file in sorted(DATA.glob("*/*"))
    if file.is_file() and not file.name.endswith(".expected.json") and clean(file)
]


@pytest.mark.parametrize("file", CASES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_text_is_taken_for_anothers(file: Path) -> None:
    own = file.parent.name
    source = recognised(decode(file.read_bytes())[0])
    assert source is None or source.name in (own, ALIKE.get(own))


@pytest.mark.parametrize(
    "fact",
    [
        "ip_addr",
        "ss",
        "df",
        "findmnt",
        "sysctl",
        "iptables",
        "nft",
        "services",
        "unit_files",
        "processes",
        "crictl_ps",
    ],
)
def test_what_people_save_most_is_recognised(fact: str) -> None:
    found = [recognised(decode(file.read_bytes())[0]) for file in CASES if file.parent.name == fact]
    assert fact in {source.name for source in found if source is not None}


@pytest.mark.parametrize(
    "text", ["", "\n", "hello\n", "a = b\n", "# a title\n\nwords and words\n", "{}\n", "[]\n", "{\"a\": 1}\n", "1\n2\n3\n", "-\n"]
)  # fmt: skip
def test_words_are_nobodys_output(text: str) -> None:
    assert recognised(text) is None
