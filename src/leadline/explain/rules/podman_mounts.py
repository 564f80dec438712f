"""Podman's mounts: container root filesystems, shared memory and network namespaces."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match, Rule
from leadline.explain.storage_paths import WHAT, only_one, storage
from leadline.snapshot.diff import Change

# Only Podman's names begin with `netns-`.
NETNS = re.compile(r"(?:/var)?/run/netns/netns-[0-9a-f]{8}-[0-9a-f-]{27}(?: #\d+)?")


def match(change: Change, pair: Pair) -> Match | None:
    if NETNS.fullmatch(change.key):
        what, author = WHAT["namespace"], seen_apart(pair.side(change), "podman", *MOUNT)
    elif (found := storage(change.key)) is not None:
        what, author = found, only_one(change, pair, "podman", "cri-o")
    else:
        return None
    return Match(author, values={"what": what}) if author else None


rule = Rule(
    name="podman-mounts",
    facts=("df", "findmnt"),
    component="podman",
    class_="derived",
    why=Text(
        "Podman mounted this for a container: {what}.",
        "Podman이 컨테이너를 위해 마운트했습니다: {what}.",
    ),
    since="Podman 1.0",
    source="containers/storage drivers/overlay/overlay.go; containers/common pkg/netns/netns_linux.go",
    group=Text("Podman containers", "Podman 컨테이너"),
    match=match,
)
