"""Neighbours that the kernel learned by ARP and NDP, and their states."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

LEARNED = frozenset(["INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED"])


def match(change: Change, pair: Pair) -> Match | None:
    states = [each.state for each in (change.before, change.after) if each is not None]
    if not all(set(state.split(",")) <= LEARNED for state in states):
        return None
    if change.kind == "changed":
        # An address that was never answered, or now is: the MAC appears or goes with the state.
        unanswered = "" in (change.before.mac, change.after.mac)
        if not (only(change, "state", "flags") or (unanswered and only(change, "state", "flags", "mac"))):
            return None
        return Match((pair.after.saw("ip_neigh", f"{change.key}: {states[0]} -> {states[1]}"),))
    side = pair.side(change)
    interface = side.entries("ip_addr").get(change.entry.device)
    if interface is None:
        return None
    return Match(
        (side.saw("ip_neigh", f"{change.key} {states[0]}"), side.saw("ip_addr", change.entry.device))
    )


rule = Rule(
    name="learned-neighbours",
    facts=("ip_neigh",),
    component="kernel",
    class_="runtime",
    why=Text(
        "The kernel learned this neighbour by ARP or NDP while talking to it; entries age (REACHABLE, STALE, FAILED) and "
        "vanish by themselves.",
        "커널이 통신하면서 ARP나 NDP로 알게 된 이웃입니다. 항목은 저절로 오래되고(REACHABLE, STALE, FAILED) 사라집니다.",
    ),
    since="every kernel",
    source="linux net/core/neighbour.c, ip-neighbour(8)",
    group=Text("learned neighbours", "학습된 이웃"),
    match=match,
)
