"""How many use a module, and which modules do."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind != "changed":
        return None
    return Match(
        (pair.after.saw("modules", f"{change.key}: {change.before.uses} -> {change.after.uses} users"),)
    )


rule = Rule(
    name="module-use-counts",
    facts=("modules",),
    component="kernel",
    class_="runtime",
    why=Text(
        "The kernel counts who uses a module at the moment.",
        "커널이 현재 모듈을 쓰는 수를 센 값입니다.",
    ),
    group=Text("use counts of modules", "모듈 사용 횟수"),
    since="every kernel",
    source="linux kernel/module/procfs.c",
    match=match,
)
