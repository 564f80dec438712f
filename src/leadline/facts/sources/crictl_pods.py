"""Pod sandboxes of the container runtime: `crictl pods`.

The table shows ids cut to 13 characters, JSON shows them whole; each is kept as it was given.
"""

from collections.abc import Iterator

import msgspec

from leadline.base.text import Text
from leadline.facts import crictl
from leadline.facts.source import Parsed, Source
from leadline.facts.table import is_json, whole

_COMMAND = "crictl pods"
_COLUMNS = ("POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT")


class PodSandbox(msgspec.Struct, frozen=True):
    """A sandbox: its pod's name, namespace and UID (None: not shown), ready or notready, and the attempt."""

    name: str
    namespace: str
    uid: str | None
    state: str
    attempt: int


class _Metadata(msgspec.Struct, frozen=True):
    name: str
    namespace: str
    uid: str | None = None
    attempt: int = 0


class _Item(msgspec.Struct, frozen=True):
    id: str
    metadata: _Metadata
    state: str


def _item(item: _Item) -> Iterator[tuple[str, PodSandbox]]:
    pod = item.metadata
    state = item.state.removeprefix("SANDBOX_").lower()
    yield item.id, PodSandbox(pod.name, pod.namespace, pod.uid, state, pod.attempt)


def _row(row: dict[str, str]) -> tuple[str, PodSandbox] | None:
    if (attempt := whole(row["ATTEMPT"].split(" ")[0])) is None:
        return None
    return row["POD ID"], PodSandbox(row["NAME"], row["NAMESPACE"], None, row["STATE"].lower(), attempt)


def parse(text: str) -> Parsed:
    """Sandbox id → PodSandbox, from the table or `-o json`."""
    if is_json(text):
        return crictl.listed(text, _COMMAND, "items", _Item, _item)
    return crictl.table(text, _COMMAND, _COLUMNS, _row, id_column="POD ID")


source = Source(
    name="crictl_pods",
    title=Text("pod sandboxes", "파드 샌드박스"),
    files={"crictl_pods.json": "crictl pods -o json"},
    parse=parse,
    volatile=frozenset({"state"}),
)
