"""Packet and byte counters of firewall rules."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.fields != ("counters",):
        return None
    before, after = change.before.counters, change.after.counters
    moved = f"{before[0]} packets, {before[1]} bytes -> {after[0]} packets, {after[1]} bytes"
    return Match((pair.after.saw(change.fact, moved),))


rule = Rule(
    name="firewall-counters",
    facts=FACTS,
    component="kernel",
    class_="runtime",
    why=Text(
        "The kernel counts the packets that meet this rule or policy.",
        "커널이 이 규칙이나 정책에 해당한 패킷을 센 값입니다.",
    ),
    group=Text("packet counters", "패킷 카운터"),
    since="every kernel",
    source="linux net/netfilter/x_tables.c, nft_counter.c",
    match=match,
)
