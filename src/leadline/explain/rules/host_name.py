"""The host's name: set in several places at once, or by cloud-init."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change

_PLACES = (("hostname", "now"), ("hostname", "static"), ("kernel", "host"), ("sysctl", "kernel.hostname"))


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind != "changed" or (change.fact, change.key) not in _PLACES:
        return None
    proof = _elsewhere(change, pair)
    if proof is None:
        return None
    own = pair.after.saw(change.fact, f"{change.key}: {change.before} -> {change.after}")
    return Match((own, proof), values={"before": change.before, "after": change.after})


def _elsewhere(change: Change, pair: Pair) -> Evidence | None:
    """The same new name in another place."""
    for fact, key in _PLACES:
        other = pair.change(fact, key)
        if (fact, key) != (change.fact, change.key) and other is not None and other.after == change.after:
            return pair.after.saw(fact, f"{key}: {other.before} -> {other.after}")
    return None


rule = Rule(
    name="host-name",
    facts=("hostname", "kernel", "sysctl"),
    component="administrator",
    class_="config",
    why=Text(
        "The host was renamed from {before} to {after}, by a person (hostnamectl) or by cloud-init.",
        "호스트 이름이 {before}에서 {after}(으)로 바뀌었습니다. 사람(hostnamectl)이나 cloud-init이 바꾼 것입니다.",
    ),
    consequence=Text(
        "A node is known to the cluster by its name: after a rename the kubelet registers as another node and its "
        "certificate no longer fits.",
        "노드는 이름으로 클러스터에 등록되므로, 이름을 바꾸면 kubelet이 다른 노드로 등록되고 인증서도 맞지 않게 됩니다.",
    ),
    since="every version",
    source="hostnamectl(1), hostname(5)",
    keys=[key for _, key in _PLACES],
    match=match,
)
