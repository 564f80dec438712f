"""Tailscale's routing table and policy rules."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    entry = change.entry
    if change.fact == "ip_rule":
        ours = 5200 < entry.priority < 5280
    else:
        ours = entry.device == "tailscale0" and entry.protocol != "kernel"
    author = seen_apart(pair.side(change), "tailscale", "ip_route", "ip_rule") if ours else ()
    return Match(author, values={"what": change.key}) if author else None


rule = Rule(
    name="tailscale-routes",
    facts=("ip_route", "ip_rule"),
    component="tailscale",
    class_="config",
    why=Text(
        "tailscaled routes the tailnet by a table of its own (52) and rules 5210–5270: {what}.",
        "tailscaled가 자체 테이블(52)과 5210~5270번 규칙으로 tailnet을 라우팅합니다: {what}.",
    ),
    since="Tailscale 1.0",
    source="tailscale/tailscale wgengine/router/osrouter/router_linux.go (tailscaleRouteTable, ipRules; to 1.88 wgengine/router/router_linux.go)",
    match=match,
)
