"""Routes that the kernel makes from an interface's addresses."""

from ipaddress import ip_network

from leadline.base.text import Text
from leadline.explain.links import address
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change


def _address(side: Witness, device: str, destination: str) -> Evidence | None:
    """The address of the device that a route follows from: inside its network, or its own broadcast."""
    interface = side.entries("ip_addr").get(device)
    try:
        target = ip_network(destination, strict=False)
    except ValueError:
        return None
    for each in (interface.addresses or ()) if interface is not None else ():
        own = address(each)
        plain = each.partition(" ")[0].partition("/")[0]
        if plain == destination or (
            own is not None and (own.ip in target or target.network_address in own.network)
        ):
            return side.saw("ip_addr", f"{device} {each}")
    return None


def match(change: Change, pair: Pair) -> Match | None:
    route = change.entry
    if route.protocol != "kernel" or not route.device or change.kind == "changed":
        return None
    if route.gateway or route.device.startswith(("lxc", "cilium_")):
        return None  # Cilium marks its own routes `proto kernel` too.
    side = pair.side(change)
    evidence = []
    interface = pair.change("ip_addr", route.device)
    if interface is not None:
        evidence.append(side.saw("ip_addr", f"{route.device} {interface.kind}"))
    present = side.entries("ip_addr").get(route.device)
    if route.destination in ("ff00::/8", "fe80::/64") or route.type in ("multicast", "anycast"):
        if not evidence and present is not None:
            evidence.append(side.saw("ip_addr", f"{route.device} {' '.join(present.addresses or ())}"))
    elif (found := _address(side, route.device, route.destination)) is not None:
        evidence.append(found)
    elif interface is None or interface.kind == "changed":
        return None
    return Match(tuple(evidence), values={"interface": route.device}) if evidence else None


rule = Rule(
    name="interface-routes",
    facts=("ip_route",),
    component="kernel",
    class_="derived",
    why=Text(
        "The kernel makes this route by itself from {interface} and its addresses (`proto kernel`): the connected network, "
        "the local and broadcast address, link-local and multicast.",
        "커널이 {interface}와 그 주소로부터 스스로 만드는 라우트입니다(`proto kernel`). 연결된 네트워크, 로컬·브로드캐스트 "
        "주소, 링크 로컬과 멀티캐스트가 여기에 속합니다.",
    ),
    since="every kernel",
    source="linux net/ipv4/fib_frontend.c fib_add_ifaddr, net/ipv6/addrconf.c addrconf_prefix_route",
    group=Text("routes of an interface's addresses", "인터페이스 주소의 라우트"),
    match=match,
)
