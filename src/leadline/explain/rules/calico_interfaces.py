"""The interfaces that Calico makes: the pods' ends and its tunnels."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.links import coming_or_going, line
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

POD = re.compile(r"cali[0-9a-f]{11}")
MAC = "ee:ee:ee:ee:ee:ee"
TUNNELS = ("vxlan.calico", "vxlan-v6.calico", "wireguard.cali", "wg-v6.cali", "bpfin.cali", "bpfout.cali")
KINDS = {
    "pod": Text("the host's end of one pod's veth pair", "파드 하나의 veth 쌍 중 호스트 쪽 끝"),
    "tunnel": Text("its tunnel to the pods of other nodes", "다른 노드의 파드로 가는 터널"),
}


def match(change: Change, pair: Pair) -> Match | None:
    name, entry = change.key, change.entry
    pod = POD.fullmatch(name) is not None
    # The kernel makes tunl0 with the module; only Calico gives it an address.
    ipip = name == "tunl0" and (bool(entry.addresses) or "addresses" in change.fields)
    if not (pod or ipip or name in TUNNELS) or not (coming_or_going(change) or ipip):
        return None
    side = pair.side(change)
    author = seen_apart(side, "calico", *LINK)
    values: dict[str, object] = {"what": KINDS["pod" if pod else "tunnel"]}
    if author:
        return Match(author, "shown", values)
    if pod and entry.mac == MAC and (entry.peer_netns or "").startswith("cni-"):
        return Match(
            (side.saw("ip_addr", f"{line(name, entry)} {MAC} {entry.peer_netns}"),), "likely", values
        )
    if name in TUNNELS or (ipip and entry.addresses):
        for other, each in side.entries("ip_addr").items():
            if POD.fullmatch(other) and each.mac == MAC:
                return Match((side.saw("ip_addr", f"{other} {MAC}"),), "likely", values)
    return None


rule = Rule(
    name="calico-interfaces",
    facts=("ip_addr",),
    component="calico",
    class_="config",
    why=Text(
        "Calico made this interface: {what}. Pods' ends carry no address and all the same MAC; the node answers ARP "
        "for 169.254.1.1 on them and routes each pod by a /32.",
        "Calico가 만든 인터페이스로, {what}입니다. 파드 쪽 인터페이스에는 주소가 없고 MAC이 모두 같습니다. 노드가 "
        "169.254.1.1의 ARP에 대신 응답하고, 파드마다 /32 라우트를 둡니다.",
    ),
    consequence=Text(
        "Between nodes IPIP (protocol 4), 4789/udp or 51820/udp must be open, by mode; cloud firewalls often forget "
        "protocol 4.",
        "방식에 따라 노드 간에 IPIP(프로토콜 4), 4789/udp 또는 51820/udp가 열려 있어야 합니다. 클라우드 방화벽에서 "
        "프로토콜 4를 빠뜨리는 일이 많습니다.",
    ),
    since="Calico 3.0; vxlan.calico 3.7, wireguard.cali 3.14",
    source="projectcalico/calico felix/dataplane/linux/int_dataplane.go NewIntDataplaneDriver, cni-plugin/pkg/dataplane/linux/dataplane_linux.go DoNetworking",
    group=Text("Calico interfaces", "Calico 인터페이스"),
    match=match,
)
