"""Containers of the container runtime: `crictl ps -a`.

The table shows ids cut to 13 characters, JSON shows them whole; each is kept as it was given.
"""

from collections.abc import Iterator

import msgspec

from leadline.base.text import Text
from leadline.facts import crictl
from leadline.facts.source import Parsed, Source
from leadline.facts.table import is_json, whole

_COMMAND = "crictl ps -a"
_COLUMNS = ("CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID")


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


def _item(item: _Item) -> Iterator[tuple[str, Container]]:
    labels = item.labels or {}
    yield (
        item.id,
        Container(
            name=item.metadata.name,
            pod=labels.get("io.kubernetes.pod.name"),
            namespace=labels.get("io.kubernetes.pod.namespace"),
            pod_id=item.pod_sandbox_id,
            image=item.image.image or item.image_ref,
            state=item.state.removeprefix("CONTAINER_").lower(),
            attempt=item.metadata.attempt,
        ),
    )


def _row(row: dict[str, str]) -> tuple[str, Container] | None:
    if (attempt := whole(row["ATTEMPT"])) is None:
        return None
    return row["CONTAINER"], Container(
        name=row["NAME"],
        pod=row.get("POD"),
        namespace=row.get("NAMESPACE"),
        pod_id=row["POD ID"],
        image=row["IMAGE"],
        state=row["STATE"].lower(),
        attempt=attempt,
    )


def parse(text: str) -> Parsed:
    """Container id → Container, from the table or `-o json`."""
    if is_json(text):
        return crictl.listed(text, _COMMAND, "containers", _Item, _item)
    return crictl.table(text, _COMMAND, _COLUMNS, _row, id_column="CONTAINER", optional=("POD", "NAMESPACE"))


source = Source(
    name="crictl_ps",
    title=Text("containers", "컨테이너"),
    files={"crictl_ps.json": "crictl ps -a -o json"},
    aliases=("crictl_ps_a", "crictl_containers"),
    parse=parse,
    volatile=frozenset({"state"}),
)
