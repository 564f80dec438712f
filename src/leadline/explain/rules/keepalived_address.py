"""The virtual address that keepalived puts on an interface."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, "addresses", "lifetimes", "index") or "addresses" not in change.fields:
        return None
    moved = set(change.before.addresses) ^ set(change.after.addresses)
    if not moved or not all(each.endswith(("/32", "/128")) for each in moved):
        return None
    if any(side.process("kube-vip") or side.container("kube-vip") for side in (pair.before, pair.after)):
        return None
    author = seen(pair.after, "keepalived") or seen(pair.before, "keepalived")
    return Match(author, "likely", {"addresses": " ".join(sorted(moved))}) if author else None


rule = Rule(
    name="keepalived-address",
    facts=("ip_addr",),
    component="keepalived",
    class_="config",
    why=Text(
        "keepalived keeps the virtual address {addresses} on the host that is master; it moves when another takes over.",
        "keepalived가 가상 주소 {addresses}를 마스터 호스트에 올려 둡니다. 다른 호스트가 이어받으면 주소도 옮겨 갑니다.",
    ),
    consequence=Text(
        "VRRP is IP protocol 112: where a firewall drops it between the hosts, both become master.",
        "VRRP는 IP 프로토콜 112번입니다. 호스트 사이에서 방화벽이 막으면 양쪽 모두 마스터가 됩니다.",
    ),
    since="keepalived 1.2.8",
    source="acassen/keepalived keepalived/vrrp/vrrp_ipaddress.c parse_ipaddress (/32 and /128 where no mask is given)",
    match=match,
)
