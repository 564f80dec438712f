"""Every source reads its recorded cases as stated, and any text at all without a crash.

A case is a file under data/facts/<source>/ with `<stem>.expected.json` beside it, which may state:
`entries` (all of them, unknown fields left out), `contains` (some, and of those some fields), `absent` (keys),
`count`, `unreadable`, `covers`, `problems` ([line, part of the English sentence], all of them) or `error`
(part of the sentence). Forms of one output with one stem share what is expected.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.base.errors import ParseError
from leadline.facts.catalogue import sources
from leadline.facts.source import Parsed
from leadline.facts.text import decode

DATA = Path(__file__).parent.parent / "data" / "facts"
CASES = sorted(
    file for file in DATA.glob("*/*") if file.is_file() and not file.name.endswith(".expected.json")
)
SOURCES = sorted(sources())
LONGEST = 6000


def texts(source: str) -> list[str]:
    return [decode(file.read_bytes())[0] for file in CASES if file.parent.name == source]


def builtins(value: Any) -> Any:
    plain = json.loads(msgspec.json.encode(value))
    return (
        {name: each for name, each in plain.items() if each is not None} if isinstance(plain, dict) else plain
    )


@pytest.mark.parametrize("file", CASES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_case(file: Path) -> None:
    expected = json.loads(file.with_name(f"{file.name.partition('.')[0]}.expected.json").read_text())
    unknown = set(expected) - {
        "entries", "contains", "absent", "count", "unreadable", "covers", "problems", "error"
    }  # fmt: skip
    assert not unknown, unknown
    text, doubts = decode(file.read_bytes())
    if "error" in expected:
        with pytest.raises(ParseError) as raised:
            sources()[file.parent.name].parse(text)
        assert expected["error"] in raised.value.text.en
        return
    parsed = sources()[file.parent.name].parse(text)
    entries = {key: builtins(value) for key, value in parsed.entries.items()}
    if "entries" in expected:
        assert entries == expected["entries"]
    for key, value in expected.get("contains", {}).items():
        assert key in entries, f"{key} is not among {list(entries)[:50]}"
        found = entries[key]
        if isinstance(value, dict):
            assert {name: found.get(name) for name in value} == value, key
        else:
            assert found == value, key
    assert not set(expected.get("absent", ())) & set(entries)
    if "count" in expected:
        assert len(entries) == expected["count"]
    assert parsed.unreadable == set(expected.get("unreadable", ()))
    if "covers" in expected:
        assert parsed.covers == (None if expected["covers"] is None else set(expected["covers"]))
    problems = [(problem.line, problem.text.en) for problem in (*doubts, *parsed.problems)]
    stated = expected.get("problems", [])
    assert len(problems) == len(stated), problems
    for (line, sentence), (wanted_line, part) in zip(problems, stated, strict=True):
        assert line == wanted_line
        assert part in sentence


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_a_case(name: str) -> None:
    assert any(file.parent.name == name for file in CASES)


@st.composite
def damaged(draw: st.DrawFn, own: list[str], others: list[str]) -> str:
    """A real text with pieces cut out, repeated, moved, replaced, or taken from another command's output."""
    text = draw(st.sampled_from(own))
    if len(text) > LONGEST:
        start = draw(st.integers(0, len(text) - LONGEST))
        text = text[start : start + LONGEST]
    for _ in range(draw(st.integers(1, 3))):
        places = st.integers(0, len(text))
        first, last = sorted((draw(places), draw(places)))
        piece = draw(
            st.one_of(
                st.just(""),
                st.just(text[first:last] * 2),
                st.sampled_from(others),
                st.text(max_size=20),
                st.sampled_from(
                    ["\n", "\t", " ", "[", "{", '"', "/", ":", "0", "-1", "²", "\x00", "- ", "=", "%", "\\"]
                ),
            )
        )
        text = draw(
            st.sampled_from(
                [text[:first] + piece + text[last:], text[:last] + piece + text[last:], text[:last]]
            )
        )
    return text


@pytest.mark.parametrize("name", SOURCES)
def test_any_text_is_read_or_refused(name: str) -> None:
    source = sources()[name]
    own = texts(name) or [""]
    others = [text[:800] for other in SOURCES for text in texts(other)[:1]] or [""]

    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.one_of(st.text(max_size=200), damaged(own, others), damaged(own, others), damaged(own, others)))
    def check(text: str) -> None:
        try:
            parsed = source.parse(text)
        except ParseError as error:
            assert error.text.en
            assert error.text.ko
            return
        assert isinstance(parsed, Parsed)
        assert not parsed.unreadable & set(parsed.entries)
        last = text.count("\n") + 1
        assert all(problem.line is None or 0 < problem.line <= last for problem in parsed.problems)

    check()
