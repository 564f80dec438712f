"""Figures about the host that move by themselves."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_MOVING = {
    "swaps": (("used",), Text("how much of the swap is in use", "스왑 사용량")),
    "cgroup": (("groups", "hierarchy"), Text("how many control groups exist", "cgroup 개수")),
    "time_sync": (
        ("status",),
        Text("how the clock stands to its time source", "시계와 시간 서버의 동기 상태"),
    ),
}


def match(change: Change, pair: Pair) -> Match | None:
    fields, what = _MOVING[change.fact]
    if not only(change, *fields):
        return None
    return Match((pair.after.saw(change.fact, change.key),), values={"key": change.key, "what": what})


rule = Rule(
    name="host-counters",
    facts=tuple(_MOVING),
    component="kernel",
    class_="runtime",
    why=Text("{key}: {what}, which moves by itself.", "{key}: {what}(저절로 변하는 값)."),
    group=Text("figures that move", "저절로 변하는 값"),
    since="every version",
    source="proc_swaps(5); linux Documentation/admin-guide/cgroup-v1; chronyc(1)",
    match=match,
)
