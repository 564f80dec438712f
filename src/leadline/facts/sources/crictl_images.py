"""Images the container runtime holds: `crictl images`."""

from collections.abc import Iterator

import msgspec

from leadline.base.text import Text
from leadline.facts import crictl
from leadline.facts.source import Parsed, Source
from leadline.facts.table import is_json, whole

_COMMAND = "crictl images"
_COLUMNS = ("IMAGE", "TAG", "IMAGE ID", "SIZE")


class Image(msgspec.Struct, frozen=True):
    """An image under one of its names: the first 13 characters of its id, size in bytes (None where the text
    rounds it), and whether garbage collection leaves it alone."""

    id: str
    size: int | None
    pinned: bool | None


class _Item(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    repo_tags: list[str] | None = None
    size: str = ""
    pinned: bool | None = None


def _item(item: _Item) -> Iterator[tuple[str, Image]]:
    short = item.id.removeprefix("sha256:")[:13]
    for tag in item.repo_tags or [f"<none> {short}"]:
        yield tag, Image(short, whole(item.size), item.pinned)


def _row(row: dict[str, str]) -> tuple[str, Image] | None:
    name, tag, short = row["IMAGE"], row["TAG"], row["IMAGE ID"][:13]
    if not tag:
        return None
    return f"<none> {short}" if "<none>" in (name, tag) else f"{name}:{tag}", Image(short, None, None)


def parse(text: str) -> Parsed:
    """`repository:tag` → Image; `<none> <id>` for an image without a name."""
    if is_json(text):
        return crictl.listed(text, _COMMAND, "images", _Item, _item)
    return crictl.table(text, _COMMAND, _COLUMNS, _row, id_column="IMAGE ID")


source = Source(
    name="crictl_images",
    title=Text("container images", "컨테이너 이미지"),
    files={"crictl_images.json": "crictl images -o json"},
    aliases=("crictl_image", "crictl_img"),
    parse=parse,
)
