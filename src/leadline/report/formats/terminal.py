"""Text for a terminal: aligned by the cells that characters take, folded instead of cut, calm in colour."""

from collections.abc import Iterable, Iterator

from rich.cells import cell_len, set_cell_size

from leadline.base.text import Lang
from leadline.report.cells import SIGNS, line, plain, word
from leadline.report.contract import Format, Style
from leadline.report.document import (
    Block,
    Callout,
    Cell,
    Code,
    Column,
    Diagram,
    Document,
    Figures,
    Fold,
    Heading,
    Item,
    Items,
    Mark,
    Paragraph,
    Passage,
    Table,
    Tag,
)
from leadline.report.drawing import draw
from leadline.report.layout import GAP, column_widths, wrap
from leadline.report.path_drawing import draw as draw_path
from leadline.report.units import count

_CODES = {
    "bold": "1", "dim": "2", "good": "32", "warn": "33", "bad": "1;31", "note": "36",
    "added": "32", "removed": "31", "changed": "33",
}  # fmt: skip
_SEVERITY = {"good": "✓", "note": "·", "warn": "!", "bad": "✗"}
_SHORT = 40  # a cell up to this wide may share a line with others where rows are stacked
_READABLE = 100  # a line of prose longer than this is hard to follow, however wide the window


def render(document: Document, lang: Lang, style: Style) -> str:
    """The document as lines no wider than `style.width` cells, except where a width below 40 is asked for."""
    page = _Page(lang, style.colour, max(40, style.width))
    lines = [page.paint(each, "bold") for each in wrap(word(document.title, lang), page.width)]
    lines += page.blocks(document.blocks, "")
    return "\n".join(each.rstrip() for each in lines) + "\n"


