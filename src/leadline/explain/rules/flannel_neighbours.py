"""flannel's permanent neighbours and forwarding entries: the other nodes as its tunnel sees them."""

from functools import lru_cache

from leadline.base.text import Text
from leadline.explain.links import line
from leadline.explain.pair import Pair
from leadline.explain.proof import any_apart
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change


@lru_cache(maxsize=8)
def _by_mac(side: Witness, fact: str) -> dict[str, str]:
    """MAC address → the key of an entry that bears it."""
    return {each.mac: key for key, each in side.entries(fact).items()}


def match(change: Change, pair: Pair) -> Match | None:
    entry, side = change.entry, pair.side(change)
    device = side.entries("ip_addr").get(entry.device)
    if device is None or not entry.device.startswith(("flannel.", "flannel-v6.")):
        return None
    if not (entry.permanent if change.fact == "ip_neigh" else entry.state == "permanent" and entry.dst):
        return None
    author = any_apart(side, ("flannel", "k3s"), ("ip_addr", "ip_neigh", "bridge_fdb", "ip_route"))
    evidence: list[Evidence] = [*author, side.saw("ip_addr", line(entry.device, device))]
    # flanneld sets the two together: the neighbour's MAC is the forwarding entry's.
    other = "bridge_fdb" if change.fact == "ip_neigh" else "ip_neigh"
    partner = _by_mac(side, other).get(entry.mac)
    if partner is not None:
        evidence.append(side.saw(other, partner))
    elif side.entries(other) or not author:
        return None  # one of the two alone is somebody else's
    values: dict[str, object] = {
        "mac": entry.mac,
        "where": getattr(entry, "dst", "") or getattr(entry, "address", ""),
    }
    return Match(tuple(evidence), "shown" if author and partner is not None else "likely", values)


rule = Rule(
    name="flannel-neighbours",
    facts=("ip_neigh", "bridge_fdb"),
    component="flannel",
    class_="config",
    why=Text(
        "flannel enters each other node by hand, since its tunnel does not learn: the subnet's address has the MAC {mac} "
        "(neighbour), and that MAC lies behind the node's address (forwarding). Here: {where}.",
        "터널이 스스로 학습하지 않으므로 flannel이 다른 노드마다 직접 넣는 항목입니다. 서브넷 주소의 MAC은 {mac}이고(이웃), "
        "그 MAC은 노드 주소 뒤에 있습니다(포워딩). 이 항목: {where}.",
    ),
    consequence=Text(
        "A wrong or missing one cuts exactly the pods of that node off.",
        "이 항목이 틀리거나 없으면 그 노드의 파드와만 통신이 끊깁니다.",
    ),
    since="flannel 0.9",
    source="flannel-io/flannel pkg/backend/vxlan/vxlan_network.go handleSubnetEvents, device.go AddFDB, AddARP",
    group=Text("flannel's entries for other nodes", "다른 노드에 대한 flannel 항목"),
    match=match,
)
