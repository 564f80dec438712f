"""Address lifetimes that count down, and link-local addresses that come with the link."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, "addresses", "lifetimes", "index"):
        return None
    if only(change, "lifetimes", "index"):
        seen = f"{change.key}: {' '.join(change.before.lifetimes or ())} -> {' '.join(change.after.lifetimes or ())}"
        return Match((pair.after.saw("ip_addr", seen),))
    moved = set(change.before.addresses) ^ set(change.after.addresses)
    if moved and all(each.startswith("fe80") for each in moved):
        return Match((pair.after.saw("ip_addr", f"{change.key}: {' '.join(sorted(moved))}"),))
    return None


rule = Rule(
    name="address-lifetimes",
    facts=("ip_addr",),
    component="kernel",
    class_="runtime",
    why=Text(
        "Time passed: the lifetime of a leased or advertised address counted down or was renewed, or the link-local "
        "IPv6 address came or went with the link.",
        "시간이 지난 것입니다. 임대받거나 광고받은 주소의 수명이 줄거나 갱신되었고, 또는 링크 로컬 IPv6 주소가 링크와 "
        "함께 생기거나 사라졌습니다.",
    ),
    since="every kernel",
    source="linux net/ipv4/devinet.c check_lifetime, net/ipv6/addrconf.c addrconf_verify_rtnl",
    match=match,
)
