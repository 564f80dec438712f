"""dnsmasq on libvirt's networks."""

from leadline.base.text import Text
from leadline.explain.bridge_dns import on_bridge
from leadline.explain.rule import Rule

rule = Rule(
    name="libvirt-listeners",
    facts=("ss",),
    component="libvirt",
    class_="config",
    why=Text(
        "libvirt runs dnsmasq for its virtual network: {what} on port {port} for the guests ({address}).",
        "libvirt가 가상 네트워크용으로 실행한 dnsmasq입니다. 게스트에 {what}를 제공합니다(포트 {port}, {address}).",
    ),
    consequence=Text(
        "It serves guests on that bridge only, not the host's network.",
        "해당 브리지의 게스트에만 제공하며 호스트의 네트워크에는 제공하지 않습니다.",
    ),
    since="libvirt 0.4",
    source="libvirt/libvirt src/network/bridge_driver.c networkStartDhcpDaemon",
    match=on_bridge(r"virbr\d+"),
)
