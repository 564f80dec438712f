"""Two folders → explanations: what `leadline diff` calls, and what its filters leave."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from msgspec.structs import replace

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.explain.explain import Explained, Explanation, explain
from leadline.facts.catalogue import sources
from leadline.facts.source import Problem
from leadline.snapshot.pairs import doubts, match, swapped
from leadline.snapshot.snapshot import FileProblem, Snapshot

_LISTED = 60


def compare(
    before: Path,
    after: Path | None,
    *,
    hosts: tuple[str, ...] = (),
    classes: tuple[str, ...] = (),
    facts: tuple[str, ...] = (),
) -> Iterator[tuple[Explanation, bool]]:
    """The explained difference of every pair of hosts, each with whether a text could not be compared at all.

    One pair is in memory at a time. `hosts`, `classes`, `facts`: only these, where any is named. Raises
    UsageError where there is nothing to compare.
    """
    pairing = match(before, after)
    known = [name for name, _, _ in pairing.pairs]
    _all_known(hosts, known, _NO_HOST)
    _all_known(facts, list(sources()), _NO_FACT)
    waiting = [pair for pair in reversed(pairing.pairs) if not hosts or pair[0] in hosts]
    unmatched = () if hosts else pairing.problems
    del pairing
    wrong_way = swapped(before, after) if after is not None else None
    while waiting:
        name, one, other = waiting.pop()
        common = [fact for fact in one.names() if fact in other.names()]
        if not common:
            lacking = _NOTHING_COMMON.fill(host=name)
            if len(known) == 1:
                raise UsageError(lacking)
            yield Explanation(name, (), (), (FileProblem(name, "", Problem(lacking)),)), True
            continue
        explanation = explain(one, other)
        said = [*([wrong_way] if wrong_way is not None else []), *doubts(one, other)]
        noted = [FileProblem(name, "", Problem(text)) for text in said]
        problems = [replace(each, host=name) for each in explanation.problems]
        unread = any(_unread(side, fact) for side in (one, other) for fact in common)
        yield (
            _only(replace(explanation, host=name, problems=(*noted, *problems)), classes, facts),
            unread,
        )
    for each in unmatched:
        yield Explanation(each.host, (), (), (each,)), True


_NOTHING_COMMON = Text(
    "{host}: BEFORE and AFTER have no text of the same command; save the same commands on both sides",
    "{host}: BEFORE와 AFTER에 같은 명령의 텍스트가 없습니다. 양쪽에서 같은 명령을 저장하십시오",
)
_NO_HOST = Text(
    "no host {name} here; there are {known}", "{name}: 그런 호스트가 없습니다. 있는 호스트: {known}"
)
_NO_FACT = Text(
    "no fact {name} here; there are {known}", "{name}: 그런 항목이 없습니다. 쓸 수 있는 이름: {known}"
)


def shared(explanations: Iterable[Explanation]) -> list[Explanation]:
    """The same explanations, where what is alike on several hosts is one object: a fleet fits in memory."""
    kept: dict[Explained, Explained] = {}

    def one(each: Explained) -> Explained:
        try:
            return kept.setdefault(each, each)
        except TypeError:  # an entry with a list or a table in it
            return each

    return [
        replace(explanation, changes=tuple(one(each) for each in explanation.changes))
        for explanation in explanations
    ]


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


def _all_known(asked: tuple[str, ...], known: list[str], unknown: Text) -> None:
    for name in asked:
        if name not in known:
            close = get_close_matches(name, known, n=3) or known
            listed = ", ".join(close[:_LISTED]) + (", …" if len(close) > _LISTED else "")
            raise UsageError(unknown.fill(name=name, known=listed))
