"""Snap packages, each revision a mounted image."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

IMAGE = re.compile(r"(?:/var/lib/snapd)?/snap/(?P<name>[^/]+)/(?:x?\d+)")
NAMESPACE = re.compile(r"/run/snapd/ns(?:/(?P<name>[^/]+)\.mnt)?(?: #\d+)?")


def match(change: Change, pair: Pair) -> Match | None:
    found = IMAGE.fullmatch(change.key)
    inside = found or NAMESPACE.fullmatch(change.key)
    if inside is None or (
        found and change.entry.fstype not in (None, "squashfs", "fuse.squashfuse", "fuse.snapfuse")
    ):
        return None
    side = pair.side(change)
    author = seen_apart(side, "snapd", *MOUNT)
    if author:
        return Match(author, values={"name": inside["name"] or "snapd"})
    if found and (change.entry.source or "").startswith("/dev/loop"):
        image = side.saw(change.fact, f"{change.entry.source} {change.entry.fstype} {change.key}")
        return Match((image,), "likely", {"name": inside["name"]})
    if found is None and change.entry.fstype in ("nsfs", "tmpfs"):
        images = side.mount("/snap/", "/var/lib/snapd/snap/", fstype="squashfs")
        return Match((images,), "likely", {"name": inside["name"] or "snapd"}) if images else None
    return None


rule = Rule(
    name="snap-mounts",
    facts=("findmnt", "df"),
    component="snapd",
    class_="runtime",
    why=Text(
        "snapd mounts each revision of the snap {name} as an image; refreshes come by themselves, and the loop devices "
        "are numbered anew at each boot.",
        "snapd가 snap {name}의 리비전을 이미지로 마운트합니다. 새 리비전은 자동으로 올라오고, loop 장치 번호는 부팅할 "
        "때마다 바뀝니다.",
    ),
    since="snapd 2.0",
    source="snapcore/snapd systemd/systemd.go (mount units), cmd/snap-confine/ns-support.c",
    group=Text("snap packages", "snap 패키지"),
    match=match,
)
