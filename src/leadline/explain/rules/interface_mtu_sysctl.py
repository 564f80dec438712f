"""The IPv6 copy of an interface's MTU."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_keys import interface_of
from leadline.explain.sysctl_tree import moved_trees
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    name = interface_of(change.key)
    if name is None:
        return None
    device = pair.after.entries("ip_addr").get(name)
    if device is not None:
        if str(device.mtu) != change.after:
            return None
        return Match((pair.after.saw("ip_addr", f"{name} mtu {device.mtu}"),), values={"interface": name})
    # A bridge takes the smallest MTU of its ports, and its own again when the last one leaves.
    for kind in ("removed", "added"):
        ports = [port for port in moved_trees(pair, kind) if port.startswith(("veth", "vnet", "tap"))]
        if ports and name.startswith(("cni", "docker", "br", "podman", "virbr", "lxdbr")):
            seen = pair.after.saw("sysctl", f"trees of {', '.join(ports[:3])} {kind}")
            return Match((seen,), "likely", {"interface": name})
    return None


rule = Rule(
    name="interface-mtu-sysctl",
    facts=("sysctl",),
    component="kernel",
    class_="derived",
    why=Text(
        "The kernel keeps the MTU of {interface} here for IPv6 too; it follows the interface (a bridge takes "
        "its ports' smallest MTU, and its own again when the last port leaves).",
        "커널은 IPv6용으로 {interface}의 MTU를 여기에도 둡니다. 인터페이스의 MTU를 따라가며, 브리지는 포트 중 가장 작은 "
        "MTU를 따르고 마지막 포트가 빠지면 원래 값으로 돌아갑니다.",
    ),
    since="every kernel",
    source="linux net/ipv6/addrconf.c addrconf_notify NETDEV_CHANGEMTU, net/bridge/br_if.c br_mtu_auto_adjust",
    kinds=("changed",),
    keys=("net.ipv6.conf.*.mtu",),
    match=match,
)
