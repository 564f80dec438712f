"""API objects that were saved beside the hosts: `api/<kind>.json` of a recording, or what kubectl printed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from leadline.base.errors import ParseError, UsageError
from leadline.base.text import Text
from leadline.network.shapes import is_sound
from leadline.snapshot.packed import Place
from leadline.snapshot.snapshot import read
from leadline.snapshot.store import opened

FOLDER = "api"
_PROBLEMS = "problems.json"

Object = Mapping[str, Any]

_BROKEN = Text(
    "{file}: no API objects in JSON, so not read; save it with `kubectl get -o json`",
    "{file}: API 객체의 JSON이 아니라서 읽지 않았습니다. `kubectl get -o json`으로 저장하십시오",
)

_STRANGE = Text(
    "{file}: object {place} is not as the API writes it, so not read; save it with `kubectl get -o json`",
    "{file}: {place}번째 객체가 API의 형식이 아니라서 읽지 않았습니다. `kubectl get -o json`으로 저장하십시오",
)


class Saved(msgspec.Struct, frozen=True):
    """API objects, each with its `kind`, and what could not be read."""

    objects: tuple[Object, ...] = ()
    notes: tuple[Text, ...] = ()


def saved(folder: Place) -> Saved:
    """The objects of `api/*.json` in a folder (or archive) of hosts, and in each host's own folder.

    Raises UsageError where the folder cannot be read.
    """
    folder = opened(folder)
    found: dict[tuple[str, str, str], Object] = {}
    notes: list[Text] = []
    for file in _files(folder):
        try:
            for place, each in enumerate(_objects(json.loads(read(file))), 1):
                if not is_sound(each):
                    notes.append(_STRANGE.fill(file=file, place=place))
                    continue
                metadata = each["metadata"]
                found.setdefault((each["kind"], metadata.get("namespace") or "", metadata["name"]), each)
        except (ParseError, ValueError, RecursionError):
            notes.append(_BROKEN.fill(file=file))
    return Saved(tuple(found.values()), tuple(notes))


def _files(folder: Place) -> Iterator[Place]:
    try:
        beside = (
            sorted((each for each in folder.iterdir() if each.is_dir()), key=str) if folder.is_dir() else []
        )
        for place in (folder, *beside):
            inside = place / FOLDER
            if inside.is_dir():
                yield from sorted(
                    (each for each in inside.iterdir() if each.suffix == ".json" and each.name != _PROBLEMS),
                    key=str,
                )
    except OSError as error:
        raise UsageError(
            Text(
                f"{folder}: cannot be read ({error.strerror}); change its owner or mode, or run leadline as its owner",
                f"{folder}: 읽을 수 없습니다({error.strerror}). 소유자나 권한을 바꾸거나 소유자로 실행하십시오",
            )
        ) from None


def _objects(tree: Any) -> list[Any]:
    """The objects of a list, of whatever kind, or the object itself. Raises ValueError for anything else."""
    if not isinstance(tree, dict) or not isinstance(kind := tree.get("kind"), str):
        raise ValueError(tree)
    if "items" not in tree:
        return [tree]
    if not isinstance(members := tree["items"] or [], list):
        raise ValueError(tree)
    # the API names the kind of a list's members only in the list's own
    own = kind.removesuffix("List")
    return [{"kind": own, **each} if isinstance(each, dict) else each for each in members]
