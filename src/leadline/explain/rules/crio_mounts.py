"""CRI-O's mounts: container root filesystems, shared memory and the pods' pinned namespaces."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match, Rule
from leadline.explain.storage_paths import WHAT, only_one, storage
from leadline.snapshot.diff import Change

# CRI-O pins namespaces under bare UUIDs.
PINNED = re.compile(
    r"(?:/var)?/run/(?:user|uts|ipc|net|pid)ns/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?: #\d+)?"
)


def match(change: Change, pair: Pair) -> Match | None:
    if PINNED.fullmatch(change.key):
        what, author = WHAT["namespace"], seen_apart(pair.side(change), "cri-o", *MOUNT)
    elif (found := storage(change.key)) is not None:
        what, author = found, only_one(change, pair, "cri-o", "podman")
    else:
        return None
    return Match(author, values={"what": what}) if author else None


rule = Rule(
    name="crio-mounts",
    facts=("df", "findmnt"),
    component="cri-o",
    class_="derived",
    why=Text(
        "CRI-O mounted this for a pod: {what}.",
        "CRI-O가 파드를 위해 마운트했습니다: {what}.",
    ),
    since="CRI-O 1.0; pinned namespaces 1.18",
    source="cri-o/cri-o internal/config/nsmgr/nsmgr_linux.go NewPodNamespaces; containers/storage drivers/overlay/overlay.go",
    group=Text("CRI-O containers", "CRI-O 컨테이너"),
    match=match,
)
