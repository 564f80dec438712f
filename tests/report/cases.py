"""Explanations written by hand in YAML → the values that a view takes."""

from pathlib import Path
from typing import Any, Literal

import msgspec
from ruamel.yaml import YAML

from leadline.base.text import Text
from leadline.explain.explain import Cause, Explained, Explanation, Group
from leadline.explain.knowledge import Meaning
from leadline.explain.witness import Evidence
from leadline.facts.source import Problem
from leadline.snapshot.diff import Change
from leadline.snapshot.snapshot import FileProblem

FOLDER = Path(__file__).parent.parent / "data" / "report"


def cases() -> list[str]:
    """The names of the cases."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def explanations(case: str) -> list[Explanation]:
    """The explanations of one case."""
    read = YAML(typ="safe", pure=True).load(FOLDER / f"{case}.yaml")
    return [_explanation(host) for host in read["hosts"]]


def _explanation(host: dict[str, Any]) -> Explanation:
    changes = tuple(_explained(each) for each in host.get("changes", ()))
    groups = []
    for name, title in host.get("groups", {}).items():
        fact, _, kind = name.split("/")
        groups.append(Group(name, fact, kind, _text(title), sum(each.group == name for each in changes)))
    problems = tuple(
        FileProblem(host["host"], each.get("file", ""), Problem(_text(each["text"]), each.get("line")))
        for each in host.get("problems", ())
    )
    return Explanation(host["host"], changes, tuple(groups), problems)


def _explained(each: dict[str, Any]) -> Explained:
    before, after = _entry(each.get("before")), _entry(each.get("after"))
    kind: Literal["added", "removed", "changed"] = (
        "added" if before is None else "removed" if after is None else "changed"
    )
    change = Change(each["fact"], each["key"], kind, before, after, tuple(each.get("fields", ())))
    exposure = each.get("exposure")
    meaning = each.get("meaning")
    return Explained(
        change,
        each.get("class", "unknown"),
        _cause(each["cause"]) if "cause" in each else None,
        exposure,
        Meaning(*(_text(each) for each in meaning)) if meaning else None,
        each.get("group"),
    )


def _cause(cause: dict[str, Any]) -> Cause:
    seen = [each.split(" ", 2) for each in cause["evidence"]]
    return Cause(
        cause["rule"],
        cause["component"],
        _text(cause["why"]),
        cause["since"],
        cause["source"],
        cause.get("certainty", "shown"),
        tuple(Evidence("before" if side == "before" else "after", fact, text) for side, fact, text in seen),
        _text(cause["consequence"]) if "consequence" in cause else None,
        cause.get("usual"),
    )


def _entry(value: Any) -> Any:
    """A mapping as a frozen Struct with these fields, as sources make them; lists as tuples."""
    if not isinstance(value, dict):
        return value
    values = {name: tuple(each) if isinstance(each, list) else each for name, each in value.items()}
    return msgspec.defstruct("Entry", list(values), frozen=True)(**values)


def _text(sides: list[str]) -> Text:
    return Text(*sides)
