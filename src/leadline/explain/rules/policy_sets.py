"""ipsets of Calico and of network policy by kube-router."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

PREFIXES = {"cali40": "calico", "cali60": "calico", "KUBE-SRC-": "k3s", "KUBE-DST-": "k3s"}


def match(change: Change, pair: Pair) -> Match | None:
    for word in change.key.split():
        for prefix, component in PREFIXES.items():
            if word.removeprefix("inet6:").startswith(prefix):
                witness = pair.side(change)
                author = seen_apart(witness, component, "ipset")
                values: dict[str, object] = {"key": change.key, "owner": component}
                return Match((witness.saw("ipset", change.key), *author), values=values) if author else None
    return None


rule = Rule(
    name="policy-sets",
    facts=("ipset",),
    component="network-policy",
    class_="config",
    why=Text(
        "Network policy of {owner} keeps the addresses it matches in ipsets ({key}).",
        "{owner}의 네트워크 정책이 비교할 주소를 ipset에 둡니다({key}).",
    ),
    group=Text("network policy sets", "네트워크 정책 ipset"),
    since="Calico 2; k3s 1.0",
    source="projectcalico/calico felix/ipsets/ipset_defs.go; cloudnativelabs/kube-router pkg/controllers/netpol/network_policy_controller.go",
    match=match,
)
