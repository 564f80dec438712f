"""The controller-manager's socket."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="kube-controller-manager-listeners",
    facts=("ss",),
    component="kube-controller-manager",
    class_="config",
    why=Text(
        "The controller-manager's {what} on port {port}. {binding}",
        "controller-manager의 {what}입니다(포트 {port}). {binding}",
    ),
    consequence=Text(
        "HTTPS, and /metrics wants a token. Opening it for Prometheus is a firewall decision too.",
        "HTTPS이며 /metrics에는 토큰이 필요합니다. Prometheus를 위해 여는 것은 방화벽 정책이기도 합니다.",
    ),
    since="Kubernetes 1.13 (HTTPS on 10257; 10252 before)",
    source="kubernetes/kubernetes cmd/kubeadm/app/phases/controlplane/manifests.go; kubernetes-sigs/kubespray roles/kubernetes/control-plane/defaults/main/main.yml kube_controller_manager_bind_address",
    match=listens(
        "kube-controller-manager",
        ("kube-controller-manager",),
        {
            "tcp 10257": Endpoint(
                Text("health check and metrics", "헬스 체크와 메트릭"),
                {"loopback": "kubeadm, RKE2", "everywhere": "kubespray"},
            )
        },
    ),
)
