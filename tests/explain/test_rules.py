"""Every rule against its data cases: what it must explain, and what it must leave alone.

A case is `before` and `after` (file name → text, or `@path` under tests/data) and `causes`: `fact key` → the
rule and certainty that explain it, or null where nothing may.
"""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import leadline.explain.rules as package
from leadline.base.discovery import discover
from leadline.explain.explain import Explanation, explain
from leadline.explain.rule import Rule
from leadline.snapshot.snapshot import Snapshot
from leadline.snapshot.store import load

DATA = Path(__file__).parent.parent / "data"
RULES = discover(package, Rule)


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}:{case['case']}")
        for file in sorted((DATA / "explain").glob("*.yaml"))
        for case in YAML(typ="safe").load(file)
    ]


def snapshot(folder: Path, texts: dict[str, str]) -> Snapshot:
    folder.mkdir()
    for name, text in texts.items():
        content = (DATA / text[1:]).read_text() if text.startswith("@") else text
        (folder / name).write_text(content)
    if not texts:
        return Snapshot("host", [])
    return next(iter(load(folder).values()))


def run(case: dict[str, Any], tmp_path: Path) -> Explanation:
    return explain(snapshot(tmp_path / "before", case["before"]), snapshot(tmp_path / "after", case["after"]))


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    explanation = run(case, tmp_path)
    found = {
        f"{each.change.fact} {each.change.key}": each.cause and f"{each.cause.rule} {each.cause.certainty}"
        for each in explanation.changes
    }
    wanted = case["causes"]
    if case.get("only", False):
        assert found == wanted
    assert {key: found.get(key, "not a change") for key in wanted} == wanted


@pytest.mark.parametrize("name", RULES)
def test_rule_is_whole(name: str) -> None:
    """Each rule bears its module's name, both languages, a case it explains and a case it leaves alone."""
    rule = RULES[name]
    assert rule.name == name.replace("_", "-")
    for text in (rule.why, rule.consequence, rule.group):
        assert text is None or (text.en.strip() and text.ko.strip())
    assert rule.since and rule.source and rule.facts and rule.component
    file = DATA / "explain" / f"{name}.yaml"
    causes = [cause for case in YAML(typ="safe").load(file) for cause in case["causes"].values()]
    assert any(cause and cause.split()[0] == rule.name for cause in causes)
    assert any(cause is None or cause.split()[0] != rule.name for cause in causes) or any(
        not case["causes"] for case in YAML(typ="safe").load(file)
    )
