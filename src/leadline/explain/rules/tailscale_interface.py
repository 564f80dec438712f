"""Tailscale's tunnel."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.links import coming_or_going
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.key != "tailscale0" or not coming_or_going(change):
        return None
    author = seen_apart(pair.side(change), "tailscale", *LINK)
    return Match(author) if author else None


rule = Rule(
    name="tailscale-interface",
    facts=("ip_addr",),
    component="tailscale",
    class_="config",
    why=Text(
        "tailscaled made this tunnel device for the host's address in the tailnet (100.64.0.0/10).",
        "tailscaled가 tailnet 주소(100.64.0.0/10)를 위해 만든 터널 장치입니다.",
    ),
    since="Tailscale 1.0",
    source="tailscale/tailscale cmd/tailscaled/tailscaled.go defaultTunName, net/tstun/tun.go New",
    match=match,
)
