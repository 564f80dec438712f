"""WireGuard tunnels that a person set up; those of network plugins have rules of their own."""

from leadline.base.text import Text
from leadline.explain.links import coming_or_going, line
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness, first
from leadline.snapshot.diff import Change

PLUGINS = ("flannel", "wireguard.cali", "wg-v6.cali", "cilium", "kilo", "wt", "tailscale")


def tunnel(side: Witness, name: str) -> Evidence | None:
    """What shows that an interface is a WireGuard tunnel of one's own: its unit, its kind as the kernel tells it,
    or a tunnel of that size beside a UDP socket that belongs to the kernel."""
    entry = side.entries("ip_addr").get(name)
    if entry is None or name.startswith(PLUGINS):
        return None
    unit = side.unit(f"wg-quick@{name}.service")
    if unit is not None or entry.kind == "wireguard":
        return unit or side.saw("ip_addr", f"{name} wireguard")
    if (
        entry.mac
        or entry.mtu is None
        or not {"POINTOPOINT", "NOARP"} <= set(entry.flags or ())
        or entry.mtu > 1440
    ):
        return None
    for key, listener in side.entries("ss").items():
        if listener.protocol == "udp" and listener.port == 51820 and not listener.processes:
            return side.saw("ss", key)
    return None


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change):
        return None
    side = pair.side(change)
    if (seen := tunnel(side, change.key)) is None:
        return None
    evidence = (seen, *first(side.package("wireguard-tools", "wireguard")))
    return Match(
        evidence, "likely" if seen.fact == "ss" else "shown", {"line": line(change.key, change.entry)}
    )


rule = Rule(
    name="wireguard-interfaces",
    facts=("ip_addr",),
    component="wireguard",
    class_="config",
    why=Text(
        "A WireGuard tunnel that was set up on this host (wg-quick or by hand): {line}.",
        "이 호스트에 설정된 WireGuard 터널입니다(wg-quick 또는 수동 설정): {line}.",
    ),
    since="Linux 5.6",
    source="wireguard-tools src/wg-quick/linux.bash; linux drivers/net/wireguard/device.c",
    match=match,
)
