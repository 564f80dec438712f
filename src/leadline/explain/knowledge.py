"""Every topic there is, found among the modules of `explain.topics`, and what they say of a name."""

import re
from functools import cache

import msgspec

import leadline.explain.topics as package
from leadline.base.discovery import discover
from leadline.base.text import Text
from leadline.explain.topic import Topic
from leadline.snapshot.diff import Change


class Meaning(msgspec.Struct, frozen=True):
    """What a changed setting is, and what its old and new values mean (None: not known)."""

    what: Text
    before: Text | None
    after: Text | None


@cache
def topics() -> tuple[tuple[re.Pattern[str], Topic], ...]:
    """Every topic with its compiled pattern, in name order of their modules."""
    return tuple((re.compile(topic.pattern), topic) for topic in discover(package, Topic).values())


def find(name: str, kind: str | None = None) -> list[Topic]:
    """The topics of a name; with `kind`, only of that kind. A bare number is a port, of either protocol; an
    owner's name (`kubelet`) finds all that is known of it."""
    names = (f"{name}/tcp", f"{name}/udp") if name.isdigit() else (name,)
    return [
        topic
        for pattern, topic in topics()
        if kind in (None, topic.kind)
        and (any(pattern.fullmatch(each) for each in names) or (kind is None and name == topic.owner))
    ]


def meaning(change: Change) -> Meaning | None:
    """What a changed sysctl's values mean; None for other changes and unknown keys."""
    if change.fact != "sysctl" or change.kind != "changed":
        return None
    for topic in find(change.key, "sysctl"):
        return Meaning(topic.what, topic.values.get(change.before), topic.values.get(change.after))
    return None
