"""Two snapshots of one host → its Changes, by natural keys, in linear time."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from leadline.base.text import Text
from leadline.facts.catalogue import notes
from leadline.facts.source import Fact, Parsed, Problem, Source
from leadline.snapshot.snapshot import FileProblem, Snapshot

Kind = Literal["added", "removed", "changed"]


class Change(msgspec.Struct, frozen=True, gc=False):
    """One difference. `before` and `after` are the entry's values (None where it was not there);
    `fields`: the names of the fields that differ, where an entry changed and has fields."""

    fact: str
    key: str
    kind: Kind
    before: Any
    after: Any
    fields: tuple[str, ...] = ()

    @property
    def entry(self) -> Any:
        """The value on the side where the entry is: after, or before where it was removed."""
        return self.before if self.kind == "removed" else self.after


class Difference(msgspec.Struct, frozen=True):
    """All that differs between two snapshots of a host, and what could not be compared."""

    host: str
    changes: tuple[Change, ...]
    problems: tuple[FileProblem, ...]


def diff(before: Snapshot, after: Snapshot) -> Difference:
    """Every change from `before` to `after`, sources in name order, entries in the order of their texts.

    Only what both sides recorded is compared; what one side lacks is named in `problems`.
    """
    changes: list[Change] = []
    problems: list[FileProblem] = []
    compared = [name for name, note in notes().items() if note.compare]
    for name in compared:
        pair = _same_text(name, before, after)
        if pair is None:
            continue
        left, right = _met(*pair)
        problems += [FileProblem(after.host, pair[1].file, Problem(text)) for text in _coverage(left, right)]
        source = pair[1].source
        changes += [
            change
            for change in _changes(source, left, right)
            if source.twin is None or not _told_elsewhere(change, source.twin, before, after)
        ]
    for one, other, text in (
        (
            before,
            after,
            Text(
                "recorded only before, so not compared: {names}",
                "이전에만 기록되어 비교하지 않았습니다: {names}",
            ),
        ),
        (
            after,
            before,
            Text(
                "recorded only after, so not compared: {names}",
                "이후에만 기록되어 비교하지 않았습니다: {names}",
            ),
        ),
    ):
        names = [name for name in compared if name in one.names() and name not in other.names()]
        if names:
            problems.append(FileProblem(after.host, "", Problem(text.fill(names=", ".join(names)))))
    return Difference(after.host, tuple(changes), (*before.problems, *after.problems, *problems))


def _same_text(name: str, before: Snapshot, after: Snapshot) -> tuple[Fact, Fact] | None:
    """The facts to compare: the same command's texts where both sides have them, else each side's best."""
    left, right = before.variants(name), after.variants(name)
    common = [variant for variant in left if variant in right]
    for one, other in [(variant, variant) for variant in common] + [
        (a, b) for a in left for b in right if a != b
    ]:
        first, second = before.fact(name, one), after.fact(name, other)
        if first is not None and second is not None:
            return first, second
    return None


def _told_elsewhere(
    change: Change, twin: Callable[[Any], tuple[str, str] | None], before: Snapshot, after: Snapshot
) -> bool:
    """Whether another source that both sides recorded shows the changed entry as well."""
    if (named := twin(change.entry)) is None:
        return False
    name, key = named
    if name not in before.names() or name not in after.names():
        return False
    pair = _same_text(name, before, after)
    return pair is not None and key in pair[0 if change.kind == "removed" else 1].entries


def _met(before: Fact, after: Fact) -> tuple[Parsed, Parsed]:
    """What two texts say, as far as both forms tell it."""
    meet = after.source.meet
    return (before.parsed, after.parsed) if meet is None else meet(before.parsed, after.parsed)


def _coverage(before: Parsed, after: Parsed) -> list[Text]:
    left, right = before.covers, after.covers
    if left == right:
        return []
    both = left & right if left is not None and right is not None else left if right is None else right
    names = sorted(both or ())
    if len(names) > _NAMED:
        return [_LESS.fill(count=len(names))]
    return [
        Text(
            "the two texts do not cover the same; compared: {both}",
            "두 텍스트의 범위가 다릅니다. 비교한 범위: {both}",
        ).fill(both=", ".join(names) or "-")
    ]


_NAMED = 12
_LESS = Text(
    "one of the two texts is only a part, so only its {count} entries were compared; save it whole",
    "두 텍스트 중 하나가 일부뿐이라 거기에 있는 {count}개 항목만 비교했습니다. 전체를 저장하십시오",
)


def diff_facts(before: Fact, after: Fact) -> list[Change]:
    """The changes from one fact to another of the same source."""
    return _changes(after.source, *_met(before, after))


def _changes(source: Source, left: Parsed, right: Parsed) -> list[Change]:
    skipped = left.unreadable | right.unreadable

    lost = _after_cut(left, right) | _after_cut(right, left)

    def compared(key: str, value: Any) -> bool:
        return (
            key not in skipped and key not in lost and left.covered(key, value) and right.covered(key, value)
        )

    changes: list[Change] = []
    for key, value in right.entries.items():
        if key not in left.entries:
            if compared(key, value):
                changes.append(Change(source.name, key, "added", None, value))
            continue
        old = left.entries[key]
        if old != value and key not in skipped and not _cut_short(key, left, right):
            fields = _differing(old, value)
            if fields is not None:
                changes.append(Change(source.name, key, "changed", old, value, fields))
    changes += [
        Change(source.name, key, "removed", value, None)
        for key, value in left.entries.items()
        if key not in right.entries and compared(key, value)
    ]
    if source.sequence is not None:
        changed = {change.key for change in changes}
        moved = [key for key in _moved(left.entries, right.entries, source.sequence) if key not in changed]
        changes += [
            Change(source.name, key, "changed", left.entries[key], right.entries[key], ("position",))
            for key in moved
        ]
    return changes


def _after_cut(own: Parsed, other: Parsed) -> set[str]:
    """Keys of which nothing can be said because `own` ends without a line break, so it may be cut there:
    all that the other side has after that place, and a last key that may be the start of a longer one."""
    if not own.cut:
        return set()
    order = list(other.entries)
    last = max((place for place, key in enumerate(order) if key in own.entries), default=-1)
    lost = set(order[last + 1 :])
    if own.cut not in other.entries:
        start = own.cut.partition(" #")[0]
        longer = {key for key in order if key.startswith(start)}
        lost |= longer and {own.cut, *longer}
    return lost


def _cut_short(key: str, left: Parsed, right: Parsed) -> bool:
    """Whether the difference of an entry may only come from a line that ends too early."""
    return any(
        key == own.cut and _begins(own.entries[key], other.entries[key])
        for own, other in ((left, right), (right, left))
    )


def _begins(part: Any, whole: Any) -> bool:
    """Whether a value may be the beginning of another: a text's, a list's, or each differing field's."""
    if isinstance(part, str | tuple):
        return isinstance(whole, type(part)) and whole[: len(part)] == part
    if not isinstance(part, msgspec.Struct) or type(part) is not type(whole):
        return False
    fields = _differing(part, whole) or ()
    return all(_begins(getattr(part, field), getattr(whole, field)) for field in fields)


