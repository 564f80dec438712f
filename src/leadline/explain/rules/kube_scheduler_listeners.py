"""The scheduler's socket."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="kube-scheduler-listeners",
    facts=("ss",),
    component="kube-scheduler",
    class_="config",
    why=Text(
        "The scheduler's {what} on port {port}. {binding}", "scheduler의 {what}입니다(포트 {port}). {binding}"
    ),
    consequence=Text(
        "HTTPS, and /metrics wants a token. The scheduler itself calls the apiserver on 6443; nothing is "
        "scheduled through this port.",
        "HTTPS이며 /metrics에는 토큰이 필요합니다. scheduler는 apiserver의 6443으로 접속하며, 이 포트로 스케줄링이 "
        "이루어지지는 않습니다.",
    ),
    since="Kubernetes 1.13 (HTTPS on 10259; 10251 before)",
    source="kubernetes/kubernetes cmd/kubeadm/app/phases/controlplane/manifests.go; kubernetes-sigs/kubespray roles/kubernetes/control-plane/defaults/main/kube-scheduler.yml kube_scheduler_bind_address",
    match=listens(
        "kube-scheduler",
        ("kube-scheduler",),
        {
            "tcp 10259": Endpoint(
                Text("health check and metrics", "헬스 체크와 메트릭"),
                {"loopback": "kubeadm, RKE2", "everywhere": "kubespray"},
            )
        },
    ),
)
