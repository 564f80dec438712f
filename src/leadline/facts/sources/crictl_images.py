"""Images the container runtime holds: `crictl images`."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import documents, free_key, nothing, unread
from leadline.facts.source import Parsed, Source, not_this
from leadline.facts.table import cells, columns, is_json, last_output, lines, whole

COMMAND = "crictl images"
_NAMES = ("IMAGE", "TAG", "IMAGE ID", "SIZE")


class Image(msgspec.Struct, frozen=True):
    """An image under one of its names: the first 13 characters of its id, size in bytes (None where the text
    rounds it), and whether garbage collection leaves it alone."""

    id: str
    size: int | None
    pinned: bool | None


def parse(text: str) -> Parsed:
    """`repository:tag` → Image; `<none> <id>` for an image without a name."""
    return _parse_json(text) if is_json(text) else _parse_table(text)


class _Item(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    repo_tags: list[str] | None = None
    size: str = ""
    pinned: bool | None = None


class _Output(msgspec.Struct, frozen=True):
    images: list[_Item] | None = None


def _parse_json(text: str) -> Parsed:
    document, problems = documents(text, COMMAND)
    if not isinstance(document, dict) or "images" not in document:
        raise not_this(COMMAND)
    try:
        items = msgspec.convert(document, _Output).images or []
    except msgspec.ValidationError:
        raise not_this(COMMAND) from None
    entries: dict[str, Image] = {}
    for item in items:
        short = item.id.removeprefix("sha256:")[:13]
        for tag in item.repo_tags or [f"<none> {short}"]:
            entries[free_key(tag, entries)] = Image(short, whole(item.size), item.pinned)
    return Parsed(entries, tuple(problems))


def _parse_table(text: str) -> Parsed:
    found, problems = last_output(
        [(number, line) for number, line in lines(text, COMMAND) if not line.startswith(("WARN", "time="))],
        lambda line: line.split()[0],
    )
    header = found[0][1] if found else ""
    if not header.startswith("IMAGE ") or (starts := columns(header, _NAMES)) is None:
        raise nothing(text.split("\n"), COMMAND)
    entries: dict[str, Image] = {}
    for number, line in found[1:]:
        cut = cells(line, starts) or [""] * len(_NAMES)
        if not re.fullmatch(r"[0-9a-f]{8,64}", cut[2]) or not cut[1]:
            problems.append(unread(number))
            continue
        name = f"<none> {cut[2][:13]}" if "<none>" in cut[:2] else f"{cut[0]}:{cut[1]}"
        entries[free_key(name, entries)] = Image(cut[2][:13], None, None)
    return Parsed(entries, tuple(problems))


source = Source(
    name="crictl_images",
    title=Text("container images", "컨테이너 이미지"),
    files={"crictl_images.json": "crictl images -o json"},
    aliases=("crictl_image", "crictl_img"),
    parse=parse,
)
