"""Bridge ports and their VLANs, which come with the interface that was plugged in."""

from leadline.base.text import Text
from leadline.explain.links import interface_moved
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed":
        if change.fact != "bridge_link" or not only(change, "state", "mtu"):
            return None
        interface = pair.change("ip_addr", change.key)
        if "mtu" in change.fields and interface is None:
            return None
        seen = pair.after.saw("bridge_link", f"{change.key}: {change.before.state} -> {change.after.state}")
        return Match((seen,), values={"port": change.key})
    moved = interface_moved(pair, change.key, change.kind)
    return Match((moved,), values={"port": change.key}) if moved is not None else None


rule = Rule(
    name="bridge-ports",
    facts=("bridge_link", "bridge_vlan"),
    component="kernel",
    class_="derived",
    why=Text(
        "The port's entry in its bridge: it comes and goes with the interface {port}, and its state follows the link.",
        "브리지에 있는 포트 항목입니다. 인터페이스 {port}와 함께 생기고 사라지며, 상태는 링크를 따릅니다.",
    ),
    since="every kernel",
    source="linux net/bridge/br_if.c br_add_if, br_stp_if.c",
    group=Text("bridge ports", "브리지 포트"),
    match=match,
)
