"""`leadline lab`: every case in every format and language, against a file that a person has read."""

import json
import os
import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from rich.cells import cell_len
from ruamel.yaml import YAML

from leadline.base.text import Lang
from leadline.lab.fault import every, filled
from leadline.lab.plan import LabSpec, plan
from leadline.lab.status import Fault, Status, status
from leadline.report.contract import Style, load, names
from leadline.report.views import lab_fault
from leadline.report.views.lab import document
from leadline.report.views.lab_up import raised

DATA = Path(__file__).parents[1] / "data" / "report-lab"
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "lab-v1.json"
CASES = sorted(file.stem for file in DATA.glob("*.yaml"))
LANGS: tuple[Lang, ...] = ("en", "ko")
SINCE = 1795261482.0


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def labs(case: str) -> list[Status]:
    return [_lab(each) for each in YAML(typ="safe").load(DATA / f"{case}.yaml")]


def _lab(written: dict[str, Any]) -> Status:
    spec = msgspec.convert(written["spec"], LabSpec, dec_hook=lambda kind, text: kind(text))
    made = plan(spec)
    living = {f"{what} {node.name}" for node in made.nodes for what in ("kubelet", "speaker")} | {"publish"}
    living |= {f"{name} {pod.full_name}" for pod in made.pods for name in ("pause", *pod.containers)}
    macs = {node.name: node.mac for node in made.nodes}
    answers = written.get("answers")
    return status(
        made,
        SINCE,
        living - set(written.get("dead", ())),
        msgspec.convert(written.get("faults", []), tuple[Fault, ...]),
        {address: macs[node] for address, node in answers.items()} if answers is not None else None,
    )


def rendered(case: str, lang: Lang, name: str, *, width: int = 100) -> str:
    return load(name).render(document(labs(case), expand=name == "html"), lang, Style(False, width))


# of the large lab only how it folds is worth a file
GOLDEN = [(case, name) for case in CASES for name in names() if case != "large" or name == "terminal"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("case", "name"), GOLDEN)
def test_golden(case: str, name: str, lang: Lang) -> None:
    """LEADLINE_GOLDEN=write writes the files anew; read what changed before it is committed."""
    text = rendered(case, lang, name)
    if name == "html":  # how it looks is judged in a browser; what it says is judged here
        text = re.sub(r"(<style>|<script>).*?(</style>|</script>)", r"\1\2", text, flags=re.DOTALL)
        text = re.sub(r"sha256-[^']+", "sha256-", text)
    _same(text, DATA / f"{case}.{lang}.{name}.golden")


def _same(text: str, file: Path) -> None:
    if os.environ.get("LEADLINE_GOLDEN") == "write":
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8")


@pytest.mark.parametrize("lang", LANGS)
def test_what_up_says(lang: Lang) -> None:
    text = load("terminal").render(raised(labs("well")[0], 0.3171), lang, Style())
    _same(text, DATA / f"up.{lang}.terminal.golden")
    for lab in labs("ill"):
        commands = load("terminal").render(raised(lab, 1.24), lang, Style())
        assert commands.count(f"--name {lab.name} ") + commands.count(f"--name {lab.name}\n") >= 2
        assert ("curl" in commands) == bool(lab.pods)


@pytest.mark.parametrize("width", [40, 60, 80, 140])
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_terminal_keeps_the_width(case: str, lang: Lang, width: int) -> None:
    assert max(map(cell_len, rendered(case, lang, "terminal", width=width).splitlines())) <= width


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_boxes_are_closed(case: str, lang: Lang) -> None:
    """Every edge stands below the one above it, whatever is written between."""
    lines = [line for line in rendered(case, lang, "terminal").splitlines() if re.search("[│┌└]", line)]
    for above, below in pairwise(lines):
        if "└" in above:
            continue
        assert _columns(above, "│┌┐") & _columns(below, "│└┘") >= _columns(above, "┌")
        assert cell_len(above) == cell_len(below)


def _columns(line: str, signs: str) -> set[int]:
    return {cell_len(line[:place]) for place, sign in enumerate(line) if sign in signs}


@pytest.mark.parametrize("lang", LANGS)
def test_a_large_lab_is_folded_but_nothing_dead(lang: Lang) -> None:
    text = rendered("large", lang, "terminal")
    assert len(text.splitlines()) < 110
    for name in ("k8s-w30", "web-200", "44"):
        assert name in text
    page = rendered("large", lang, "html")
    for node in plan(LabSpec(nodes=50, pods=6)).nodes:
        assert node.name in page
        assert all(str(pod.address) in page for pod in node.pods)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", CASES)
def test_picture_in_html(case: str, lang: Lang) -> None:
    page = rendered(case, lang, "html")
    assert "http:" not in re.sub("http://127.0.0.1", "", page)
    assert "https:" not in page
    assert "<모드>" not in page
    seen = Tags()
    seen.feed(page)
    assert seen.open == []
    pictures = [attributes for tag, attributes in seen.tags if tag == "svg"]
    assert len(pictures) == len(labs(case))
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
def test_json_follows_the_schema(case: str) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    record = json.loads(rendered(case, "en", "json"))
    jsonschema.validate(record, _closed(schema), cls=jsonschema.Draft202012Validator)
    for lab, read in zip(record["labs"], labs(case), strict=True):
        assert lab["well"] == read.well
        assert lab["well"] == (not lab["dead"] and not lab["faults"] and not lab["unanswered"])


def _closed(node: Any) -> Any:
    """The schema without room for what it does not name: what we print today must all be documented."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(each) for name, each in node.items()}
    return {**closed, "additionalProperties": False} if node.get("type") == "object" else closed


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", names())
def test_every_fault_is_shown_in_every_format(name: str, lang: Lang) -> None:
    faults = [filled(each, plan(LabSpec(nodes=3, pods=2))) for each in every()]
    injected = {faults[0].name}
    text = load(name).render(lab_fault.listed(faults, injected), lang, Style())
    for each in faults:
        assert each.name in text
        one = load(name).render(lab_fault.injected(each, "seoul"), lang, Style(width=1000))
        assert each.name in one
        if name != "json":
            assert f"leadline lab fault recover --name seoul {each.name}" in one
    if name == "json":
        record = json.loads(text)
        assert record["schema"] == "leadline/lab-faults/v1"
        assert [each["name"] for each in record["faults"] if each["injected"]] == [faults[0].name]
