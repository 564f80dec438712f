"""The virtual address that kube-vip puts on a node's interface."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import first
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, "addresses", "lifetimes", "index") or "addresses" not in change.fields:
        return None
    moved = set(change.before.addresses) ^ set(change.after.addresses)
    if not moved or not all(each.endswith(("/32", "/128")) for each in moved):
        return None
    if any(side.process("keepalived") for side in (pair.before, pair.after)):
        return None
    author = first(
        *(side.process("kube-vip") or side.container("kube-vip") for side in (pair.after, pair.before))
    )
    return Match(author, "likely", {"addresses": " ".join(sorted(moved))}) if author else None


rule = Rule(
    name="kube-vip-address",
    facts=("ip_addr",),
    component="kube-vip",
    class_="config",
    why=Text(
        "kube-vip keeps the virtual address {addresses} on the node that leads; it moves when another node takes over.",
        "kube-vip이 가상 주소 {addresses}를 리더 노드에 올려 둡니다. 다른 노드가 이어받으면 주소도 옮겨 갑니다.",
    ),
    since="kube-vip 0.3",
    source="kube-vip/kube-vip pkg/vip/address.go AddIP",
    match=match,
)
