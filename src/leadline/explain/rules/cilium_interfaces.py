"""The interfaces that Cilium makes: the pods' ends, its host pair and its tunnels."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.links import coming_or_going
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

# LXC and LXD have lxcbr0, lxdbr0: only twelve hex digits, or the health endpoint, are Cilium's.
NAME = re.compile(
    r"lxc[0-9a-f]{12}|lxc_health|cilium_(?:host|net|vxlan|geneve|wg0|ipip[46]|tunl|ip6tnl|dummy)"
)


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change) or not NAME.fullmatch(change.key):
        return None
    side = pair.side(change)
    author = seen_apart(side, "cilium", *LINK)
    if author:
        return Match(author)
    interfaces = side.entries("ip_addr")
    host, peer = interfaces.get("cilium_host"), interfaces.get("cilium_net")
    if (
        host is None
        or peer is None
        or "cilium_net" not in (host.link or "")
        or "cilium_host" not in (peer.link or "")
    ):
        return None
    return Match(
        (side.saw("ip_addr", "cilium_host@cilium_net"), side.saw("ip_addr", "cilium_net@cilium_host")),
        "likely",
    )


rule = Rule(
    name="cilium-interfaces",
    facts=("ip_addr",),
    component="cilium",
    class_="config",
    why=Text(
        "Cilium made this interface: `lxc…` is the host's end of one pod's veth pair, cilium_host and cilium_net are "
        "the node's own pair, cilium_vxlan, cilium_geneve and cilium_wg0 the way to other nodes.",
        "Cilium이 만든 인터페이스입니다. `lxc…`는 파드 하나의 호스트 쪽 끝, cilium_host와 cilium_net은 노드 자신의 쌍, "
        "cilium_vxlan·cilium_geneve·cilium_wg0는 다른 노드로 가는 길입니다.",
    ),
    consequence=Text(
        "BPF programs on these interfaces decide the packet's way: iptables and the bridge do not show it.",
        "이 인터페이스에 붙은 BPF 프로그램이 패킷의 길을 정하므로, iptables나 브리지에는 나타나지 않습니다.",
    ),
    since="Cilium 1.0",
    source="cilium/cilium pkg/datapath/loader/netlink.go setupBaseDevice, setupTunnelDevice, setupIPIPDevices; pkg/wireguard/types/types.go",
    group=Text("Cilium interfaces", "Cilium 인터페이스"),
    match=match,
)