class _Page:
    """The language, colours and width that every block of one document is written with."""

    def __init__(self, lang: Lang, colour: bool, width: int) -> None:
        self.lang: Lang = lang
        self.colour = colour
        self.width = width

    def paint(self, text: str, tone: str) -> str:
        code = _CODES.get(tone) if self.colour and text else None
        return f"\x1b[{code}m{text}\x1b[0m" if code else text

    def blocks(self, blocks: Iterable[Block], indent: str) -> Iterator[str]:
        last: Block | None = None
        for block in blocks:
            if (
                not (isinstance(block, Fold) and isinstance(last, Fold)) and not _introduces(last, block)
            ) or (isinstance(last, Fold) and last.blocks):
                yield ""
            yield from self.block(block, indent)
            last = block

    def block(self, block: Block, indent: str) -> Iterator[str]:
        match block:
            case Heading():
                yield from self.heading(block, indent)
            case Paragraph(text):
                yield from self.wrapped(word(text, self.lang), indent)
            case Callout(severity, text):
                lines = wrap(word(text, self.lang), self.width - len(indent) - 4)
                yield f"{indent}  {self.paint(_SEVERITY[severity] + ' ' + lines[0], severity)}"
                yield from (f"{indent}    {self.paint(each, severity)}" for each in lines[1:])
            case Figures():
                yield from self.figures(block, indent)
            case Table(columns, rows):
                yield from self.table(columns, rows, indent + "  ")
            case Items(items):
                for position, item in enumerate(items):
                    if position:
                        yield ""
                    yield from self.item(item, indent + "  ")
            case Fold():
                yield from self.fold(block, indent + "  ")
            case Code(text):
                yield from (f"{indent}    {plain(each)}" for each in text.splitlines())
            case Diagram():
                room = self.width - len(indent) - 2
                for spans in draw(block, self.lang, room):
                    yield f"{indent}  " + "".join(self.paint(text, tone) for text, tone in spans)
            case Passage():
                for spans in draw_path(block, self.lang, self.width - len(indent) - 2):
                    yield f"{indent}  " + "".join(self.paint(text, tone) for text, tone in spans)

    def heading(self, block: Heading, indent: str) -> Iterator[str]:
        text = word(block.text, self.lang)
        aside = word(block.aside, self.lang) if block.aside is not None else ""
        if block.level == 1:
            yield ""
            rule = "━" * max(0, self.width - cell_len(text) - len(indent) - 4)
            yield f"{indent}{self.paint('━━ ' + text, 'bold')} {self.paint(rule, 'dim')}"
            yield ""
            return
        indent += "  " if block.level == 3 else ""
        if cell_len(indent) + cell_len(text) + GAP + cell_len(aside) <= self.width:
            yield f"{indent}{self.paint(text, 'bold')}" + (f"  {self.paint(aside, 'dim')}" if aside else "")
            return
        yield from self.wrapped(text, indent, "bold")
        yield from self.wrapped(aside, indent + "  ", "dim")

    def figures(self, block: Figures, indent: str) -> Iterator[str]:
        shown = [(count(each.value), word(each.label, self.lang), each.tone) for each in block.figures]
        row, used = "", 0
        for number, label, tone in shown:
            size = cell_len(number) + 1 + cell_len(label) + 3
            if used and len(indent) + 2 + used + size > self.width:
                yield f"{indent}  {row}"
                row, used = "", 0
            row += f"{self.paint(number, 'bold' if tone == 'plain' else tone)} {self.paint(label, 'dim')}   "
            used += size
        yield f"{indent}  {row}"

    def wrapped(self, text: str, indent: str, tone: str = "plain", first: str = "") -> Iterator[str]:
        """A paragraph; `first` stands before its first line, the others align with it."""
        hang = " " * cell_len(first)
        room = min(self.width - len(indent), _READABLE) - len(hang)
        for position, each in enumerate(wrap(text, max(room, 20))):
            yield indent + self.paint(hang if position else first, "dim") + self.paint(each, tone)

    def item(self, item: Item, indent: str) -> Iterator[str]:
        title = word(item.title, self.lang)
        tags = " ".join(self.paint(f"· {word(tag.text, self.lang)}", tag.tone) for tag in item.tags)
        head = f"{indent}{self.paint(title, 'note')} {tags}".rstrip()
        used = (
            len(indent)
            + cell_len(title)
            + sum(3 + cell_len(word(tag.text, self.lang)) for tag in item.tags)
            + 3
        )
        inner = indent + "  "
        one = len(item.points) == 1
        names = ["  ".join(plain(name) for name in point.names) for point in item.points]
        if one and names[0] and used + cell_len(names[0]) <= self.width:
            head += f"   {self.paint(names[0], 'bold')}"
            names[0] = ""
        yield head
        for name, point in zip(names, item.points, strict=True):
            if name:
                yield from self.wrapped(name, inner, "bold")
            yield from self.wrapped(word(point.text, self.lang), inner if one else inner + "  ")
        if item.follows is not None:
            yield from self.wrapped(word(item.follows, self.lang), inner, first="→ ")
        labels = [word(detail.label, self.lang) for detail in item.details]
        wide = max(map(cell_len, labels), default=0) + GAP
        for label, detail in zip(labels, item.details, strict=True):
            first = set_cell_size(label, wide)
            for each in detail.lines:
                yield from self.wrapped(word(each, self.lang), inner, "dim", first)
                first = " " * wide

    def fold(self, fold: Fold, indent: str) -> Iterator[str]:
        sign = self.paint(SIGNS[fold.sign], fold.sign)
        tags = " · ".join(self.paint(word(tag.text, self.lang), tag.tone) for tag in fold.tags)
        said = f"{count(fold.count)} {word(fold.title, self.lang)}"
        lines = wrap(said, self.width - len(indent) - 2)
        tag_cells = sum(cell_len(word(tag.text, self.lang)) + 3 for tag in fold.tags)
        fits = len(indent) + 2 + cell_len(lines[-1]) + tag_cells <= self.width
        *above, last = (
            f"{indent}{' ' if position else sign} {self.paint(each, 'bold')}"
            for position, each in enumerate(lines)
        )
        yield from above
        yield from (f"{last}  {tags}",) if fits else (last, f"{indent}  {tags}")
        if fold.text is not None:
            yield from self.wrapped(word(fold.text, self.lang), indent + "  ", "dim")
        yield from self.blocks(fold.blocks, indent)

    def table(
        self, columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...], indent: str
    ) -> Iterator[str]:
        texts = [[line(cell, self.lang) for cell in row] for row in rows]
        titles = [word(column.title, self.lang) for column in columns]
        widths = column_widths(columns, titles, texts, self.width - len(indent))
        if widths is None:
            yield from self.stacked(columns, rows, texts, indent)
            return
        if any(titles):
            head = self.across(titles, columns, widths)
            yield indent + self.paint(head.rstrip(), "dim")
        for row, cells in zip(rows, texts, strict=True):
            folded = [wrap(text, width) for text, width in zip(cells, widths, strict=True)]
            for each in range(max(map(len, folded))):
                parts = [lines[each] if each < len(lines) else "" for lines in folded]
                yield indent + self.across(parts, columns, widths, row)

    def across(
        self,
        parts: list[str],
        columns: tuple[Column, ...],
        widths: list[int],
        row: tuple[Cell, ...] | None = None,
    ) -> str:
        """One line of a table, each part padded to its column and toned by its cell."""
        shown = []
        for position, (part, column, width) in enumerate(zip(parts, columns, widths, strict=True)):
            pad = " " * (width - cell_len(part))
            tone = _tone(row[position]) if row is not None else "plain"
            painted = self.paint(part, tone)
            shown.append(pad + painted if column.kind == "number" else painted + pad)
        gaps = [1 if column.kind == "mark" else GAP for column in columns]
        return "".join(part + " " * gap for part, gap in zip(shown, gaps, strict=True)).rstrip()

    def stacked(
        self,
        columns: tuple[Column, ...],
        rows: tuple[tuple[Cell, ...], ...],
        texts: list[list[str]],
        indent: str,
    ) -> Iterator[str]:
        """Rows one under the other: the name on its own line, the rest beneath it with labels."""
        for row, cells in zip(rows, texts, strict=True):
            sign = next((cell for cell in row if isinstance(cell, Mark)), None)
            head = (self.paint(SIGNS[sign.sign], sign.sign) + " ") if sign is not None else ""
            deeper = indent + "    "
            short: list[str] = []
            long: list[tuple[str, str, str]] = []
            named = False
            for column, cell, text in zip(columns, row, cells, strict=True):
                if column.kind == "mark" or not text:
                    continue
                if column.kind == "name" and not named:
                    for position, each in enumerate(wrap(text, self.width - len(indent) - 2)):
                        yield indent + (head if not position else "  " if head else "") + each
                    named = True
                elif cell_len(text) <= _SHORT:
                    short.append(f"{word(column.title, self.lang)} {text}")
                else:
                    long.append((word(column.title, self.lang), text, _tone(cell)))
            if short:
                yield from self.wrapped("  ·  ".join(short), deeper, "dim")
            for title, text, tone in long:
                yield from self.wrapped(text, deeper, tone, f"{title}  ")


def _introduces(last: Block | None, block: Block) -> bool:
    """Whether a block follows its heading without a blank line."""
    return isinstance(last, Heading) and not (isinstance(block, Heading) and block.level < last.level)


def _tone(cell: Cell) -> str:
    if isinstance(cell, Tag):
        return cell.tone
    if isinstance(cell, Mark):
        return cell.sign
    return "plain"


format = Format("terminal", render)  # noqa: A001 - the name that every module of formats declares
