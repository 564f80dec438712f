"""The bridge that the CNI bridge plugin makes for the pods of a node."""

import re

from leadline.base.text import Text
from leadline.explain.links import coming_or_going, line, networks, ports
from leadline.explain.pair import Pair
from leadline.explain.proof import KUBERNETES, LINK, any_apart
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

BRIDGE = "cni0"
POD_END = re.compile(r"veth[0-9a-f]{8}")


def bridge_signs(side: Witness) -> list[Evidence]:
    """What in `ip addr` points to the CNI bridge plugin: flannel's device with the bridge's subnet, pod ends
    of the plugin's naming, a pod's network namespace behind one."""
    interfaces = side.entries("ip_addr")
    bridge, found = interfaces.get(BRIDGE), []
    if bridge is None:
        return []
    subnets = {each.split("/")[0] for each in networks(bridge)}
    for name, entry in interfaces.items():
        if name.startswith("flannel") and subnets & {each.split("/")[0] for each in entry.addresses or ()}:
            found.append(side.saw("ip_addr", line(name, entry)))
            break
    for name in ports(side).get(BRIDGE, ()):
        if POD_END.fullmatch(name):
            found.append(side.saw("ip_addr", line(name, interfaces[name])))
            break
    return found


def match(change: Change, pair: Pair) -> Match | None:
    if (
        change.key != BRIDGE
        or not coming_or_going(change)
        or change.entry.kind not in (None, "bridge", "ether")
    ):
        return None
    side = pair.side(change)
    author = any_apart(side, (*KUBERNETES, "cri-o", "cni"), LINK)
    signs = bridge_signs(side)
    if not author and not signs:
        return None
    tunnel = side.entries("ip_addr").get("flannel.1")
    mtu = Text(f"MTU {change.entry.mtu}", f"MTU {change.entry.mtu}")
    if tunnel is not None and tunnel.mtu == change.entry.mtu:
        mtu = Text(f"MTU {tunnel.mtu}, flannel.1's", f"MTU는 flannel.1과 같은 {tunnel.mtu}")
    address = next((each for each in change.entry.addresses or () if ":" not in each), "-")
    return Match((*author, *signs), "shown" if author else "likely", {"mtu": mtu, "address": address})


rule = Rule(
    name="cni-bridge",
    facts=("ip_addr",),
    component="cni",
    class_="config",
    why=Text(
        "The CNI bridge plugin made this bridge with the node's first pod: the pods' switch and, with {address}, "
        "their default gateway ({mtu}).",
        "CNI bridge 플러그인이 노드의 첫 파드를 만들 때 생성한 브리지입니다. 파드들의 스위치이자, {address}를 가진 "
        "파드의 기본 게이트웨이입니다({mtu}).",
    ),
    consequence=Text(
        "It stays when the last pod goes and after `kubeadm reset`; one with an old subnet's address stops new pods "
        "(`cni0 already has an IP address different from …`): delete it then.",
        "마지막 파드가 없어지거나 `kubeadm reset`을 해도 남습니다. 예전 서브넷 주소가 남아 있으면 새 파드가 뜨지 "
        "않으므로(`cni0 already has an IP address different from …`) 그때는 삭제하십시오.",
    ),
    since="CNI plugins 0.1",
    source="containernetworking/plugins plugins/main/bridge/bridge.go setupBridge",
    match=match,
)
