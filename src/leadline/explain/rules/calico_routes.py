"""Calico's routes, tunnel entries and policy rules."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.rules.calico_interfaces import MAC, POD, TUNNELS
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

OWN = ("ip_route", "ip_rule", "ip_neigh", "bridge_fdb")


def _device(side: Witness, name: str) -> Evidence | None:
    """Calico's own device: a pod's end with Calico's MAC, or a tunnel that carries an address."""
    entry = side.entries("ip_addr").get(name)
    if entry is None:
        return None
    if (POD.fullmatch(name) and entry.mac in (None, MAC)) or (
        name in (*TUNNELS, "tunl0") and entry.addresses
    ):
        return side.saw("ip_addr", f"{name} {' '.join(entry.addresses or ())} {entry.mac}")
    return None


def match(change: Change, pair: Pair) -> Match | None:
    side, entry = pair.side(change), change.entry
    author = seen_apart(side, "calico", "ip_addr", *OWN)
    values: dict[str, object] = {"what": change.key}
    if change.fact == "ip_rule":
        wireguard = side.interface("wireguard.cali", "wg-v6.cali")
        ours = entry.priority == 99 and "fwmark" in entry.selector and wireguard is not None
        return Match((*author, wireguard), values=values) if ours and author and wireguard else None
    if change.fact == "ip_route" and entry.protocol == "kernel":
        return None
    device = _device(side, entry.device) if entry.device else None
    # A node's own block is a blackhole, and BGP routes lead to the node itself: both bear the author's protocol.
    marked = change.fact == "ip_route" and entry.protocol in ("bird", "80") and bool(author)
    if device is None and not marked:
        return None
    return Match((*author, *((device,) if device else ())), "shown" if author else "likely", values)


rule = Rule(
    name="calico-routes",
    facts=OWN,
    component="calico",
    class_="config",
    why=Text(
        "Calico's way to a pod here or to another node's block of addresses: {what}. Felix (protocol 80) or BIRD set it.",
        "이 노드의 파드 또는 다른 노드의 주소 블록으로 가는 Calico의 경로입니다: {what}. Felix(프로토콜 80) 또는 BIRD가 "
        "넣습니다.",
    ),
    since="Calico 3.0",
    source="projectcalico/calico felix/dataplane/linux/endpoint_mgr.go, vxlan_mgr.go, route_mgr.go; confd/etc/calico/confd/templates/bird_ipam.cfg.template (to 3.32)",
    group=Text("Calico routes and entries", "Calico 라우트와 항목"),
    match=match,
)
