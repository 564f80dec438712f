"""One self-contained HTML file: no outside resource, readable on a phone and on paper, light and dark."""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from leadline.base.text import Lang, Text
from leadline.report.cells import SIGNS, line, spans, word
from leadline.report.contract import Format, Style
from leadline.report.document import Block, Cell, Document, Heading, Passage, Shift, Table
from leadline.report.path_steps import ALIKE, ANSWER
from leadline.report.units import count

_HERE = Path(__file__).parent
_WORDS = {
    "search": Text("Search changes: a key, a component, a word", "변경 검색: 키, 구성 요소, 낱말"),
    "search_any": Text("Search: a name, an address, a word", "검색: 이름, 주소, 낱말"),
    "none": Text("Nothing matches.", "일치하는 항목이 없습니다."),
    "added": Text("added", "추가"),
    "removed": Text("removed", "삭제"),
    "changed": Text("changed", "변경"),
    "contents": Text("Contents", "목차"),
    "answer": ANSWER,
    "alike": ALIKE,
    "matching": Text("matching", "건 일치"),
}


class _Section(msgspec.Struct):
    """A heading with the blocks below it, as the page frames them."""

    heading: Heading | None
    blocks: list[Block]
    anchor: str


def render(document: Document, lang: Lang, style: Style) -> str:  # noqa: ARG001 - every format's signature
    """The page. Everything that comes from a host goes through the template's escaping; the page's own
    script is the only one that its Content-Security-Policy lets run."""
    import jinja2
    from markupsafe import Markup

    from leadline.report.path_steps import steps
    from leadline.report.path_svg import svg as path_svg
    from leadline.report.svg import svg

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    script = (_HERE / "script.js.j2").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("page.html.j2").render(
        title=document.title,
        sections=_sections(document.blocks),
        lang=lang,
        css=(_HERE / "style.css.j2").read_text("utf-8"),
        script=script,
        digest=digest,
        word=lambda value: word(value, lang),
        spans=lambda value: spans(word(value, lang)),
        line=lambda cell: line(cell, lang),
        kind=lambda value: type(value).__name__,
        count=count,
        signs=SIGNS,
        label={name: text[lang] for name, text in _WORDS.items()},
        mono=_mono,
        changes=_tells_changes(document.blocks),
        svg=lambda block: Markup((path_svg if isinstance(block, Passage) else svg)(block, lang)),  # noqa: S704 - they escape every name
        legends=lambda course: [step.told(lang) for step in steps(course)],
    )


def _sections(blocks: Iterable[Block]) -> list[_Section]:
    sections = [_Section(None, [], "top")]
    for block in blocks:
        if isinstance(block, Heading) and block.level < 3:
            sections.append(_Section(block, [], f"s{len(sections)}"))
        else:
            sections[-1].blocks.append(block)
    return [section for section in sections if section.blocks or section.heading]


def _tells_changes(blocks: Iterable[Block]) -> bool:
    """Whether the page is about changes: its rows are marked, or it has none because nothing changed."""
    blocks = list(blocks)
    if any(isinstance(block, Passage) for block in blocks):
        return False
    tables = [block for block in blocks if isinstance(block, Table)]
    return not tables or any(column.kind == "mark" for table in tables for column in table.columns)


def _mono(cell: Cell) -> bool:
    """Whether a cell is a name or value as the host shows it, set in a fixed-width face."""
    if isinstance(cell, Shift):
        return not isinstance(cell.before, Text) or not isinstance(cell.after, Text)
    return isinstance(cell, str)


format = Format("html", render)  # noqa: A001 - the name that every module of formats declares
