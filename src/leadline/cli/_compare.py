"""Two folders → explanations: what `leadline diff` calls, and what its filters leave."""

from pathlib import Path

from msgspec.structs import replace

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.explain.explain import Explanation, explain
from leadline.facts.catalogue import sources
from leadline.facts.source import Problem
from leadline.snapshot.pairs import doubts, match
from leadline.snapshot.snapshot import FileProblem, Snapshot


def compare(
    before: Path,
    after: Path | None,
    *,
    hosts: tuple[str, ...] = (),
    classes: tuple[str, ...] = (),
    facts: tuple[str, ...] = (),
) -> tuple[list[Explanation], bool]:
    """The explained difference of every pair of hosts, and whether a text could not be compared at all.

    `hosts`, `classes`, `facts`: only these, where any is named. Raises UsageError where there is nothing to
    compare.
    """
    pairing = match(before, after)
    known = [name for name, _, _ in pairing.pairs]
    _all_known(hosts, known, Text("host", "호스트"))
    _all_known(facts, list(sources()), Text("fact", "종류"))
    explanations: list[Explanation] = []
    trouble = False
    for name, one, other in pairing.pairs:
        if hosts and name not in hosts:
            continue
        common = [fact for fact in one.names() if fact in other.names()]
        if not common:
            raise UsageError(
                Text(
                    "{host}: BEFORE and AFTER have no text of the same command; save the same commands on both sides",
                    "{host}: BEFORE와 AFTER에 같은 명령의 텍스트가 없습니다. 양쪽에서 같은 명령을 저장하십시오",
                ).fill(host=name)
            )
        explanation = explain(one, other)
        noted = [FileProblem(name, "", Problem(text)) for text in doubts(one, other)]
        problems = [replace(each, host=name) for each in explanation.problems]
        explanations.append(
            _only(replace(explanation, host=name, problems=(*noted, *problems)), classes, facts)
        )
        trouble = trouble or any(_unread(side, fact) for side in (one, other) for fact in common)
    unmatched = () if hosts else pairing.problems
    explanations += [Explanation(each.host, (), (), (each,)) for each in unmatched]
    return explanations, trouble or bool(unmatched)


def _only(explanation: Explanation, classes: tuple[str, ...], facts: tuple[str, ...]) -> Explanation:
    """What the filters leave; groups keep only members that are left."""
    if not classes and not facts:
        return explanation
    wanted = {"unknown" if name == "unexplained" else name for name in classes}
    changes = tuple(
        each
        for each in explanation.changes
        if (not wanted or each.class_ in wanted) and (not facts or each.change.fact in facts)
    )
    left: dict[str, int] = {}
    for each in changes:
        if each.group is not None:
            left[each.group] = left.get(each.group, 0) + 1
    groups = tuple(replace(group, members=left[group.id]) for group in explanation.groups if group.id in left)
    return replace(explanation, changes=changes, groups=groups)


def _unread(side: Snapshot, fact: str) -> bool:
    """Whether no text of a fact could be read."""
    return all(side.fact(fact, variant) is None for variant in side.variants(fact))


def _all_known(asked: tuple[str, ...], known: list[str], what: Text) -> None:
    for name in asked:
        if name not in known:
            raise UsageError(
                Text(
                    "no {what} {name} here; there are {known}",
                    "{name}: 그런 {what}이(가) 없습니다. 있는 것: {known}",
                ).fill(what=what, name=name, known=", ".join(known))
            )
