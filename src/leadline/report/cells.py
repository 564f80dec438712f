"""One cell of a table as one line of plain text, for the formats that print text."""

import re

from leadline.base.text import Lang, Text
from leadline.report.document import Cell, Mark, Tag
from leadline.report.units import count

SIGNS = {"added": "+", "removed": "−", "changed": "~", "": " "}
# C0 and C1 controls, and the marks that reorder text: a name from a host must not drive the reader's screen.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(value: str) -> str:
    """Text with every control character made visible (a tab is a space)."""
    if value.isprintable():
        return value
    return _CONTROL.sub(lambda found: " " if found[0] == "\t" else f"\\u{ord(found[0]):04x}", value)


def word(value: str | Text, lang: Lang) -> str:
    """A name or a text in one language, safe to print."""
    return plain(value if isinstance(value, str) else value[lang])


def line(cell: Cell, lang: Lang) -> str:
    """A cell as one line; of a Shift `old → new`, or the one side that there is."""
    if cell is None:
        return ""
    if isinstance(cell, int):
        return count(cell)
    if isinstance(cell, str | Text):
        return word(cell, lang)
    if isinstance(cell, Tag):
        return word(cell.text, lang)
    if isinstance(cell, Mark):
        return SIGNS[cell.sign]
    sides = [word(side, lang) for side in (cell.before, cell.after) if side is not None]
    return " → ".join(sides)


def spans(text: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it stood between backticks (a command, a file, a setting)."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return [(text, False)]
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]
