"""containerd's sockets on ports that a distribution of Kubernetes fixed."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="containerd-fixed-listeners",
    facts=("ss",),
    component="containerd",
    class_="config",
    why=Text(
        "containerd's {what} on port {port}. {binding}", "containerd의 {what}입니다(포트 {port}). {binding}"
    ),
    since="k3s 1.0, RKE2 1.18 (10010); MicroK8s 1.14 (1338)",
    source="k3s-io/k3s pkg/agent/templates/templates_linux.go (stream_server_port 10010); canonical/microk8s microk8s-resources/default-args/containerd-template.toml (metrics 1338)",
    match=listens(
        "containerd",
        ("containerd",),
        {
            "tcp 10010": Endpoint(
                Text(
                    "exec, attach and port-forward streams for the kubelet",
                    "kubelet용 exec, attach, port-forward 스트림",
                ),
                {"loopback": "k3s, RKE2"},
            ),
            "tcp 1338": Endpoint(Text("metrics", "메트릭"), {"loopback": "MicroK8s"}),
        },
    ),
)
