"""Multicast groups that were joined or left on an interface that stays."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.rules.interface_forwarding import MULTICAST
from leadline.snapshot.diff import Change

GROUPS = {
    "01:00:5e:00:00:01": "224.0.0.1 (all hosts)",
    "01:00:5e:00:00:12": "224.0.0.18 (VRRP: keepalived)",
    "01:00:5e:00:00:6a": "224.0.0.106 (routers on a bridge)",
    "01:00:5e:00:00:fb": "224.0.0.251 (mDNS)",
    "01:00:5e:00:00:fc": "224.0.0.252 (LLMNR)",
    "33:33:00:00:00:01": "ff02::1 (all nodes)",
    "33:33:00:00:00:02": "ff02::2 (all routers: IPv6 forwarding is on)",
    "33:33:00:00:00:6a": "ff02::6a (routers on a bridge)",
    "33:33:00:00:00:fb": "ff02::fb (mDNS)",
    "33:33:00:01:00:02": "ff02::1:2 (DHCPv6)",
    "33:33:00:01:00:03": "ff02::1:3 (LLMNR)",
}


def match(change: Change, pair: Pair) -> Match | None:
    entry = change.entry
    if change.kind == "changed" or not entry.mac.startswith(MULTICAST) or "self" not in entry.flags:
        return None
    sides = (pair.before, pair.after)
    if entry.dst or any(entry.device not in side.entries("ip_addr") for side in sides):
        return None
    side = pair.side(change)
    values = {"group": GROUPS.get(entry.mac, entry.mac), "interface": entry.device}
    return Match((side.saw("ip_addr", f"{entry.device} before and after"),), "likely", values)


rule = Rule(
    name="multicast-groups",
    facts=("bridge_fdb",),
    component="kernel",
    class_="runtime",
    why=Text(
        "A program, or the kernel for an address, joined or left the multicast group {group} on {interface}.",
        "프로그램 또는 주소를 위한 커널이 {interface}에서 멀티캐스트 그룹 {group}에 가입하거나 탈퇴한 것입니다.",
    ),
    since="every kernel",
    source="linux net/ipv4/igmp.c, net/ipv6/mcast.c; RFC 1112, RFC 2464",
    match=match,
)
