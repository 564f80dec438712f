"""dnsmasq on LXD's and Incus's networks."""

from leadline.base.text import Text
from leadline.explain.bridge_dns import on_bridge
from leadline.explain.rule import Rule

rule = Rule(
    name="lxd-listeners",
    facts=("ss",),
    component="lxd",
    class_="config",
    why=Text(
        "LXD or Incus runs dnsmasq for its virtual network: {what} on port {port} for the instances ({address}).",
        "LXD 또는 Incus가 가상 네트워크용으로 실행한 dnsmasq입니다. 인스턴스에 {what}를 제공합니다(포트 {port}, {address}).",
    ),
    consequence=Text(
        "It serves instances on that bridge only, not the host's network.",
        "해당 브리지의 인스턴스에만 제공하며 호스트의 네트워크에는 제공하지 않습니다.",
    ),
    since="LXD 2.3",
    source="lxd lxd/network/driver_bridge.go",
    match=on_bridge(r"(lxdbr|incusbr|lxcbr)\d+"),
)
