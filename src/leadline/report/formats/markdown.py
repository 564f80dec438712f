"""Markdown for a ticket, a wiki or a merge request (tables as GitHub and GitLab read them)."""

import re
from collections.abc import Iterable, Iterator

from leadline.base.text import Lang, Text
from leadline.report.cells import SIGNS, line, plain, spans, word
from leadline.report.contract import Format, Style
from leadline.report.document import (
    Block,
    Callout,
    Cell,
    Code,
    Column,
    Course,
    Diagram,
    Document,
    Figures,
    Fold,
    Heading,
    Item,
    Items,
    Paragraph,
    Passage,
    Shift,
    Table,
    Tag,
)
from leadline.report.drawing import draw
from leadline.report.mermaid import mermaid
from leadline.report.path_steps import ALIKE, ANSWER, steps
from leadline.report.units import count

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_WIDTH = 100
_SEVERITY = {"good": "✅", "note": "ℹ️", "warn": "⚠️", "bad": "❌"}


def render(document: Document, lang: Lang, style: Style) -> str:  # noqa: ARG001 - every format's signature
    """The document as Markdown; names from hosts are code spans or escaped, so they cannot be markup."""
    lines = [f"# {_text(document.title, lang)}", ""]
    lines += _blocks(document.blocks, lang)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _text(value: str | Text, lang: Lang) -> str:
    if isinstance(value, str):
        return _SPECIAL.sub(r"\\\1", plain(value))
    pieces = spans(word(value, lang))
    return "".join(_name(piece) if code else _SPECIAL.sub(r"\\\1", piece) for piece, code in pieces)


def _name(value: str, *, cell: bool = False) -> str:
    """A code span whose fence is longer than any run of backticks inside; in a table `|` must be escaped."""
    value = plain(value) or " "
    fence = "`" * (max((len(run) for run in re.findall("`+", value)), default=0) + 1)
    pad = " " if value.startswith("`") or value.endswith("`") else ""
    span = f"{fence}{pad}{value}{pad}{fence}"
    return span.replace("|", "\\|") if cell else span


def _blocks(blocks: Iterable[Block], lang: Lang) -> Iterator[str]:
    for block in blocks:
        yield from _block(block, lang)
        yield ""


def _block(block: Block, lang: Lang) -> Iterator[str]:
    match block:
        case Heading(text, level, aside):
            yield f"{'#' * (level + 1)} {_text(text, lang)}" + (f" ({_text(aside, lang)})" if aside else "")
        case Paragraph(text):
            yield _text(text, lang)
        case Callout(severity, text):
            yield f"> {_SEVERITY[severity]} {_text(text, lang)}"
        case Figures(figures):
            yield " · ".join(f"**{count(each.value)}** {_text(each.label, lang)}" for each in figures)
        case Table(columns, rows):
            yield from _table(columns, rows, lang)
        case Items(items):
            for item in items:
                yield from _item(item, lang)
        case Code(text):
            yield from (f"    {plain(each)}" for each in text.splitlines())
        case Diagram():
            for line_spans in draw(block, lang, _WIDTH):
                yield "    " + "".join(text for text, _ in line_spans).rstrip()
        case Passage():
            yield from _passage(block, lang)
        case Fold():
            yield from _fold(block, lang)


def _table(columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...], lang: Lang) -> Iterator[str]:
    yield "| " + " | ".join(_text(column.title, lang) for column in columns) + " |"
    yield "| " + " | ".join("---:" if column.kind == "number" else "---" for column in columns) + " |"
    for row in rows:
        cells = zip(row, columns, strict=True)
        yield "| " + " | ".join(_cell(cell, column, lang) for cell, column in cells) + " |"


def _cell(cell: Cell, column: Column, lang: Lang) -> str:
    if isinstance(cell, Tag):
        shown = _text(cell.text, lang)
        return f"**{shown}**" if cell.tone in ("warn", "bad") else shown
    if isinstance(cell, str) and column.kind in ("name", "value"):
        return _name(cell, cell=True)
    if isinstance(cell, Shift):
        sides = [side for side in (cell.before, cell.after) if side is not None]
        return " → ".join(
            _name(side, cell=True) if isinstance(side, str) else _text(side, lang) for side in sides
        )
    if isinstance(cell, Text):
        return _text(cell, lang).replace("\\|", "|").replace("|", "\\|")
    return _SPECIAL.sub(r"\\\1", line(cell, lang))


def _item(item: Item, lang: Lang) -> Iterator[str]:
    tags = "".join(f" · {_text(tag.text, lang)}" for tag in item.tags)
    yield f"- **{_text(item.title, lang)}**{tags}"
    for point in item.points:
        names = " ".join(_name(name) for name in point.names)
        yield f"  - {names + ': ' if names else ''}{_text(point.text, lang)}"
    if item.follows is not None:
        yield f"  - → {_text(item.follows, lang)}"
    for detail in item.details:
        yield f"  - {_text(detail.label, lang)}: {'; '.join(_text(each, lang) for each in detail.lines)}"


def _passage(passage: Passage, lang: Lang) -> Iterator[str]:
    """The picture, where the reader draws it, and its steps in words."""
    yield from ("```mermaid", *mermaid(passage, lang), "```", "")
    yield from _steps(passage.course, lang)
    if passage.answer is not None:
        yield ""
        yield _text(ALIKE if passage.alike else ANSWER, lang)
        if not passage.alike:
            yield ""
            yield from _steps(passage.answer, lang)


def _steps(course: Course, lang: Lang) -> Iterator[str]:
    number = 0
    for step in steps(course):
        number = step.number
        said, about = step.told(lang)
        yield f"{number}. {_text(said, lang)}" + (f" {_name(about)}" if about else "")
    yield f"{number + 1}. **{_text(course.end.text, lang)}**"


def _fold(fold: Fold, lang: Lang) -> Iterator[str]:
    tags = "".join(f" · {_text(tag.text, lang)}" for tag in fold.tags)
    sign = SIGNS[fold.sign].strip()
    yield f"- {sign and _text(sign, lang) + ' '}**{count(fold.count)}** {_text(fold.title, lang)}{tags}"
    if fold.text is not None:
        yield f"  - {_text(fold.text, lang)}"
    if fold.blocks:
        yield ""
        yield from _blocks(fold.blocks, lang)


format = Format("markdown", render)  # noqa: A001 - the name that every module of formats declares
