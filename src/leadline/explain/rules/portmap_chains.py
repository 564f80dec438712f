"""hostPort: the port mappings that the CNI plugin portmap writes."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.firewall import FACTS, Marks, owned_by, place
from leadline.explain.hostports import of_a_pod
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

MARKS = Marks("cni", ("CNI-HOSTPORT-", "CNI-DN-"), ("cni_hostport",), texts=("CNI portfwd", "CNI portmap"))
_owned = owned_by(MARKS, "kubelet", "k3s", "flannel")


def match(change: Change, pair: Pair) -> Match | None:
    if (found := _owned(change, pair)) is None:
        return None
    witness = pair.side(change)
    pods = of_a_pod(place(change), witness)
    if pods is False or (pods is None and seen_apart(witness, "podman")):
        return None
    return found


rule = Rule(
    name="portmap-chains",
    facts=FACTS,
    component="portmap",
    class_="config",
    why=Text(
        "The CNI plugin portmap maps a pod's hostPort: {chain} rewrites the node's port to the pod, with mark "
        "0x2000 for what must be masqueraded.",
        "CNI 플러그인 portmap이 파드의 hostPort를 연결합니다. {chain}이 노드 포트를 파드로 바꾸고, 마스커레이드할 "
        "패킷에 0x2000 마크를 붙입니다.",
    ),
    consequence=Text(
        "A hostPort has no listening socket, and nothing rebuilds the rules after `firewall-cmd --reload`: the "
        "pod must be recreated.",
        "hostPort에는 listen 소켓이 없으며, `firewall-cmd --reload` 뒤에는 규칙이 다시 만들어지지 않으므로 파드를 다시 "
        "만들어야 합니다.",
    ),
    group=Text("hostPort mappings", "hostPort 매핑"),
    since="CNI plugins 0.7; nftables backend from 1.6",
    source="containernetworking/plugins plugins/meta/portmap/portmap_iptables.go, portmap_nftables.go",
    match=match,
)
