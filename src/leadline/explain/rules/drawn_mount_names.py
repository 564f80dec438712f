"""Mounts of a system container whose source is a file with a name drawn at each start."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

# systemd-nspawn covers these two with unlinked files of /run: `/.#proc-kmsg<16 hex>//deleted`.
DRAWN = re.compile(r"(?:tmpfs\[)?/\.#proc-(?:kmsg|sys-kernel-random-boot-id)[0-9a-f]{16}//deleted\]?")


def match(change: Change, pair: Pair) -> Match | None:
    if change.entry.fstype != "tmpfs" or not only(change, "source", "root"):
        return None
    names = [getattr(side, field) or "" for side in (change.before, change.after) for field in change.fields]
    if not all(DRAWN.fullmatch(each) for each in names):
        return None
    return Match((pair.after.saw("findmnt", f"{change.key} {change.after.root or change.after.source}"),))


rule = Rule(
    name="drawn-mount-names",
    facts=("findmnt",),
    component="systemd-nspawn",
    class_="runtime",
    why=Text(
        "This host is a system container: systemd-nspawn covers this file with one of its own, under a name drawn at "
        "each start.",
        "이 호스트는 시스템 컨테이너입니다. systemd-nspawn이 시작할 때마다 새로 뽑은 이름의 파일로 이 파일을 가립니다.",
    ),
    since="systemd 198",
    source="systemd/systemd src/nspawn/nspawn.c setup_kmsg, setup_boot_id",
    match=match,
)
