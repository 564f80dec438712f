"""Changes → causes: every rule is asked, the best evidence answers."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from leadline.base.text import Text
from leadline.explain.catalogue import rules_for
from leadline.explain.knowledge import Meaning, meaning
from leadline.explain.pair import Pair
from leadline.explain.rule import Certainty, Match, Rule
from leadline.explain.witness import Evidence
from leadline.facts.catalogue import sources
from leadline.snapshot.diff import Change, Kind, diff
from leadline.snapshot.snapshot import FileProblem, Snapshot


class Cause(msgspec.Struct, frozen=True, gc=False):
    """Why a change is there: the rule that says so, the author, and what was seen."""

    rule: str
    component: str
    why: Text
    since: str
    source: str
    certainty: Certainty
    evidence: tuple[Evidence, ...]
    consequence: Text | None = None
    usual: bool | None = None


Exposure = Literal["loopback", "node", "everywhere"]


class Explained(msgspec.Struct, frozen=True, gc=False):
    """One Change with its class, its cause (None: unexplained), who can reach it (listeners), what the
    values mean (settings), and the group it folds into."""

    change: Change
    class_: Literal["config", "derived", "runtime", "unknown"]
    cause: Cause | None
    exposure: Exposure | None
    meaning: Meaning | None
    group: str | None


class Group(msgspec.Struct, frozen=True):
    """Changes that fold into one line: the same rule's, of one kind. `members` counts them."""

    id: str
    fact: str
    kind: str
    title: Text
    members: int


class Explanation(msgspec.Struct, frozen=True):
    """A host's whole difference, explained."""

    host: str
    changes: tuple[Explained, ...]
    groups: tuple[Group, ...]
    problems: tuple[FileProblem, ...]

    def count(self, **wanted: str) -> int:
        """How many changes have this kind and class (`kind="added"`, `class_="unknown"`)."""
        return sum(
            all(
                (each.class_ if name == "class_" else each.change.kind) == value
                for name, value in wanted.items()
            )
            for each in self.changes
        )


def explain(before: Snapshot, after: Snapshot) -> Explanation:
    """Everything that differs between two snapshots of one host, with causes."""
    difference = diff(before, after)
    pair = Pair(before, after, difference)
    explained: list[Explained] = []
    groups: dict[str, tuple[Change, Text]] = {}
    texts: dict[object, tuple[Text, Text | None]] = {}
    # A rule that has one answer for many changes, as for all keys of an interface, has one Match for them.
    causes: dict[tuple[int, str, str, Kind], tuple[Match, Cause, str | None]] = {}
    for change in difference.changes:
        rule, match = _best(change, pair)
        if rule is None or match is None:
            explained.append(Explained(change, "unknown", None, _exposure(change), meaning(change), None))
            continue
        same = id(match), rule.name, change.fact, change.kind
        if same not in causes:
            group = None
            if rule.group is not None:
                group = f"{change.fact}/{rule.name}/{change.kind}"
                groups.setdefault(group, (change, rule.group))
            causes[same] = match, _cause(rule, match, texts), group
        _, cause, group = causes[same]
        explained.append(Explained(change, rule.class_, cause, _exposure(change), meaning(change), group))
    problems = dict.fromkeys((*difference.problems, *before.problems, *after.problems))
    members = Counter(each.group for each in explained)
    folded = (
        Group(name, change.fact, change.kind, title, members[name])
        for name, (change, title) in groups.items()
    )
    return Explanation(after.host, tuple(explained), tuple(folded), tuple(problems))


def _cause(rule: Rule, match: Match, made: dict[object, tuple[Text, Text | None]]) -> Cause:
    """What a rule says of a change. Its sentences with the same values are made once."""
    same = (rule.name, *(f"{name}={value}" for name, value in match.values.items()))
    if same not in made:
        consequence = rule.consequence and rule.consequence.fill(**match.values)
        made[same] = rule.why.fill(**match.values), consequence
    why, consequence = made[same]
    return Cause(
        rule.name,
        rule.component,
        why,
        rule.since,
        rule.source,
        match.certainty,
        match.evidence,
        consequence,
        match.usual,
    )


def _exposure(change: Change) -> Exposure | None:
    return getattr(change.entry, "exposure", None)


def _best(change: Change, pair: Pair) -> tuple[Rule | None, Match | None]:
    """The rule with the best evidence: shown before likely, then more evidence, then by name.

    Where only fields moved that always do (`Source.volatile`), only `runtime` rules are asked.
    """
    best: tuple[Rule | None, Match | None] = None, None
    rank = (False, 0)
    volatile = bool(change.fields) and sources()[change.fact].volatile.issuperset(change.fields)
    for rule in rules_for(change.fact, change.kind, volatile).of(change.key):
        match = rule.match(change, pair)
        if match is not None and match.evidence:
            score = (match.certainty == "shown", len(match.evidence))
            if score > rank:
                best, rank = (rule, match), score
    return best


def as_record(explanations: Iterable[Explanation]) -> dict[str, Any]:
    """The JSON record `leadline/diff/v1`."""
    return {
        "schema": "leadline/diff/v1",
        "hosts": [_host(explanation) for explanation in explanations],
    }


def _host(explanation: Explanation) -> dict[str, Any]:
    summary = {kind: explanation.count(kind=kind) for kind in ("added", "removed", "changed")}
    summary |= {name: explanation.count(class_=name) for name in ("config", "derived", "runtime")}
    return {
        "host": explanation.host,
        "summary": {**summary, "unexplained": explanation.count(class_="unknown")},
        "changes": [
            {
                "fact": each.change.fact,
                "key": each.change.key,
                "kind": each.change.kind,
                "before": msgspec.to_builtins(each.change.before),
                "after": msgspec.to_builtins(each.change.after),
                "fields": each.change.fields,
                "class": each.class_,
                "cause": msgspec.to_builtins(each.cause),
                "exposure": each.exposure,
                "meaning": msgspec.to_builtins(each.meaning),
                "group": each.group,
            }
            for each in explanation.changes
        ],
        "groups": msgspec.to_builtins(explanation.groups),
        "problems": [
            {"host": each.host, "file": each.file, **msgspec.to_builtins(each.problem)}
            for each in explanation.problems
        ],
    }
