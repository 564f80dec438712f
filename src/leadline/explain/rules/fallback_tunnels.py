"""The empty tunnel devices that the kernel makes when a tunnel module is loaded."""

from leadline.base.text import Text
from leadline.explain.links import coming_or_going
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

MODULES = {
    "tunl0": "ipip",
    "sit0": "sit",
    "ip6tnl0": "ip6_tunnel",
    "gre0": "ip_gre",
    "gretap0": "ip_gre",
    "erspan0": "ip_gre",
    "ip6gre0": "ip6_gre",
    "ip_vti0": "ip_vti",
    "ip6_vti0": "ip6_vti",
}


def match(change: Change, pair: Pair) -> Match | None:
    module, entry = MODULES.get(change.key), change.entry
    if module is None or not coming_or_going(change) or entry.addresses or "UP" in (entry.flags or ()):
        return None
    side = pair.side(change)
    loaded = pair.change("modules", module)
    if loaded is not None and loaded.kind == change.kind:
        return Match((side.saw("modules", module),), values={"module": module})
    if entry.link == "NONE" and entry.state == "DOWN":
        return Match(
            (side.saw("ip_addr", f"{change.key}@NONE DOWN, no address"),), "likely", {"module": module}
        )
    return None


rule = Rule(
    name="fallback-tunnels",
    facts=("ip_addr",),
    component="kernel",
    class_="derived",
    why=Text(
        "The kernel makes this device by itself when the module {module} is loaded; it has no address and carries "
        "nothing.",
        "{module} 모듈이 올라올 때 커널이 스스로 만드는 장치로, 주소가 없고 트래픽도 나르지 않습니다.",
    ),
    since="every kernel; not in new network namespaces with net.core.fb_tunnels_only_for_init_net",
    source="linux net/ipv4/ip_tunnel.c ip_tunnel_init_net, net/ipv6/sit.c, net/ipv6/ip6_tunnel.c",
    match=match,
)
