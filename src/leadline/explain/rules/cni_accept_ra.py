"""The CNI bridge plugin lets its interfaces take no router advertisements."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_keys import interface_of
from leadline.snapshot.diff import Change

_VETH = re.compile(r"veth[0-9a-f]{8}")


def match(change: Change, pair: Pair) -> Match | None:
    name = interface_of(change.key)
    if change.after != "0" or name is None or not (name == "cni0" or _VETH.fullmatch(name)):
        return None
    default = pair.after.entries("sysctl").get("net.ipv6.conf.default.accept_ra")
    device = pair.after.entries("ip_addr").get(name)
    bridge = pair.after.interface("cni0")
    if default in (None, "0") or bridge is None:
        return None
    inherited = pair.after.saw("sysctl", f"net.ipv6.conf.default.accept_ra = {default}")
    if not pair.after.entries("ip_addr") and pair.after.interface("lxdbr0", "incusbr0") is None:
        tree = pair.after.interface(name)
        return Match((bridge, tree, inherited), "likely") if tree else None
    if device is None or (name != "cni0" and device.master != "cni0"):
        return None
    return Match((bridge, pair.after.saw("ip_addr", f"{name} mtu {device.mtu}"), inherited))


rule = Rule(
    name="cni-accept-ra",
    facts=("sysctl",),
    component="cni",
    class_="config",
    why=Text(
        "The CNI bridge plugin sets this on the bridge and on the host's ends of the pods: a pod's router "
        "advertisement must not give the node an address or a route.",
        "CNI bridge 플러그인이 브리지와 파드의 호스트 쪽 인터페이스에 설정합니다. 파드가 보낸 router advertisement로 "
        "노드에 주소나 경로가 생기지 않도록 합니다.",
    ),
    group=Text("router advertisements refused on pod interfaces", "파드 인터페이스의 RA 거부"),
    since="CNI plugins 1.0",
    source="containernetworking/plugins plugins/main/bridge/bridge.go, pkg/ip/link_linux.go",
    kinds=("added",),
    keys=("net.ipv6.conf.*.accept_ra",),
    match=match,
)
