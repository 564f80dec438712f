"""The record for programs, as one JSON document."""

import msgspec

from leadline.base.text import Lang
from leadline.report.contract import Format, Style
from leadline.report.document import Document


def render(document: Document, lang: Lang, style: Style) -> str:  # noqa: ARG001 - every format's signature
    """The record, indented; every text in it carries both languages."""
    return msgspec.json.format(msgspec.json.encode(document.record()), indent=2).decode() + "\n"


format = Format("json", render)  # noqa: A001 - the name that every module of formats declares
