"""The address host-local gave out last: it moves with every new pod."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.fields != ("last_reserved",):
        return None
    moved = f"{change.key}: {change.before.last_reserved} -> {change.after.last_reserved}"
    return Match((pair.after.saw(change.fact, moved),))


rule = Rule(
    name="pod-lease-counter",
    facts=("cni_leases",),
    component="cni",
    class_="runtime",
    why=Text(
        "host-local remembers the address it gave out last and goes on from there.",
        "host-local은 마지막으로 할당한 주소를 기억해 두고 그다음부터 할당합니다.",
    ),
    since="CNI plugins 0.6",
    source="containernetworking/plugins plugins/ipam/host-local/backend/allocator/allocator.go",
    match=match,
)
