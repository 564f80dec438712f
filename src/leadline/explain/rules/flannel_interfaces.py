"""The tunnel devices of flannel."""

import re

from leadline.base.text import Text
from leadline.explain.links import coming_or_going, line, networks, uplink, why_mtu
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK, any_apart
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

NAME = re.compile(r"flannel(?:-v6)?\.\d+|flannel-wg(?:-v6)?|flannel\.ipip|flannel0")
# Backend → bytes its headers take, and what they are; VXLAN where the name does not say.
HEADERS = {"flannel-wg": (80, "WireGuard"), "flannel.ipip": (20, "IPIP"), "flannel0": (28, "UDP")}


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change) or not NAME.fullmatch(change.key):
        return None
    side, entry = pair.side(change), change.entry
    overhead, header = HEADERS.get(change.key.removesuffix("-v6"), (50, "VXLAN"))
    signature = []
    if (below := uplink(side, change.key, overhead)) is not None:
        signature.append(side.saw("ip_addr", line(*below)))
    if any(each.endswith((".0/32", "/128")) for each in entry.addresses or ()):
        signature.append(side.saw("ip_addr", line(change.key, entry)))
    bridge = side.entries("ip_addr").get("cni0")
    if bridge is not None and {each.split("/")[0] for each in networks(bridge)} & {
        each.split("/")[0] for each in entry.addresses or ()
    }:
        signature.append(side.saw("ip_addr", line("cni0", bridge)))
    author = any_apart(side, ("flannel", "k3s"), LINK)
    if not author and len(signature) < 2:
        return None
    values = {
        "mtu": why_mtu(side, change.key, overhead, header),
        "address": " ".join(each for each in entry.addresses or () if not each.startswith("fe80")) or "-",
    }
    return Match((*author, *signature), "shown" if author else "likely", values)


rule = Rule(
    name="flannel-interfaces",
    facts=("ip_addr",),
    component="flannel",
    class_="config",
    why=Text(
        "flannel made this tunnel to carry pod traffic between nodes (on k3s flannel runs inside k3s). {mtu}; its "
        "address {address} is the node's pod subnet itself, the next hop of the other nodes' routes.",
        "flannel이 노드 간 파드 트래픽을 나르려고 만든 터널입니다(k3s에서는 k3s 안의 flannel). {mtu}입니다. 주소 "
        "{address}는 이 노드 파드 서브넷 자체이며, 다른 노드의 라우트가 next hop으로 씁니다.",
    ),
    consequence=Text(
        "VXLAN is neither encrypted nor authenticated: 8472/udp must be open between nodes and closed to everyone "
        "else. The device outlives flanneld and `kubeadm reset`.",
        "VXLAN은 암호화도 인증도 하지 않습니다. 8472/udp는 노드 사이에만 열어야 합니다. flanneld가 멈추거나 "
        "`kubeadm reset`을 해도 장치는 남습니다.",
    ),
    since="flannel 0.1; flannel-v6 0.15, flannel-wg 0.17",
    source="flannel-io/flannel pkg/backend/vxlan/device.go newVXLANDevice, pkg/backend/vxlan/vxlan.go",
    match=match,
)
