"""Cilium's routes, neighbours and policy rules."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.rules.cilium_interfaces import NAME
from leadline.explain.witness import first
from leadline.snapshot.diff import Change

OWN = ("ip_route", "ip_rule", "ip_neigh", "bridge_fdb")
# To and from its proxy, to its encryption, and the local table moved behind them.
RULES = re.compile(r"from all fwmark 0x[0-9a-f]*[abde2]00/0xf00|from all$")
PRIORITIES = (1, 9, 10, 11, 100)


def match(change: Change, pair: Pair) -> Match | None:
    side, entry = pair.side(change), change.entry
    if change.fact == "ip_rule" and entry.table == "local" and entry.priority == 0:
        # The local table's rule moves behind Cilium's: it is removed on the side without Cilium.
        side = pair.after if change.kind == "removed" else pair.before
    pair_of_its_own = first(side.interface("cilium_host"))
    author = seen_apart(side, "cilium", "ip_addr", *OWN)
    if not author and not pair_of_its_own:
        return None
    if change.fact == "ip_rule":
        moved_local = entry.table == "local" and entry.priority in (0, 100)
        ours = entry.priority in PRIORITIES and RULES.fullmatch(entry.selector) is not None
        if not (moved_local or ours):
            return None
    elif not NAME.fullmatch(entry.device) and not (
        change.fact == "ip_route" and entry.table in ("200", "2004", "2005") and entry.type == "local"
    ):
        return None
    if change.kind == "changed":
        return None
    return Match((*author, *pair_of_its_own), "shown" if author else "likely", {"what": change.key})


rule = Rule(
    name="cilium-routes",
    facts=OWN,
    component="cilium",
    class_="config",
    why=Text(
        "Cilium's own way of a packet: {what}. Routes lead pods' traffic to cilium_host or the pod's end; the policy rules "
        "send marked packets to its proxy or encryption and put the local table behind them.",
        "Cilium이 정한 패킷의 길입니다: {what}. 라우트는 파드 트래픽을 cilium_host나 파드 쪽 끝으로 보내고, 정책 라우팅 "
        "규칙은 표시된 패킷을 프록시나 암호화로 보내며 local 테이블을 그 뒤에 둡니다.",
    ),
    since="Cilium 1.4",
    source="cilium/cilium pkg/datapath/linux/linux_defaults/linux_defaults.go, pkg/proxy/routes.go, pkg/datapath/linux/node.go replaceHostRules",
    group=Text("Cilium routes and rules", "Cilium 라우트와 규칙"),
    match=match,
)
