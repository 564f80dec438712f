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
def topics() -> tuple[Topic, ...]:
    """Every topic, in name order of their modules."""
    return tuple(discover(package, Topic).values())


def find(name: str, kind: str | None = None) -> list[Topic]:
    """The topics of a name; with `kind`, only of that kind. A bare number is a port, of either protocol; an
    owner's name (`kubelet`) finds all that is known of it."""
    names = (f"{name}/tcp", f"{name}/udp") if name.isdigit() else (name,)
    # Compiling every pattern takes longer than a whole comparison: first what they begin with must agree.
    fitting = [
        topic
        for beginning, topic in _by_beginning(kind)
        if (name.startswith(beginning) or beginning.startswith(name))
        and any(re.fullmatch(topic.pattern, each) for each in names)
    ]
    named = {topic.kind for topic in fitting if not topic.general}
    found = [topic for topic in fitting if not topic.general or topic.kind not in named]
    if kind is None:
        found += [topic for topic in topics() if topic.owner == name and topic not in found]
    return found


@cache
def _by_beginning(kind: str | None) -> tuple[tuple[str, Topic], ...]:
    return tuple((_beginning(topic.pattern), topic) for topic in topics() if kind in (None, topic.kind))


def _beginning(pattern: str) -> str:
    """The letters that every match of a pattern begins with; "" where alternatives differ from the start."""
    depth = 0
    for place, letter in enumerate(pattern):
        escaped = place > 0 and pattern[place - 1] == "\\"
        depth += 0 if escaped else (letter in "([") - (letter in ")]")
        if letter == "|" and depth == 0 and not escaped:
            return ""
    plain = re.match(r"(?:[\w/~:@ -]|\\[.\-/])*", pattern)
    assert plain is not None  # noqa: S101 - it matches the empty string
    if pattern[plain.end() : plain.end() + 1] in ("*", "+", "?", "{"):
        return plain[0][:-1].removesuffix("\\").replace("\\", "")
    return plain[0].replace("\\", "")


def meaning(change: Change) -> Meaning | None:
    """What a changed sysctl's values mean; None for other changes and unknown keys."""
    if change.fact != "sysctl" or change.kind != "changed":
        return None
    for topic in find(change.key, "sysctl"):
        return Meaning(topic.what, topic.values.get(change.before), topic.values.get(change.after))
    return None
