"""Records the Kubernetes API objects beside the hosts, without what is secret in them."""

import json
from pathlib import Path
from typing import Any

import msgspec

from leadline.base.errors import HostError
from leadline.base.text import Text
from leadline.hosts.api import read_api
from leadline.snapshot.folder import refuse_taken, write_folder
from leadline.snapshot.patterns import MARK
from leadline.snapshot.redact import redact

FOLDER = "api"
PROBLEMS = "problems.json"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Result(msgspec.Struct, frozen=True):
    """What came of it: the `folder`, how many kinds, and what could not be read."""

    folder: Path
    kinds: int
    problems: tuple[Text, ...]


def record_api(into: Path) -> Result:
    """Writes `into/api/<kind>.json`, and `problems.json` with what could not be read.

    Raises UsageError where the folder is there already.
    """
    refuse_taken(into, FOLDER)
    try:
        lists, problems = read_api()
    except HostError as error:
        lists, problems = {}, [error.text]
    files = {f"{kind}.json": clean(kind, content) for kind, content in lists.items()}
    if problems:
        files[PROBLEMS] = json.dumps(
            [{"en": each.en, "ko": each.ko} for each in problems], ensure_ascii=False, indent=1
        ).encode()
    return Result(write_folder(into, FOLDER, files), len(lists), tuple(problems))


def clean(kind: str, content: dict[str, Any]) -> bytes:
    """A list of API objects as JSON: no environment values, no managed fields, no applied configuration, no
    request of a CSR; texts in ConfigMaps and all others go through the same patterns as a host's texts."""
    for item in content.get("items") or ():
        metadata = item.get("metadata") or {}
        metadata.pop("managedFields", None)
        (metadata.get("annotations") or {}).pop(_LAST_APPLIED, None)
        if kind == "csr":
            (item.get("spec") or {}).pop("request", None)
        if kind == "bgppeers" and (item.get("spec") or {}).get("password"):
            item["spec"]["password"] = MARK
        if kind == "configmaps":
            item.pop("binaryData", None)
    return redact(json.dumps(_cleaned(content), ensure_ascii=False, indent=1).encode() + b"\n")


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {
            name: [_environment(each) for each in inner]
            if name == "env" and isinstance(inner, list)
            else _cleaned(inner)
            for name, inner in value.items()
        }
    return value


def _environment(variable: Any) -> Any:
    if isinstance(variable, dict) and variable.get("value"):
        return {**variable, "value": MARK}
    return _cleaned(variable)
