"""Plain use of a filesystem: files that programs wrote or removed."""

from leadline.base.text import Text
from leadline.explain.disks import SPACE, figure, in_memory, moved, repeats
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, *SPACE, "rounded") or repeats(pair.after, change.key, change.after):
        return None
    grown = moved(change)
    if grown is None:
        return None
    kind = Text("in memory", "메모리") if in_memory(change.after) else Text("on disk", "디스크")
    old = figure(pair.before, change.key, change.before)
    return Match((old,), "likely", {"moved": grown[1], "kind": kind})


rule = Rule(
    name="disk-use",
    facts=("df",),
    component="kernel",
    class_="runtime",
    why=Text(
        "Programs wrote or removed files ({kind}): {moved}. df counts the whole filesystem and does not say whose they are.",
        "프로그램이 파일을 쓰거나 지운 것입니다({kind}): {moved}. df는 파일시스템 전체를 세므로 누구의 파일인지는 알려 주지 "
        "않습니다.",
    ),
    since="every kernel",
    source="statfs(2)",
    match=match,
)
