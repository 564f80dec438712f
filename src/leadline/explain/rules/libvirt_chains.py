"""libvirt's rules for its virtual networks."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule

rule = Rule(
    name="libvirt-chains",
    facts=FACTS,
    component="libvirt",
    class_="config",
    why=Text(
        "libvirt writes {chain} for its virtual networks (DHCP, DNS, forwarding, NAT).",
        "libvirt가 가상 네트워크(DHCP, DNS, 포워딩, NAT)를 위해 {chain}을(를) 씁니다.",
    ),
    group=Text("libvirt's rules", "libvirt의 규칙"),
    since="libvirt 5.1 own chains; nftables tables from 10.4",
    source="libvirt/libvirt src/network/network_iptables.c, network_nftables.c",
    match=owned_by(Marks("libvirt", ("LIBVIRT_",), ("libvirt_network",))),
)
