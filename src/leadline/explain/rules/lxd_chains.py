"""The firewall rules of LXD, Incus and lxc-net for their bridges."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.firewall import BUILT_IN, FACTS, Marks, owned_by, place
from leadline.explain.links import networks
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.rules.lxd_interfaces import BRIDGE
from leadline.explain.witness import Witness
from leadline.snapshot.diff import Change

_owned = owned_by(
    Marks("lxd", ("lxd_nic_", "lxd_acl_"), ("lxd", "incus", "lxc"), texts=("generated for LXD network",))
)


def match(change: Change, pair: Pair) -> Match | None:
    return _owned(change, pair) or _of_bridge(change, pair)


def _of_bridge(change: Change, pair: Pair) -> Match | None:
    """lxc-net's rules bear no comment: they stand in the built-in chains and name its bridge or its network."""
    at, side = place(change), pair.side(change)
    if at.kind != "rule" or at.name not in BUILT_IN or not _names_bridge(at.text, side):
        return None
    author = seen_apart(side, "lxd", *FACTS)
    line = side.saw(change.fact, change.key[:160])
    return Match((line, *author), values={"chain": at.name}) if author else None


def _names_bridge(text: str, witness: Witness) -> bool:
    words = set(text.replace('"', "").split())
    if any(BRIDGE.fullmatch(word) for word in words):
        return True
    return any(
        not words.isdisjoint(networks(interface))
        for name, interface in witness.entries("ip_addr").items()
        if BRIDGE.fullmatch(name)
    )


rule = Rule(
    name="lxd-chains",
    facts=FACTS,
    component="lxd",
    class_="config",
    why=Text(
        "LXD, Incus or lxc-net writes into {chain}: DNS and DHCP to its bridge, forwarding and masquerading for the instances.",
        "LXD, Incus 또는 lxc-net이 {chain}에 씁니다. 브리지로 들어오는 DNS와 DHCP, 인스턴스의 포워딩과 마스커레이드를 허용합니다.",
    ),
    group=Text("LXD's rules", "LXD의 규칙"),
    since="LXD 2.3 (nftables from 3.22), Incus 0.1 (nftables only from 7.0), LXC 1.0 (nftables from 4.0.10)",
    source="canonical/lxd lxd/firewall/drivers/drivers_xtables.go, drivers_nftables_templates.go; lxc/incus internal/server/firewall/drivers/drivers_nftables_templates.go; lxc/lxc config/init/common/lxc-net.in start_iptables, start_nftables",
    match=match,
)
