"""The cloud-controller-manager's socket where it runs as a process of its own."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="cloud-controller-listeners",
    facts=("ss",),
    component="cloud-controller-manager",
    class_="config",
    why=Text(
        "The cloud-controller-manager's {what} on port {port}. {binding}",
        "cloud-controller-manager의 {what}입니다(포트 {port}). {binding}",
    ),
    since="Kubernetes 1.13; RKE2 runs it as a static pod",
    source="kubernetes/kubernetes staging/src/k8s.io/cloud-provider/ports.go; rancher/rke2 pkg/podtemplate/spec.go CloudControllerManager",
    match=listens(
        "cloud-controller-manager",
        ("cloud-controller-manager",),
        {
            "tcp 10258": Endpoint(
                Text("health check and metrics", "헬스 체크와 메트릭"),
                {"loopback": "RKE2", "everywhere": Text("cloud providers", "클라우드 제공자")},
            )
        },
    ),
)
