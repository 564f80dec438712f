"""What the kernel marks on a route while its link is down."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, "flags"):
        return None
    moved = set(change.before.flags) ^ set(change.after.flags)
    if not moved <= {"linkdown", "dead"}:
        return None
    old, new = (" ".join(each.flags) or "up" for each in (change.before, change.after))
    return Match(
        (pair.after.saw("ip_route", f"{change.key}: {old} -> {new}"),), values={"device": change.entry.device}
    )


rule = Rule(
    name="route-state",
    facts=("ip_route",),
    component="kernel",
    class_="runtime",
    why=Text(
        "The route stands; the kernel marks it `linkdown` while {device} has no carrier (a bridge without running ports).",
        "라우트는 그대로이고, {device}에 carrier가 없는 동안 커널이 `linkdown`으로 표시합니다(실행 중인 포트가 없는 브리지).",
    ),
    since="Linux 4.2",
    source="linux net/ipv4/fib_semantics.c fib_sync_down_dev",
    match=match,
)
