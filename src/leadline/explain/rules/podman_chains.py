"""Podman's part of the firewall, through netavark or the CNI plugins."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.firewall import FACTS, Marks, owned_by, place
from leadline.explain.hostports import of_a_pod
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_netavark = owned_by(Marks("podman", ("NETAVARK",), ("netavark",)))
_cni = owned_by(Marks("podman", ("CNI-",)))


def match(change: Change, pair: Pair) -> Match | None:
    if (found := _netavark(change, pair)) is not None:
        return found
    found = _cni(change, pair)
    if found is None or found.certainty != "shown":
        return None
    witness = pair.side(change)
    kubernetes = seen_apart(witness, "kubelet", *FACTS) or seen_apart(witness, "k3s", *FACTS)
    # the same plugins serve pods: beside Kubernetes only a mapping that leads elsewhere is Podman's
    return None if kubernetes and of_a_pod(place(change), witness) is not False else found


rule = Rule(
    name="podman-chains",
    facts=FACTS,
    component="podman",
    class_="config",
    why=Text(
        "Podman's network layer writes {chain} for its containers.",
        "Podman의 네트워크 계층이 컨테이너를 위해 {chain}을(를) 씁니다.",
    ),
    group=Text("Podman's rules", "Podman의 규칙"),
    since="Podman 4 (netavark; CNI plugins before)",
    source="containers/netavark src/firewall/nft.rs, src/firewall/iptables.rs (to 1.x); containernetworking/plugins plugins/meta/firewall/iptables.go, plugins/meta/portmap/portmap_iptables.go",
    match=match,
)
