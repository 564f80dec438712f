"""Containers of the container runtime: `crictl ps -a`.

The table shows ids cut to 13 characters, JSON shows them whole; each is kept as it was given.
"""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import documents, nothing, unread
from leadline.facts.source import Parsed, Source, not_this
from leadline.facts.table import cells, columns, is_json, last_output, lines, whole

COMMAND = "crictl ps -a"
_POD = "io.kubernetes.pod."


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """A container: its pod's name, namespace (None: not shown) and sandbox id, the image as the runtime names
    it, its state (running, exited, created, unknown), and which attempt of its pod it is."""

    name: str
    pod: str | None
    namespace: str | None
    pod_id: str
    image: str
    state: str
    attempt: int


def parse(text: str) -> Parsed:
    """Container id → Container, from the table or `-o json`."""
    return _parse_json(text) if is_json(text) else _parse_table(text)


class _Metadata(msgspec.Struct, frozen=True):
    name: str
    attempt: int = 0


class _Image(msgspec.Struct, frozen=True):
    image: str = ""


class _Item(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    pod_sandbox_id: str
    metadata: _Metadata
    state: str
    image: _Image = _Image()
    image_ref: str = ""
    labels: dict[str, str] | None = None


class _Output(msgspec.Struct, frozen=True):
    containers: list[_Item] | None = None


def _parse_json(text: str) -> Parsed:
    document, problems = documents(text, COMMAND)
    if not isinstance(document, dict) or "containers" not in document:
        raise not_this(COMMAND)
    try:
        items = msgspec.convert(document, _Output).containers or []
    except msgspec.ValidationError:
        raise not_this(COMMAND) from None
    entries = {
        item.id: Container(
            name=item.metadata.name,
            pod=(item.labels or {}).get(f"{_POD}name"),
            namespace=(item.labels or {}).get(f"{_POD}namespace"),
            pod_id=item.pod_sandbox_id,
            image=item.image.image or item.image_ref,
            state=item.state.removeprefix("CONTAINER_").lower(),
            attempt=item.metadata.attempt,
        )
        for item in items
    }
    return Parsed(entries, tuple(problems))


def _parse_table(text: str) -> Parsed:
    found, problems = last_output(
        [(number, line) for number, line in lines(text, COMMAND) if not line.startswith(("WARN", "time="))],
        lambda line: line.split()[0],
    )
    header = found[0][1] if found else ""
    names: tuple[str, ...] = ("CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID")
    names += ("POD",) if re.search(r"POD ID\s+POD\b", header) else ()
    names += ("NAMESPACE",) if header.rstrip().endswith("NAMESPACE") else ()
    if not header.startswith("CONTAINER") or (starts := columns(header, names)) is None:
        raise nothing(text.split("\n"), COMMAND)
    entries: dict[str, Container] = {}
    for number, line in found[1:]:
        cut = cells(line, starts)
        row = dict(zip(names, cut or (), strict=bool(cut)))
        attempt = whole(row.get("ATTEMPT", ""))
        if attempt is None or not re.fullmatch(r"[0-9a-f]{8,64}", row["CONTAINER"]):
            problems.append(unread(number))
            continue
        entries[row["CONTAINER"]] = Container(
            name=row["NAME"],
            pod=row.get("POD"),
            namespace=row.get("NAMESPACE"),
            pod_id=row["POD ID"],
            image=row["IMAGE"],
            state=row["STATE"].lower(),
            attempt=attempt,
        )
    return Parsed(entries, tuple(problems))


source = Source(
    name="crictl_ps",
    title=Text("containers", "컨테이너"),
    files={"crictl_ps.json": "crictl ps -a -o json"},
    aliases=("crictl_ps_a", "crictl_containers"),
    parse=parse,
    volatile=frozenset({"state"}),
)
