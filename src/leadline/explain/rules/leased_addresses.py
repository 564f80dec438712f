"""Addresses with a lifetime: given by DHCP, or drawn for IPv6 privacy."""

from typing import Any

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def _lifetimes(interface: Any) -> dict[str, str]:
    """Address → its lifetimes, where the text told both."""
    addresses, lifetimes = interface.addresses or (), interface.lifetimes or ()
    return dict(zip(addresses, lifetimes, strict=True)) if len(addresses) == len(lifetimes) else {}


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, "addresses", "lifetimes", "index") or "addresses" not in change.fields:
        return None
    old, new = change.before, change.after
    known = _lifetimes(old) | _lifetimes(new)
    moved = {each for each in set(old.addresses) ^ set(new.addresses) if not each.startswith("fe80")}
    if not moved or any(known.get(each, "forever").startswith("forever") for each in moved):
        return None
    seen = ", ".join(f"{each} valid {known[each]}" for each in sorted(moved))
    return Match(
        (pair.after.saw("ip_addr", f"{change.key}: {seen}"),), values={"addresses": " ".join(sorted(moved))}
    )


rule = Rule(
    name="leased-addresses",
    facts=("ip_addr",),
    component="dhcp",
    class_="runtime",
    why=Text(
        "{addresses} has a limited lifetime: a DHCP lease or a router's prefix gave it, and IPv6 privacy draws a new "
        "one every day; nobody typed it in.",
        "{addresses}는 수명이 있는 주소로, DHCP 임대나 라우터가 광고한 prefix에서 온 것입니다. IPv6 프라이버시 주소는 "
        "매일 새로 뽑힙니다. 사람이 입력한 것이 아닙니다.",
    ),
    consequence=Text(
        "A node whose address changes loses its place in the cluster (certificates, etcd peers, VXLAN): reserve the lease.",
        "노드 주소가 바뀌면 인증서, etcd 피어, VXLAN이 어긋나 클러스터에서 이탈합니다. 임대를 고정하십시오.",
    ),
    since="every kernel",
    source="RFC 2131, RFC 4862, RFC 8981; ip-address(8) valid_lft",
    match=match,
)
