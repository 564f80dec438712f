"""Routes and policy rules of a WireGuard tunnel."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.rules.wireguard_interfaces import tunnel
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    side, entry = pair.side(change), change.entry
    if change.fact == "ip_route":
        seen = tunnel(side, entry.device) if entry.device and entry.protocol != "kernel" else None
        return Match((seen,), values={"what": change.key}) if seen is not None else None
    # wg-quick's pair for a full tunnel: its own table for all that is not the tunnel's (mark 0xca6c = 51820).
    if "fwmark 0xca6c" not in entry.selector and "suppress_prefixlength 0" not in entry.options:
        return None
    seen = next(
        (found for name in side.entries("ip_addr") if (found := tunnel(side, name)) is not None), None
    )
    return Match((seen,), values={"what": change.key}) if seen is not None else None


rule = Rule(
    name="wireguard-routes",
    facts=("ip_route", "ip_rule"),
    component="wireguard",
    class_="config",
    why=Text(
        "wg-quick sends a peer's AllowedIPs into the tunnel: {what}.",
        "wg-quick이 peer의 AllowedIPs를 터널로 보내려고 만든 것입니다: {what}.",
    ),
    since="wireguard-tools 1.0",
    source="wireguard-tools src/wg-quick/linux.bash add_route, add_default",
    match=match,
)
