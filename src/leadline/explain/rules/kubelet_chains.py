"""The few firewall chains that the kubelet keeps."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule

KUBELET = ("KUBE-KUBELET-CANARY", "KUBE-IPTABLES-HINT", "KUBE-FIREWALL", "KUBE-MARK-DROP")

rule = Rule(
    name="kubelet-chains",
    facts=FACTS,
    component="kubelet",
    class_="config",
    why=Text(
        "The kubelet keeps {chain}: KUBE-FIREWALL drops packets to 127/8 that come from elsewhere, the canary "
        "tells it when somebody flushed the rules, the hint tells others which iptables is in use.",
        "kubelet이 관리하는 {chain}입니다. KUBE-FIREWALL은 외부에서 127/8로 오는 패킷을 버리고, canary는 규칙이 flush "
        "되었는지 알려 주며, hint는 어떤 iptables를 쓰는지 다른 프로그램에 알려 줍니다.",
    ),
    consequence=Text(
        "Without KUBE-FIREWALL services bound to 127.0.0.1 can be reached from the link while route_localnet is "
        "on (CVE-2020-8558); the kubelet puts the rules back within a minute.",
        "route_localnet이 켜진 상태에서 KUBE-FIREWALL이 없으면 127.0.0.1에 바인딩된 서비스가 링크에서 접근될 수 있습니다"
        "(CVE-2020-8558). kubelet이 1분 안에 규칙을 다시 넣습니다.",
    ),
    group=Text("kubelet's firewall chains and rules", "kubelet의 방화벽 체인과 규칙"),
    since="Kubernetes 1.17 canary, 1.24 hint; KUBE-MARK-DROP until 1.27",
    source="kubernetes/kubernetes pkg/kubelet/kubelet_network_linux.go",
    match=owned_by(Marks("kubelet", KUBELET)),
)
