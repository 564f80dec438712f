"""Which snapshot is compared with which: two folders, two fleets, or one folder of numbered texts."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

import msgspec

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.facts.source import Problem
from leadline.snapshot.naming import sided
from leadline.snapshot.packed import Place
from leadline.snapshot.snapshot import FileProblem, Snapshot
from leadline.snapshot.store import load, load_pairs, opened, sides

_SAVED = re.compile(r"iptables-save v\S+.* on (\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4})")


class Pairing(msgspec.Struct, frozen=True):
    """The hosts to compare, (name, before, after), and the hosts that only one side has."""

    pairs: tuple[tuple[str, Snapshot, Snapshot], ...]
    problems: tuple[FileProblem, ...] = ()


def match(before: Path, after: Path | None) -> Pairing:
    """The pairs of two folders; without `after`, of the numbered texts in one folder, or its two sides' folders.

    One host on each side is one pair, whatever the folders are called; several are matched by name.
    Raises UsageError where a folder is missing or the sides have no host in common.
    """
    here, there = opened(before), opened(after) if after is not None else None
    if there is None and (both := sides(here)) is not None:
        here, there = both
    if there is None:
        return Pairing(
            tuple((host_name(at, one, at, other), one, other) for at, one, other in load_pairs(here))
        )
    left, right = load(here), load(there)
    if len(left) == len(right) == 1:
        (one,), (other,) = left.values(), right.values()
        return Pairing(((host_name(here, one, there, other), one, other),))
    pairs = [(name, left.pop(name), right.pop(name)) for name in list(right) if name in left]
    pairs += _by_folder(here, left, there, right)
    if not pairs:
        raise UsageError(
            Text(
                "{before} and {after} have no host in common; name the hosts' folders alike on both sides",
                "{before}와(과) {after}에 같은 호스트가 없습니다. 양쪽 호스트 폴더의 이름을 맞추십시오",
            ).fill(before=here, after=there)
        )
    only = [*(_only(name, here, there) for name in left), *(_only(name, there, here) for name in right)]
    return Pairing(tuple(pairs), tuple(only))


def _by_folder(
    before: Place, left: dict[str, Snapshot], after: Place, right: dict[str, Snapshot]
) -> Iterator[tuple[str, Snapshot, Snapshot]]:
    """Pairs among hosts whose names do not meet, by the names of their folders: one side may have saved
    what tells a host's own name and the other not. What is paired leaves `left` and `right`."""
    if not left or not right:
        return
    children: list[Place] = [*after.iterdir()]
    for child in sorted(children, key=str):
        if not child.is_dir() or not (before / child.name).is_dir():
            continue
        try:
            ((one, _),) = load(before / child.name).items()
            ((other, _),) = load(child).items()
        except (UsageError, ValueError):
            continue
        if one in left and other in right:
            first, second = left.pop(one), right.pop(other)
            yield host_name(before / child.name, first, child, second), first, second


def _only(name: str, here: Place, there: Place) -> FileProblem:
    text = Text("not in {there}, so not compared", "{there}에 없어 비교하지 않았습니다").fill(there=there)
    return FileProblem(name, str(here / name), Problem(text))


def host_name(before: Place, one: Snapshot, after: Place, other: Snapshot) -> str:
    """The best name of a host: what a side recorded of itself, else the folder around `before` and `after`."""
    left, right = (path.resolve() for path in (before, after))
    left, right = (path.parent if path.is_file() else path for path in (left, right))
    if other.host != right.name:
        return other.host
    if one.host != left.name:
        return one.host
    if left.parent == right.parent and left != right and right.parent.name:
        return right.parent.name
    return other.host


def swapped(before: Path, after: Path) -> Text | None:
    """What to say where the names of two folders, or files, tell that they stand the wrong way round."""
    first, second = sided(before), sided(after)
    if first is None or second is None or (first.side, second.side) != ("after", "before"):
        return None
    return Text(
        "BEFORE is called {before} and AFTER {after}; swap them if that is not meant",
        "BEFORE의 이름이 {before}, AFTER의 이름이 {after}입니다. 의도한 것이 아니면 순서를 바꾸십시오",
    ).fill(before=before.name, after=after.name)


def doubts(before: Snapshot, after: Snapshot) -> Iterator[Text]:
    """What makes a comparison of these two look mistaken: swapped sides, the same texts twice."""
    first, second = moment(before), moment(after)
    if first is not None and second is not None and second < first:
        yield Text(
            "AFTER was recorded {second}, earlier than BEFORE, {first}; swap them if that is not meant",
            "AFTER의 기록 시각({second})이 BEFORE({first})보다 이릅니다. 의도한 것이 아니면 순서를 바꾸십시오",
        ).fill(first=_clock(first), second=_clock(second))
    common = [name for name in before.names() if name in after.names()]
    if common and all(
        a == b for name in common for a, b in zip_longest(_texts(before, name), _texts(after, name))
    ):
        yield Text(
            "BEFORE and AFTER hold the same texts, byte for byte; was one of them saved under both names?",
            "BEFORE와 AFTER의 텍스트가 완전히 같습니다. 같은 파일을 두 이름으로 저장하지 않았는지 확인하십시오",
        )


def moment(snapshot: Snapshot) -> float | None:
    """When a snapshot was taken, in seconds since the epoch: by its manifest, else by its iptables-save text
    (whose clock has no zone, so it is good for comparing with another one like it)."""
    if snapshot.taken is not None:
        return snapshot.taken
    for text in _texts(snapshot, "iptables"):
        if (found := _SAVED.search(text)) is not None:
            try:
                return datetime.strptime(found[1], "%a %b %d %H:%M:%S %Y").timestamp()
            except ValueError:
                return None
    return None


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment).strftime("%Y-%m-%d %H:%M:%S")


def _texts(snapshot: Snapshot, name: str) -> Iterator[str]:
    """The readable texts of a source, parsed only as far as they are asked for."""
    facts = (snapshot.fact(name, variant) for variant in snapshot.variants(name))
    return (fact.text for fact in facts if fact is not None)
