"""The mounts that LXD, Incus and lxcfs keep on the host."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_PROC = Text("lxcfs: /proc as an instance sees it", "lxcfs: 인스턴스가 보는 /proc")
_SHARED = Text("directories and sockets handed to instances", "인스턴스에 전달하는 디렉터리와 소켓")
_NAMESPACE = Text("the mount namespace of LXD's snap", "LXD snap의 마운트 네임스페이스")
# Path -> (type, what it is).
_PLACES = (
    (re.compile(r"/var/(?:snap/lxd/common/var/)?lib/lxcfs"), "fuse.lxcfs", _PROC),
    (re.compile(r"/var/lib/(?:lxd|incus)/(?:shmounts|devices|devlxd|guestapi)"), "tmpfs", _SHARED),
    (re.compile(r"/var/snap/lxd/common/ns"), "tmpfs", _NAMESPACE),
    (re.compile(r"/var/snap/lxd/common/ns/(?:shmounts|mntns)"), "nsfs", _NAMESPACE),
)


def match(change: Change, pair: Pair) -> Match | None:
    path = change.key.partition(" #")[0]
    what = next(
        (
            text
            for place, fstype, text in _PLACES
            if change.entry.fstype in (None, fstype) and place.fullmatch(path)
        ),
        None,
    )
    author = seen_apart(pair.side(change), "lxd", *MOUNT) if what and change.kind != "changed" else ()
    return Match(author, values={"what": what}) if author else None


rule = Rule(
    name="lxd-mounts",
    facts=("findmnt", "df"),
    component="lxd",
    class_="derived",
    why=Text(
        "LXD, Incus or lxcfs mounted this while it runs: {what}.",
        "LXD, Incus 또는 lxcfs가 실행되면서 마운트했습니다: {what}.",
    ),
    since="LXD 0.15, Incus 0.1",
    source="canonical/lxd lxd/daemon.go setupSharedMounts; lxc/incus cmd/incusd/daemon.go setupSharedMounts; canonical/lxd-pkg-snap shmounts/setup-shmounts.c; lxc/lxcfs config/init/systemd/lxcfs.service.in",
    match=match,
)
