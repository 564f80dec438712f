"""Forwarding and multicast entries that come with an interface."""

from leadline.base.text import Text
from leadline.explain.links import interface_moved
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

MULTICAST = ("33:33:", "01:00:5e:")
ZERO = "00:00:00:00:00:00"


def match(change: Change, pair: Pair) -> Match | None:
    entry = change.entry
    # A VXLAN device's remote is its entry for the address of all zeros.
    if change.kind == "changed" or entry.state != "permanent" or (entry.dst and entry.mac != ZERO):
        return None
    side = pair.side(change)
    values = {"interface": entry.device}
    moved = interface_moved(pair, entry.device, change.kind)
    if moved is not None:
        return Match((moved,), values=values)
    interface = side.entries("ip_addr").get(entry.device)
    if interface is None:
        return None
    if interface.mac == entry.mac:
        return Match((side.saw("ip_addr", f"{entry.device} {interface.mac}"),), values=values)
    changed = pair.change("ip_addr", entry.device)
    if entry.mac.startswith(MULTICAST) and changed is not None and changed.fields:
        seen = side.saw("ip_addr", f"{entry.device} changed: {', '.join(changed.fields)}")
        return Match((seen,), values=values)
    # A macvlan asks its parent for its own address, a port of a bridge has the port's.
    for name, other in side.entries("ip_addr").items():
        same = other.mac == entry.mac or (
            (other.mac or "")[-8:] == entry.mac[-8:] and entry.mac.startswith("33:33:ff:")
        )
        if same and entry.device in (other.link, other.master, interface.master and name):
            return Match((side.saw("ip_addr", f"{name} {other.mac}"),), values={"interface": name})
    return None


rule = Rule(
    name="interface-forwarding",
    facts=("bridge_fdb",),
    component="kernel",
    class_="derived",
    why=Text(
        "The kernel enters this by itself for {interface}: an interface's own address on its bridge, and the multicast "
        "groups of its IPv4 and IPv6 addresses (01:00:5e…, 33:33…).",
        "커널이 {interface}를 위해 스스로 넣는 항목입니다. 브리지에서의 인터페이스 자기 주소, 그리고 IPv4·IPv6 주소에 따른 "
        "멀티캐스트 그룹(01:00:5e…, 33:33…)입니다.",
    ),
    since="every kernel",
    source="linux net/bridge/br_fdb.c br_fdb_add_local, net/core/dev_addr_lists.c; RFC 2464, RFC 1112",
    group=Text("an interface's own forwarding entries", "인터페이스 자체의 포워딩 항목"),
    match=match,
)
