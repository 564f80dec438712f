"""Every case in every format and language, against a file that a person has read."""

import base64
import hashlib
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cases
import jsonschema
import pytest
from rich.cells import cell_len

from leadline.base.text import Lang
from leadline.report.contract import Style, load, names
from leadline.report.views.diff import document

LANGS: tuple[Lang, ...] = ("en", "ko")
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "diff-v1.json"
VOID = {"meta", "input", "br", "hr", "img", "link"}


def rendered(case: str, lang: Lang, name: str, *, width: int = 100, colour: bool = False) -> str:
    made = document(cases.explanations(case), expand=name == "html")
    return load(name).render(made, lang, Style(colour, width))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", cases.cases())
def test_golden(case: str, lang: Lang, name: str) -> None:
    """LEADLINE_GOLDEN=write writes the files anew; read what changed before it is committed."""
    text = rendered(case, lang, name)
    if name == "html":  # how it looks is judged in a browser; what it says is judged here
        text = re.sub(r"(<style>|<script>).*?(</style>|</script>)", r"\1\2", text, flags=re.DOTALL)
        text = re.sub(r"sha256-[^']+", "sha256-", text)
    file = cases.FOLDER / f"{case}.{lang}.{name}.golden"
    if os.environ.get("LEADLINE_GOLDEN") == "write":
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8")


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", cases.cases())
def test_terminal_keeps_the_width_and_every_key(case: str, lang: Lang, width: int) -> None:
    text = rendered(case, lang, "terminal", width=width)
    assert max(map(cell_len, text.splitlines())) <= width
    said = re.sub(r"\s", "", text)
    for host in cases.explanations(case):
        for each in host.changes:
            if each.class_ == "unknown" and each.change.key.isprintable():
                assert re.sub(r"\s", "", each.change.key) in said


def test_terminal_colours_only_where_asked() -> None:
    plain, coloured = rendered("node", "en", "terminal"), rendered("node", "en", "terminal", colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_a_name_from_a_host_drives_nothing(name: str, lang: Lang) -> None:
    text = rendered("hostile", lang, name)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    if name == "markdown":
        outside = re.sub(r"(`+).*?\1", "", text)
        assert not re.search(r"(?<!\\)<(?!/?br)", outside)
        assert not re.search(r"(?<!\\)\]\(", outside)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", cases.cases())
def test_html_is_whole_and_alone(case: str, lang: Lang) -> None:
    page = Page()
    page.feed(rendered(case, lang, "html"))
    page.close()
    assert page.open == []
    assert page.scripts == 1, "the page's own, and none from a host"
    assert not [
        (tag, attributes) for tag, attributes in page.tags if "src" in attributes or tag in ("link", "img")
    ]
    assert not [
        value for _, attributes in page.tags for name, value in attributes.items() if name.startswith("on")
    ]
    assert all(
        attributes["href"].startswith("#")
        for _, attributes in page.tags
        if attributes.get("href") is not None
    )
    anchors = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(anchors) == len(set(anchors))
    for host in cases.explanations(case):
        for each in host.changes:
            key = re.sub("[\u202a-\u202e]", lambda sign: f"\\u{ord(sign[0]):04x}", each.change.key)
            assert key in page.text, "each change can be found, folded or not"


def test_html_runs_only_its_own_script() -> None:
    page = rendered("node", "en", "html")
    policy = re.search(r"Content-Security-Policy\" content=\"([^\"]+)\"", page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy[1]
    assert "http:" not in page
    assert "https:" not in page


@pytest.mark.parametrize("case", cases.cases())
def test_json_follows_the_schema(case: str) -> None:
    record = json.loads(rendered(case, "en", "json"))
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text()))
    jsonschema.validate(record, strict(), cls=jsonschema.Draft202012Validator)
    for host in record["hosts"]:
        figures, total = host["summary"], len(host["changes"])
        assert figures["added"] + figures["removed"] + figures["changed"] == total
        assert figures["config"] + figures["derived"] + figures["runtime"] + figures["unexplained"] == total
        folded = [change["group"] for change in host["changes"] if change["group"] is not None]
        assert {group["id"]: group["members"] for group in host["groups"]} == {
            name: folded.count(name) for name in folded
        }


def test_schema_refuses_a_change_without_cause_or_class() -> None:
    record = json.loads(rendered("node", "en", "json"))
    explained = next(each for each in record["hosts"][0]["changes"] if each["cause"] is not None)
    explained["cause"] = None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, strict(), cls=jsonschema.Draft202012Validator)


def strict() -> Any:
    """The schema without room for what it does not name: what we print today must all be documented."""

    def close(node: Any) -> Any:
        if isinstance(node, dict):
            closed = {name: close(each) for name, each in node.items()}
            return {**closed, "additionalProperties": False} if "required" in node else closed
        return node

    return close(json.loads(SCHEMA.read_text()))


class Page(HTMLParser):
    """What a browser would build: the tags with their attributes, the text, and what was left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
