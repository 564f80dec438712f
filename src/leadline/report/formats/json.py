"""The record for programs, as one JSON document."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from leadline.base.text import Lang
from leadline.report.contract import Format, Style
from leadline.report.document import Document


def render(document: Document, lang: Lang, style: Style) -> str:  # noqa: ARG001 - every format's signature
    """The record, indented; every text in it carries both languages."""
    return msgspec.json.format(msgspec.json.encode(document.record()), indent=2).decode() + "\n"


def stream(records: Iterable[dict[str, Any]], members: str) -> Iterator[str]:
    """What `render` gives for one record with the `members` of all of these, in pieces: of each record only
    that list's members are written, the rest is the first one's. At least one record."""
    opening = closing = ""
    for record in records:
        whole = msgspec.json.format(msgspec.json.encode(record), indent=2).decode()
        empty = msgspec.json.format(msgspec.json.encode({**record, members: []}), indent=2).decode()
        begin = empty.index(f'"{members}": [') + len(f'"{members}": [')
        closing = "\n  " + empty[begin:] + "\n"
        yield (opening or whole[:begin]) + whole[begin : len(whole) - len(closing) + 1]
        opening = ","
    yield closing


format = Format("json", render)  # noqa: A001 - the name that every module of formats declares
