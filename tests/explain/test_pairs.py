"""Whole before/after pairs of other stacks: nearly everything has a cause, the named ones the right author, and what
others left on the same node is not Kubernetes'.

Each folder of tests/data/pairs holds `before`, `after` and `expected.yaml`: `causes` (`fact key` → rule and certainty),
`planted` (`add`: file → lines, `change`: sysctl key → value after) with the authors its changes may have, and
`components`, whose names no cause of this pair may bear.
"""

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from leadline.explain.explain import Explained, explain
from leadline.snapshot.store import load

DATA = Path(__file__).parent.parent / "data" / "pairs"
PAIRS = sorted(file.parent.name for file in DATA.glob("*/expected.yaml"))
TEXTS = ("ip_addr", "ss", "df", "findmnt", "sysctl")
LEAST = 0.99
Changes = dict[tuple[str, str, str], Explained]


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(DATA / name / "expected.yaml")
    return found


def changes(before: Path, after: Path) -> Changes:
    sides = (next(iter(load(side).values())) for side in (before, after))
    found = explain(*sides).changes
    return {(each.change.fact, each.change.key, each.change.kind): each for each in found}


@cache
def whole(name: str) -> Changes:
    return changes(DATA / name / "before", DATA / name / "after")


def share(found: Changes) -> float:
    return sum(each.cause is not None for each in found.values()) / len(found)


def causes(found: Changes) -> dict[str, str]:
    return {
        f"{fact} {key}": f"{each.cause.rule} {each.cause.certainty}"
        for (fact, key, _), each in found.items()
        if each.cause
    }


@pytest.mark.parametrize("name", PAIRS)
def test_nearly_everything_has_a_cause(name: str) -> None:
    for found in (whole(name), changes(DATA / name / "after", DATA / name / "before")):
        assert len(found) > 200
        assert share(found) >= LEAST, [key for key, each in found.items() if each.cause is None]


@pytest.mark.parametrize("name", PAIRS)
def test_the_named_causes(name: str) -> None:
    want = expected(name)
    found = whole(name)
    have = causes(found)
    assert {key: have.get(key) for key in want["causes"]} == want["causes"]
    authors = {each.cause.component for each in found.values() if each.cause}
    assert authors.isdisjoint(want["absent"])
    assert [key for (_, key, _), each in found.items() if each.cause and each.cause.usual is False] == []


def test_a_control_plane_opened_to_every_address_is_not_usual_for_kubeadm(tmp_path: Path) -> None:
    for name, opened in (("kubeadm-ubuntu2404-cilium", False), ("kubespray-rocky9-flannel", True)):
        after = tmp_path / name
        shutil.copytree(DATA / name / "after", after)
        sockets = (after / "ss.txt").read_text().replace("127.0.0.1:10257", "*:10257")
        (after / "ss.txt").write_text(sockets)
        cause = changes(DATA / name / "before", after)["ss", "tcp *:10257", "added"].cause
        assert cause is not None
        assert (cause.component, cause.usual) == ("kube-controller-manager", opened)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("text", TEXTS)
def test_one_text_alone_names_no_other_author(name: str, text: str, tmp_path: Path) -> None:
    """Where people saved one text of the five, its changes have the same authors, the kernel, or none."""
    for side in ("before", "after"):
        (tmp_path / side).mkdir()
        shutil.copy(DATA / name / side / f"{text}.txt", tmp_path / side)
    alone = changes(tmp_path / "before", tmp_path / "after")
    names = set(expected(name).get("alone", ())) | {"kernel"}
    other = {
        key: (each.cause.component, whole(name)[key].cause)
        for key, each in alone.items()
        if each.cause
        and each.cause.component not in names
        and getattr(whole(name)[key].cause, "component", None) != each.cause.component
    }
    assert other == {}


@pytest.mark.parametrize("name", PAIRS)
def test_what_was_planted_is_not_kubernetes(name: str, tmp_path: Path) -> None:
    planted = expected(name)["planted"]
    plain = whole(name)
    after = tmp_path / "after"
    shutil.copytree(DATA / name / "after", after)
    for file, lines in planted.get("add", {}).items():
        with (after / file).open("a") as text:
            text.write(lines)
    settings = (after / "sysctl.txt").read_text().splitlines()
    values = planted.get("change", {})
    settings = [line for line in settings if line.split(" = ")[0] not in values]
    (after / "sysctl.txt").write_text(
        "\n".join([*settings, *(f"{key} = {values[key]}" for key in values)]) + "\n"
    )
    found = changes(DATA / name / "before", after)
    new = {
        key: each.cause and each.cause.component
        for key, each in found.items()
        if key not in plain or plain[key].change.after != each.change.after
    }
    assert (
        len(new)
        >= len(values) + sum(len(lines.splitlines()) for lines in planted.get("add", {}).values()) // 5
    )
    assert set(new.values()) <= {None, "kernel", *planted["authors"]}, new
