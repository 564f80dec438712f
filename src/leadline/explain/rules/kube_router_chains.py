"""Network policy by kube-router, as k3s and RKE2 carry it."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule

rule = Rule(
    name="kube-router-chains",
    facts=FACTS,
    component="kube-router",
    class_="config",
    why=Text(
        "kube-router (built into k3s and RKE2) writes {chain}: network policy for pods.",
        "kube-router(k3s와 RKE2에 내장)가 파드 네트워크 정책으로 {chain}을(를) 씁니다.",
    ),
    group=Text("network policy rules", "네트워크 정책 규칙"),
    since="kube-router 0.2, k3s 1.0",
    source="cloudnativelabs/kube-router pkg/controllers/netpol/network_policy_controller.go, npc_iptables.go",
    match=owned_by(
        Marks(
            "kube-router", ("KUBE-ROUTER-", "KUBE-NWPLCY-", "KUBE-POD-FW-"), (), texts=("kube-router netpol",)
        ),
        "k3s",
        "kubelet",
    ),
)
