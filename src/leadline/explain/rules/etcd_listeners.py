"""etcd's sockets."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

INSTALLERS = "kubeadm, kubespray, RKE2"

rule = Rule(
    name="etcd-listeners",
    facts=("ss",),
    component="etcd",
    class_="config",
    why=Text("etcd's {what} on port {port}. {binding}", "etcd의 {what}입니다(포트 {port}). {binding}"),
    consequence=Text(
        "Whoever holds a client certificate for 2379 holds the cluster: open 2379 and 2380 between "
        "control-plane nodes only. 2381 is plain HTTP without authentication.",
        "2379의 클라이언트 인증서를 가진 쪽이 클러스터 전체를 가집니다. 2379와 2380은 컨트롤 플레인 노드 사이에만 "
        "여십시오. 2381은 인증이 없는 평문 HTTP입니다.",
    ),
    since="kubeadm 1.13 (local etcd on the node's address and loopback; peers on the node's address only)",
    source="kubernetes/kubernetes cmd/kubeadm/app/phases/etcd/local.go; k3s-io/k3s pkg/etcd/etcd.go listenClientHTTPURLs, listenMetricsURLs (RKE2)",
    match=listens(
        "etcd",
        ("etcd",),
        {
            "tcp 2379": Endpoint(
                Text("client API", "클라이언트 API"), {"node": INSTALLERS, "loopback": INSTALLERS}
            ),
            "tcp 2380": Endpoint(Text("peer traffic", "피어 통신"), {"node": INSTALLERS, "loopback": "RKE2"}),
            "tcp 2381": Endpoint(
                Text("metrics and health check", "메트릭과 헬스 체크"), {"loopback": "kubeadm, RKE2"}
            ),
            "tcp 2382": Endpoint(
                Text("client API without gRPC", "gRPC를 쓰지 않는 클라이언트 API"), {"loopback": "RKE2"}
            ),
        },
    ),
)
