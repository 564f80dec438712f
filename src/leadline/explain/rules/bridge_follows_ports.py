"""What a bridge takes over from its ports: carrier, MAC address and MTU."""

from leadline.base.text import Text
from leadline.explain.links import UP_BY_ITSELF, ports
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, "flags", "state", "mac", "mtu", "addresses", "lifetimes", "index"):
        return None
    old, new = change.before, change.after
    if "flags" in change.fields and not set(old.flags) ^ set(new.flags) <= UP_BY_ITSELF:
        return None
    if "addresses" in change.fields and any(
        not each.startswith("fe80") for each in set(old.addresses) ^ set(new.addresses)
    ):
        return None
    before, after = ports(pair.before).get(change.key, ()), ports(pair.after).get(change.key, ())
    if set(before) == set(after):
        return None
    values: dict[str, object] = {"before": len(before), "after": len(after)}
    return Match(
        (pair.after.saw("ip_addr", f"{change.key}: {len(before)} -> {len(after)} ports"),), values=values
    )


rule = Rule(
    name="bridge-follows-ports",
    facts=("ip_addr",),
    component="kernel",
    class_="derived",
    why=Text(
        "A bridge takes its carrier, its lowest MAC address and its smallest MTU from its ports: {before} before, "
        "{after} now.",
        "브리지는 carrier, 가장 낮은 MAC 주소, 가장 작은 MTU를 포트에서 물려받습니다. 포트는 이전 {before}개, 지금 "
        "{after}개입니다.",
    ),
    since="every kernel; the MAC stays once somebody has set it",
    source="linux net/bridge/br_stp_if.c br_stp_recalculate_bridge_id, br_if.c br_mtu_auto_adjust",
    match=match,
)
