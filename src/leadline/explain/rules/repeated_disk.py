"""Entries of df that show a disk's figures a second time: bind mounts and overlays."""

from leadline.base.text import Text
from leadline.explain.disks import SPACE, figure, repeats
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, *SPACE):
        return None
    old, new = repeats(pair.before, change.key, change.before), repeats(pair.after, change.key, change.after)
    if new is None or old != new:
        return None
    return Match((figure(pair.after, new, pair.after.entries("df")[new]),), values={"disk": new})


rule = Rule(
    name="repeated-disk",
    facts=("df",),
    component="kernel",
    class_="derived",
    why=Text(
        "A bind mount or overlay on the same disk as {disk}: df repeats that disk's figures here. No further space is used.",
        "{disk}와 같은 디스크의 바인드 마운트 또는 overlay로, df가 그 디스크의 수치를 다시 보여 줍니다. 따로 쓴 공간이 아닙니다.",
    ),
    since="every kernel",
    source="linux fs/overlayfs/super.c ovl_statfs; df(1)",
    group=Text("more mounts of the same disk", "같은 디스크의 다른 마운트"),
    match=match,
)
