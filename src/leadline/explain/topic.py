"""What is known of a name: a sysctl key, port, mount, chain or interface."""

import re
from functools import cache
from typing import Literal

import msgspec

from leadline.base.discovery import discover
from leadline.base.text import Text
from leadline.snapshot.diff import Change


class Peer(msgspec.Struct, frozen=True):
    """Who talks to a port: the client, the server, what for, and on which roles
    (`control-plane`, `worker`, `every node`)."""

    client: Text
    server: str
    why: Text
    roles: Text


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one name or family of names.

    `pattern`: a regular expression for the whole name (a port's is `10250/tcp`).
    `values`: value → what it means, for settings. `usual`: the usual binding of a port.
    `source`: where this stands.
    """

    kind: Literal["sysctl", "port", "mount", "chain", "interface"]
    pattern: str
    what: Text
    source: str
    values: dict[str, Text] = {}
    owner: str = ""
    usual: Text | None = None
    peers: tuple[Peer, ...] = ()
    advice: Text | None = None


class Meaning(msgspec.Struct, frozen=True):
    """What a changed setting is, and what its old and new values mean (None: not known)."""

    what: Text
    before: Text | None
    after: Text | None


@cache
def topics() -> tuple[tuple[re.Pattern[str], Topic], ...]:
    """Every topic with its compiled pattern, in name order of their modules."""
    import leadline.explain.topics as package

    return tuple((re.compile(topic.pattern), topic) for topic in discover(package, Topic).values())


def find(name: str, kind: str | None = None) -> list[Topic]:
    """The topics of a name; with `kind`, only of that kind."""
    return [topic for pattern, topic in topics() if kind in (None, topic.kind) and pattern.fullmatch(name)]


def meaning(change: Change) -> Meaning | None:
    """What a changed sysctl's values mean; None for other changes and unknown keys."""
    if change.fact != "sysctl" or change.kind != "changed":
        return None
    for topic in find(change.key, "sysctl"):
        return Meaning(topic.what, topic.values.get(change.before), topic.values.get(change.after))
    return None
