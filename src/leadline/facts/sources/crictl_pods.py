"""Pod sandboxes of the container runtime: `crictl pods`.

The table shows ids cut to 13 characters, JSON shows them whole; each is kept as it was given.
"""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import documents, nothing, unread
from leadline.facts.source import Parsed, Source, not_this
from leadline.facts.table import cells, columns, is_json, last_output, lines, whole

COMMAND = "crictl pods"
_NAMES = ("POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT")


class PodSandbox(msgspec.Struct, frozen=True):
    """A sandbox: its pod's name, namespace and UID (None: not shown), ready or notready, and the attempt."""

    name: str
    namespace: str
    uid: str | None
    state: str
    attempt: int


def parse(text: str) -> Parsed:
    """Sandbox id → PodSandbox, from the table or `-o json`."""
    return _parse_json(text) if is_json(text) else _parse_table(text)


class _Metadata(msgspec.Struct, frozen=True):
    name: str
    namespace: str
    uid: str | None = None
    attempt: int = 0


class _Item(msgspec.Struct, frozen=True):
    id: str
    metadata: _Metadata
    state: str


class _Output(msgspec.Struct, frozen=True):
    items: list[_Item] | None = None


def _parse_json(text: str) -> Parsed:
    document, problems = documents(text, COMMAND)
    if not isinstance(document, dict) or "items" not in document:
        raise not_this(COMMAND)
    try:
        items = msgspec.convert(document, _Output).items or []
    except msgspec.ValidationError:
        raise not_this(COMMAND) from None
    entries = {
        item.id: PodSandbox(
            item.metadata.name,
            item.metadata.namespace,
            item.metadata.uid,
            item.state.removeprefix("SANDBOX_").lower(),
            item.metadata.attempt,
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
    if not header.startswith("POD ID") or (starts := columns(header, _NAMES)) is None:
        raise nothing(text.split("\n"), COMMAND)
    entries: dict[str, PodSandbox] = {}
    for number, line in found[1:]:
        cut = cells(line, starts) or [""] * len(_NAMES)
        attempt = whole(cut[5].split(" ")[0])
        if attempt is None or not re.fullmatch(r"[0-9a-f]{8,64}", cut[0]):
            problems.append(unread(number))
        else:
            entries[cut[0]] = PodSandbox(cut[3], cut[4], None, cut[2].lower(), attempt)
    return Parsed(entries, tuple(problems))


source = Source(
    name="crictl_pods",
    title=Text("pod sandboxes", "파드 샌드박스"),
    files={"crictl_pods.json": "crictl pods -o json"},
    parse=parse,
    volatile=frozenset({"state"}),
)
