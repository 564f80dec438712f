"""The device that holds the address of NodeLocal DNSCache."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import first
from leadline.snapshot.diff import Change

DEFAULTS = ("169.254.20.10/32", "169.254.25.10/32")


def match(change: Change, pair: Pair) -> Match | None:
    if change.key != "nodelocaldns":
        return None
    side = pair.side(change)
    evidence = first(side.process("node-cache"), side.container("node-cache"))
    addresses = " ".join(each for each in change.entry.addresses or () if not each.startswith("fe80"))
    values: dict[str, object] = {"addresses": addresses or "-"}
    if evidence:
        return Match(evidence, values=values)
    if "NOARP" in change.entry.flags and set(DEFAULTS) & set(addresses.split()):
        return Match((side.saw("ip_addr", f"nodelocaldns NOARP {addresses}"),), "likely", values)
    return None


rule = Rule(
    name="nodelocaldns-interface",
    facts=("ip_addr",),
    component="nodelocaldns",
    class_="config",
    why=Text(
        "NodeLocal DNSCache made this dummy device for {addresses}, the address at which pods of this node ask DNS.",
        "NodeLocal DNSCache가 {addresses}를 위해 만든 dummy 장치로, 이 노드의 파드가 DNS를 묻는 주소입니다.",
    ),
    since="NodeLocal DNSCache 1.15; 169.254.20.10 upstream, 169.254.25.10 with kubespray",
    source="kubernetes/dns cmd/node-cache/app/cache_app.go, pkg/netif/netif.go",
    match=match,
)
