"""kube-proxy's sockets."""

from leadline.base.text import Text
from leadline.explain.listening import EVERYONE, Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="kube-proxy-listeners",
    facts=("ss",),
    component="kube-proxy",
    class_="config",
    why=Text(
        "kube-proxy's {what} on port {port}. {binding}", "kube-proxy의 {what}입니다(포트 {port}). {binding}"
    ),
    consequence=Text(
        "Load balancers ask 10256 whether the node still takes traffic. NodePorts themselves are rules in the "
        "kernel and never show as listeners.",
        "로드 밸런서는 10256으로 노드가 트래픽을 받을 수 있는지 확인합니다. NodePort 자체는 커널 규칙이므로 "
        "listen 소켓으로 보이지 않습니다.",
    ),
    since="Kubernetes 1.10",
    source="kubernetes/kubernetes pkg/cluster/ports/ports.go, pkg/proxy/apis/config/v1alpha1/defaults.go",
    match=listens(
        "kube-proxy",
        ("kube-proxy",),
        {
            "tcp 10256": Endpoint(
                Text("health check", "헬스 체크"), {"everywhere": "kubeadm, kubespray", "loopback": "RKE2"}
            ),
            "tcp 10249": Endpoint(Text("metrics", "메트릭"), {"loopback": EVERYONE}),
        },
    ),
)
