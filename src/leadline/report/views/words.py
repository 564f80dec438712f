"""The words that every view of changes uses."""

from leadline.base.text import Text
from leadline.explain.explain import Cause, Explained
from leadline.report.document import Detail, Item, Point, Tag, Tone
from leadline.report.units import count

CLASSES = {
    "config": Text("config", "설정"),
    "derived": Text("derived", "파생"),
    "runtime": Text("runtime", "런타임"),
    "unknown": Text("unexplained", "미설명"),
}
KINDS = {
    "added": Text("added", "추가"),
    "removed": Text("removed", "삭제"),
    "changed": Text("changed", "변경"),
}
CERTAINTIES = {"shown": Text("seen", "확인"), "likely": Text("likely", "추정")}
EXPOSURES: dict[str, tuple[Text, Tone]] = {
    "loopback": (Text("this host only", "호스트 내부"), "dim"),
    "node": (Text("node address", "노드 주소"), "note"),
    "everywhere": (Text("every address", "모든 주소"), "warn"),
}
_SHOWN_NAMES = 6


def certainty(cause: Cause) -> Tag:
    """`seen` where the author was seen in the snapshot, `likely` where only its signature was."""
    return Tag(CERTAINTIES[cause.certainty], "good" if cause.certainty == "shown" else "warn")


def class_tag(class_: str) -> Tag:
    """The class of a change, `unexplained` standing out."""
    return Tag(CLASSES[class_], "bad" if class_ == "unknown" else "dim")


def author(cause: Cause | None) -> Text | str | None:
    """The component, with a word where it is only likely."""
    if cause is None:
        return None
    if cause.certainty == "shown":
        return cause.component
    return Text("{name} (likely)", "{name}(추정)").fill(name=cause.component)


def names(keys: list[str], *, every: bool) -> tuple[str, ...]:
    """The keys, the first few and how many more there are."""
    if every or len(keys) <= _SHOWN_NAMES + 1:
        return tuple(keys)
    return (*keys[:_SHOWN_NAMES], f"… +{count(len(keys) - _SHOWN_NAMES)}")


def reasons(changes: list[Explained], *, every: bool) -> tuple[Item, ...]:
    """Why these changes are there: one Item for each author's rule, with what it says of each change."""
    bundles: dict[tuple[str, ...], list[Explained]] = {}
    for each in changes:
        if (cause := each.cause) is not None:
            follows = cause.consequence.en if cause.consequence else ""
            bundles.setdefault((cause.component, cause.rule, follows, cause.certainty), []).append(each)
    return tuple(_reason(bundle, every=every) for bundle in bundles.values())


def _reason(bundle: list[Explained], *, every: bool) -> Item:
    said: dict[Text, list[str]] = {}
    for each in bundle:
        if each.cause is not None:
            said.setdefault(each.cause.why, []).append(each.change.key)
    cause = bundle[0].cause
    assert cause is not None  # noqa: S101 - reasons() bundles explained changes only
    return Item(
        cause.component,
        tuple(Point(why, names(keys, every=every)) for why, keys in said.items()),
        tags=(certainty(cause), *((class_tag(bundle[0].class_),) if bundle[0].class_ != "config" else ())),
        follows=cause.consequence,
        details=small_print(bundle, every=every),
    )


def small_print(bundle: list[Explained], *, every: bool) -> tuple[Detail, ...]:
    """What was seen, and where it stands that this means so, with the versions it holds for."""
    cause = bundle[0].cause
    if cause is None:
        return ()
    seen: dict[str, Text | str] = {}
    for each in bundle:
        for one in each.cause.evidence if each.cause else ():
            line = f"{one.fact}: {one.text}"
            seen[line] = line if one.side == "after" else Text(f"{line} (before)", f"{line} (이전)")
    lines = list(seen.values())
    if not every and len(lines) > 3:
        lines = [*lines[:3], f"… +{count(len(lines) - 3)}"]
    return (
        Detail(Text("seen in", "근거"), tuple(lines)),
        Detail(Text("source", "출처"), (" · ".join(filter(None, (cause.source, cause.since))),)),
    )
