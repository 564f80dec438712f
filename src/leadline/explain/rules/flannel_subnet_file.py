"""The node's pod subnet, as flanneld wrote it for the CNI plugin."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    witness = pair.side(change)
    author = seen_apart(witness, "flannel", "flannel_subnet") or seen_apart(witness, "k3s", "flannel_subnet")
    return Match((witness.saw("flannel_subnet", f"{change.key}={change.entry}"), *author)) if author else None


rule = Rule(
    name="flannel-subnet-file",
    facts=("flannel_subnet",),
    component="flannel",
    class_="config",
    why=Text(
        "flanneld wrote the node's lease (network, subnet, MTU, masquerade) to /run/flannel/subnet.env; the CNI "
        "plugin makes cni0 and the pods' addresses from it.",
        "flanneld가 노드의 할당 정보(네트워크, 서브넷, MTU, 마스커레이드)를 /run/flannel/subnet.env에 썼습니다. CNI "
        "플러그인은 이를 바탕으로 cni0와 파드 주소를 만듭니다.",
    ),
    since="flannel 0.5",
    source="flannel-io/flannel pkg/subnet/subnet.go WriteSubnetFile",
    match=match,
)
