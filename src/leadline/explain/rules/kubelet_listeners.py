"""The kubelet's sockets."""

from leadline.base.text import Text
from leadline.explain.listening import EVERYONE, Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="kubelet-listeners",
    facts=("ss",),
    component="kubelet",
    class_="config",
    why=Text(
        "The kubelet's {what} on port {port}. {binding}", "kubelet의 {what}입니다(포트 {port}). {binding}"
    ),
    consequence=Text(
        "10250 gives exec and logs of every pod to whoever is authorized: open it to the control plane only. "
        "10248 answers health checks and stays on loopback.",
        "10250은 권한이 있는 상대에게 모든 파드의 exec와 로그를 제공하므로 컨트롤 플레인에만 여십시오. "
        "10248은 헬스 체크용이며 loopback에만 둡니다.",
    ),
    since="Kubernetes 1.10 (10255 read-only port: off by default with kubeadm)",
    source="kubernetes/kubernetes pkg/cluster/ports/ports.go, pkg/kubelet/apis/config/v1beta1/defaults.go",
    match=listens(
        "kubelet",
        ("kubelet",),
        {
            "tcp 10250": Endpoint(
                Text("API for the apiserver (logs, exec, metrics)", "apiserver용 API(로그, exec, 메트릭)"),
                {"everywhere": "kubeadm, RKE2", "node": "kubespray"},
            ),
            "tcp 10248": Endpoint(Text("health check", "헬스 체크"), {"loopback": EVERYONE}),
            "tcp 10255": Endpoint(Text("read-only API", "읽기 전용 API"), {}),
        },
    ),
)
