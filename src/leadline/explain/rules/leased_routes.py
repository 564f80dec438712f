"""Routes that DHCP or a router's advertisement gave."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import first
from leadline.snapshot.diff import Change

CLIENTS = ("systemd-networkd", "systemd-network", "NetworkManager", "dhclient", "dhcpcd")


def match(change: Change, pair: Pair) -> Match | None:
    protocol = change.entry.protocol
    if protocol not in ("dhcp", "ra"):
        return None
    side = pair.side(change)
    client = first(side.process(*CLIENTS), side.unit("systemd-networkd.service", "NetworkManager.service"))
    interface = side.entries("ip_addr").get(change.entry.device)
    leased = [each for each in getattr(interface, "lifetimes", None) or () if not each.startswith("forever")]
    evidence = [*client]
    if leased:
        evidence.append(side.saw("ip_addr", f"{change.entry.device} valid {leased[0]}"))
    return Match(tuple(evidence), values={"protocol": protocol.upper()}) if evidence else None


rule = Rule(
    name="leased-routes",
    facts=("ip_route",),
    component="dhcp",
    class_="runtime",
    why=Text(
        "{protocol} gave this route together with the address; it changes with the lease or the router.",
        "{protocol}가 주소와 함께 준 라우트로, 임대나 라우터에 따라 바뀝니다.",
    ),
    since="every kernel",
    source="RFC 2131, RFC 4861; linux include/uapi/linux/rtnetlink.h RTPROT_DHCP, RTPROT_RA",
    match=match,
)
