"""Flannel's masquerade and forward rules."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule

rule = Rule(
    name="flannel-chains",
    facts=FACTS,
    component="flannel",
    class_="config",
    why=Text(
        "flanneld keeps {chain}: FLANNEL-FWD accepts forwarding from and to the pod network, FLANNEL-POSTRTG "
        "masquerades pods that leave it and leaves pod-to-pod traffic alone. It checks the rules every 5 s.",
        "flanneld가 관리하는 {chain}입니다. FLANNEL-FWD는 파드 네트워크의 포워딩을 허용하고, FLANNEL-POSTRTG는 파드 "
        "네트워크 밖으로 나가는 트래픽을 마스커레이드하며 파드 간 트래픽은 그대로 둡니다. 5초마다 규칙을 확인합니다.",
    ),
    consequence=Text(
        "Firewalld's final REJECT still hits forwarded packets: the pod network must be in a trusted zone.",
        "firewalld의 마지막 REJECT는 여전히 포워딩 패킷에 적용되므로 파드 네트워크를 trusted 존에 넣어야 합니다.",
    ),
    group=Text("Flannel's rules", "Flannel의 규칙"),
    since="flannel v0.20 own chains; nftables tables from v0.25",
    source="flannel-io/flannel pkg/trafficmngr/iptables/iptables.go, pkg/trafficmngr/nftables/nftables.go",
    match=owned_by(
        Marks(
            "flannel",
            ("FLANNEL-",),
            ("flannel-ipv4", "flannel-ipv6"),
            texts=('"flanneld masq"', '"flanneld forward"'),
        ),
        "flannel",
        "k3s",
    ),
)
