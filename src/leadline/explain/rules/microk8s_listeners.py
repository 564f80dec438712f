"""The sockets of microk8s: kubelite is apiserver, kubelet and kube-proxy in one process."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="microk8s-listeners",
    facts=("ss",),
    component="microk8s",
    class_="config",
    why=Text("microk8s' {what} on port {port}. {binding}", "microk8s의 {what}입니다(포트 {port}). {binding}"),
    consequence=Text(
        "16443 and 25000 (join of nodes) listen on every address: close them to all but nodes and administrators.",
        "16443과 25000(노드 가입)은 모든 주소에서 열리므로 노드와 관리자 외에는 막으십시오.",
    ),
    since="microk8s 1.21 (kubelite)",
    source="canonical/microk8s microk8s-resources/default-args/kube-apiserver, kubelet, kube-proxy, cluster-agent; scripts/wrappers/common/cluster/utils.py (19001)",
    match=listens(
        "microk8s",
        ("kubelite", "k8s-dqlite", "cluster-agent"),
        {
            "tcp 16443": Endpoint(Text("API", "API"), {"everywhere": "microk8s"}),
            "tcp 10250": Endpoint(Text("kubelet API", "kubelet API"), {"everywhere": "microk8s"}),
            "tcp 10255": Endpoint(
                Text("read-only kubelet API", "읽기 전용 kubelet API"),
                {"everywhere": Text("older microk8s", "이전 버전의 microk8s")},
            ),
            "tcp 10248": Endpoint(
                Text("kubelet health check", "kubelet 헬스 체크"), {"loopback": "microk8s"}
            ),
            "tcp 10249": Endpoint(Text("kube-proxy metrics", "kube-proxy 메트릭"), {"loopback": "microk8s"}),
            "tcp 10256": Endpoint(
                Text("kube-proxy health check", "kube-proxy 헬스 체크"), {"loopback": "microk8s"}
            ),
            "tcp 10257": Endpoint(
                Text("controller-manager health check and metrics", "controller-manager 헬스 체크와 메트릭"),
                {"everywhere": "microk8s"},
            ),
            "tcp 10259": Endpoint(
                Text("scheduler health check and metrics", "scheduler 헬스 체크와 메트릭"),
                {"everywhere": "microk8s"},
            ),
            "tcp 19001": Endpoint(
                Text("dqlite data store", "dqlite 데이터 저장소"),
                {"node": "microk8s", "loopback": "microk8s"},
            ),
            "tcp 25000": Endpoint(Text("join of nodes", "노드 가입"), {"everywhere": "microk8s"}),
        },
    ),
)