def _differing(old: Any, new: Any) -> tuple[str, ...] | None:
    """The fields that differ (unknown ones do not); None where nothing known differs, () for a plain value."""
    if type(old) is not type(new) or not isinstance(new, msgspec.Struct):
        return ()
    fields = []
    for field in new.__struct_fields__:
        a, b = getattr(old, field), getattr(new, field)
        if a != b and a is not None and b is not None:
            fields.append(field)
    return tuple(fields) or None


def _moved(left: dict[str, Any], right: dict[str, Any], sequence: Callable[[Any], str]) -> list[str]:
    """Keys on both sides whose place among the others of their list changed: all but a longest run in order."""
    places = {key: place for place, key in enumerate(left)}
    lists: dict[str, list[str]] = {}
    for key, value in right.items():
        if key in places:
            lists.setdefault(sequence(value), []).append(key)
    moved: list[str] = []
    for keys in lists.values():
        order = [places[key] for key in keys]
        if order == sorted(order):
            continue
        tails: list[int] = []
        lengths = []
        for place in order:
            position = bisect_left(tails, place)
            tails[position : position + 1] = [place]
            lengths.append(position + 1)
        want, bound = len(tails), len(places)
        kept = set()
        for key, length in zip(reversed(keys), reversed(lengths), strict=True):
            if length == want and places[key] < bound:
                kept.add(key)
                want, bound = want - 1, places[key]
        moved += [key for key in keys if key not in kept]
    return moved
