"""`leadline trace`: every case in every format and language, against a file that a person has read."""

import json
import os
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest
import trace_cases
from rich.cells import cell_len

from leadline.base.text import Lang
from leadline.network.result import Disposition
from leadline.report.contract import Style, load, names
from leadline.report.path_layout import Sheet
from leadline.report.views.trace import document
from leadline.report.views.trace_path import path
from leadline.report.views.trace_words import DISPOSITIONS, KINDS, NOTICED

LANGS: tuple[Lang, ...] = ("en", "ko")
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "trace-v1.json"
CASES = trace_cases.cases()


def rendered(case: str, lang: Lang, name: str, *, width: int = 100, everything: bool = False) -> str:
    made = document(trace_cases.trace(case), everything=everything, expand=name == "html")
    return load(name).render(made, lang, Style(False, width))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, lang: Lang, name: str) -> None:
    """LEADLINE_GOLDEN=write writes the files anew; read what changed before it is committed."""
    if name == "json" and lang == "ko":
        assert rendered(case, "ko", "json") == rendered(case, "en", "json")
        return
    text = rendered(case, lang, name)
    if name == "html":  # how it looks is judged in a browser; what it says is judged here
        text = re.sub(r"(<style>|<script>).*?(</style>|</script>)", r"\1\2", text, flags=re.DOTALL)
        text = re.sub(r"sha256-[^']+", "sha256-", text)
    file = trace_cases.FOLDER / f"{case}.{lang}.{name}.golden"
    if os.environ.get("LEADLINE_GOLDEN") == "write":
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8")


def test_every_end_has_words() -> None:
    assert set(DISPOSITIONS) == set(get_args(Disposition))
    assert {each.kind for case in CASES for each in _decisions(case)} <= set(KINDS)
    assert {each.ends.noticed for case in CASES for each in trace_cases.trace(case).branches} <= set(NOTICED)


def _decisions(case: str) -> list[Any]:
    branches = trace_cases.trace(case).branches
    return [each for branch in branches for hop in branch.request.hops for each in hop.decisions]


@pytest.mark.parametrize("width", [40, 60, 80, 140])
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_terminal_keeps_the_width(case: str, lang: Lang, width: int) -> None:
    text = rendered(case, lang, "terminal", width=width, everything=True)
    commands = {command for cause in trace_cases.trace(case).causes for command in cause.commands}
    folded = [each for each in text.splitlines() if each.strip() not in commands]
    assert max(map(cell_len, folded)) <= width


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_the_line_goes_through_and_boxes_are_closed(case: str, lang: Lang) -> None:
    """The packet's line has its column from the first stop to the last, and every edge stands below the one above."""
    lines = rendered(case, lang, "terminal").splitlines()
    first = next(place for place, each in enumerate(lines) if "●" in each)
    last = next(place for place, each in enumerate(lines) if place > first and re.search("[✓✗?] ", each))
    column = _columns(lines[first], "●")
    for each in lines[first : last + 1]:
        assert _columns(each, "●○◎│║┼╫✓✗?") >= column, each
    boxes = [each for each in lines if re.match(r"  [┌│└]", each)]
    for above, below in pairwise(boxes):
        if above.startswith("  └"):
            continue
        assert cell_len(above) == cell_len(below)
        assert _columns(above, "│┌┐") & _columns(below, "│└┘") >= _columns(above, "┌┐") - _columns(above, "└")


def _columns(line: str, signs: str) -> set[int]:
    return {cell_len(line[:place]) for place, sign in enumerate(line) if sign in signs}


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_the_reason_and_the_remedy_are_shown(case: str, lang: Lang, name: str) -> None:
    read = trace_cases.trace(case)
    text = load(name).render(document(read), lang, Style(width=1000))
    shown = [command for cause in read.causes for command in cause.commands]
    shown += [each.endpoint for each in read.branches]
    assert all(each in text for each in shown)
    assert ("✗" in text or "?" in text or 'class="end bad"' in text) or read.delivered
    if not read.delivered and name == "terminal":
        assert any(branch.ends.why[lang] in text for branch in read.branches) or "\x1b" in read.flow.host


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_a_name_from_a_host_drives_nothing(name: str, lang: Lang) -> None:
    text = rendered("hostile", lang, name)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f‪-‮⁦-⁩]", text)
    if name == "markdown":
        diagram = text[text.index("```mermaid") : text.index("```\n", text.index("```mermaid") + 3)]
        assert diagram.count("```") == 1
        assert not re.search(r"[<>;](?!$)", re.sub(r"#\d+;|<br/>|->>|-->>", "", diagram))
    if name == "html":
        assert "<웹>" not in text
        assert '"<x>' not in text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_picture_in_html(case: str, lang: Lang) -> None:
    page = rendered(case, lang, "html")
    assert "http:" not in page
    assert "https:" not in page
    seen = Tags()
    seen.feed(page)
    assert seen.open == []
    pictures = [attributes for tag, attributes in seen.tags if tag == "svg"]
    branches = trace_cases.trace(case).branches
    assert len(pictures) == (1 if len(branches) == 1 else 1 + len(branches))
    assert all(each["role"] == "img" and each["aria-label"] for each in pictures)


class Tags(HTMLParser):
    """The tags of a page with their attributes, and those that were left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("case", CASES)
def test_everything_stands_inside_the_picture(case: str) -> None:
    read = trace_cases.trace(case)
    for branch in read.branches:
        sheet = Sheet(path(read.flow, branch))
        for drawn in sheet.ways:
            assert drawn.points
            assert all(0 < x < sheet.wide and 0 < y < sheet.high for x, y in drawn.points)
            for (x, y), (further, below) in pairwise(drawn.points):
                assert x == further or y == below, "only level and upright lines"
        edges = sorted((box.x, box.x + box.wide) for box in sheet.boxes.values())
        assert all(right < left for (_, right), (left, _) in pairwise(edges)), "no machine over another"


@pytest.mark.parametrize("case", CASES)
def test_json_follows_the_schema(case: str) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    record = json.loads(rendered(case, "en", "json"))
    jsonschema.validate(record, _closed(schema), cls=jsonschema.Draft202012Validator)
    read = trace_cases.trace(case)
    assert record["delivered"] == read.delivered
    assert len(record["branches"]) == len(read.branches)


def test_schema_refuses_an_unknown_end() -> None:
    record = json.loads(rendered("rule", "en", "json"))
    record["branches"][0]["request"]["disposition"] = "lost"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, json.loads(SCHEMA.read_text()), cls=jsonschema.Draft202012Validator)


def _closed(node: Any) -> Any:
    """The schema without room for what it does not name: what we print today must all be documented."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(each) for name, each in node.items()}
    return {**closed, "additionalProperties": False} if "required" in node else closed


def test_many_ways_are_folded() -> None:
    read = trace_cases.trace("service")
    many = msgspec.structs.replace(read, branches=read.branches * 10)
    text = load("terminal").render(document(many), "en", Style())
    assert "48 more ways" in text
    assert len(text.splitlines()) < 90
    every = load("terminal").render(document(many, everything=True), "en", Style())
    assert every.count("10.244.1.5:8080") >= 10


def test_the_answer_is_drawn_where_it_is_lost() -> None:
    text = rendered("reply-lost", "en", "terminal")
    assert text.count("●") == 2
    assert "comes back the same way" not in text
    assert rendered("other-node", "en", "terminal").count("●") == 1
