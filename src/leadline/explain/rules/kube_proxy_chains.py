"""Services as firewall rules: what kube-proxy writes in iptables, ipvs and nftables mode."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule
from leadline.explain.rules.kubelet_chains import KUBELET

KUBE_ROUTER = ("KUBE-ROUTER-", "KUBE-NWPLCY-", "KUBE-POD-FW-")
CRI_O = ("KUBE-HOSTPORTS", "KUBE-HP-")

rule = Rule(
    name="kube-proxy-chains",
    facts=FACTS,
    component="kube-proxy",
    class_="config",
    why=Text(
        "kube-proxy writes services as rules; {chain} is one of its chains: KUBE-SERVICES finds the service, "
        "KUBE-SVC-/-SVL- choose an endpoint, KUBE-SEP- rewrites to it, KUBE-EXT- takes NodePorts and "
        "external addresses, KUBE-POSTROUTING masquerades what is marked 0x4000.",
        "kube-proxy가 서비스를 규칙으로 만든 것으로, {chain}도 그중 하나입니다. KUBE-SERVICES가 서비스를 찾고, "
        "KUBE-SVC-/-SVL-이 엔드포인트를 고르고, KUBE-SEP-이 그 주소로 바꾸며, KUBE-EXT-는 NodePort와 외부 주소를, "
        "KUBE-POSTROUTING은 0x4000 마크가 붙은 패킷의 마스커레이드를 맡습니다.",
    ),
    consequence=Text(
        "Edits by hand are overwritten at the next sync; `kubeadm reset` leaves the rules behind.",
        "손으로 고친 내용은 다음 동기화 때 덮어써지며, `kubeadm reset`은 이 규칙을 남겨 둡니다.",
    ),
    group=Text("kube-proxy's service rules", "kube-proxy의 서비스 규칙"),
    since="Kubernetes 1.2 (iptables), 1.11 (ipvs), 1.31 (nftables)",
    source="kubernetes/kubernetes pkg/proxy/{iptables,ipvs,nftables}/proxier.go",
    match=owned_by(
        Marks("kube-proxy", ("KUBE-",), ("kube-proxy",), ("KUBE-",), others=(*KUBELET, *KUBE_ROUTER, *CRI_O)),
        "kube-proxy",
        "k3s",
        "kubelet",
    ),
)
