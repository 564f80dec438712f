"""The sockets of the one k3s process, which is apiserver, kubelet, kube-proxy and the rest at once."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="k3s-listeners",
    facts=("ss",),
    component="k3s",
    class_="config",
    why=Text("k3s's {what} on port {port}. {binding}", "k3s의 {what}입니다(포트 {port}). {binding}"),
    consequence=Text(
        "One process answers for the whole node: let 6443 in from nodes and administrators, 10250 from the servers, "
        "and nothing else.",
        "한 프로세스가 노드의 모든 구성 요소를 담당합니다. 6443은 노드와 관리자에게, 10250은 서버에만 열고 나머지는 "
        "닫아 두십시오.",
    ),
    since="k3s 1.19 (etcd ports only with embedded etcd, 2382 from 1.25.15, 1.26.10, 1.27.7 and 1.28.3; 5001 with the embedded registry, from 1.26.13, 1.27.10, 1.28.6 and 1.29.1)",
    source="k3s-io/k3s pkg/daemons/control/server.go apiServer, controllerManager, scheduler; pkg/etcd/etcd.go listenClientHTTPURLs, listenMetricsURLs; pkg/spegel/spegel.go Start",
    match=listens(
        "k3s",
        ("k3s-server", "k3s-agent", "k3s"),
        {
            "tcp 6443": Endpoint(
                Text("API and node registration", "API와 노드 등록"), {"everywhere": "k3s server"}
            ),
            "tcp 6444": Endpoint(
                Text("local way to the apiserver", "로컬 apiserver 경로"), {"loopback": "k3s"}
            ),
            "tcp 10250": Endpoint(
                Text("kubelet API", "kubelet API"),
                {
                    "everywhere": "k3s",
                    "node": Text("k3s with an address of its own", "주소를 따로 지정한 k3s"),
                },
            ),
            "tcp 10248": Endpoint(Text("kubelet health check", "kubelet 헬스 체크"), {"loopback": "k3s"}),
            "tcp 10249": Endpoint(Text("kube-proxy metrics", "kube-proxy 메트릭"), {"loopback": "k3s"}),
            "tcp 10256": Endpoint(
                Text("kube-proxy health check", "kube-proxy 헬스 체크"), {"loopback": "k3s"}
            ),
            "tcp 10257": Endpoint(
                Text("controller-manager health check and metrics", "controller-manager 헬스 체크와 메트릭"),
                {"loopback": "k3s"},
            ),
            "tcp 10258": Endpoint(
                Text(
                    "cloud-controller-manager health check and metrics",
                    "cloud-controller-manager 헬스 체크와 메트릭",
                ),
                {"loopback": "k3s"},
            ),
            "tcp 10259": Endpoint(
                Text("scheduler health check and metrics", "scheduler 헬스 체크와 메트릭"),
                {"loopback": "k3s"},
            ),
            "tcp 2379": Endpoint(
                Text("etcd client API", "etcd 클라이언트 API"), {"loopback": "k3s", "node": "k3s"}
            ),
            "tcp 2380": Endpoint(
                Text("etcd peer traffic", "etcd 피어 통신"), {"loopback": "k3s", "node": "k3s"}
            ),
            "tcp 2381": Endpoint(
                Text("etcd metrics", "etcd 메트릭"),
                {
                    "loopback": "k3s",
                    "node": Text("k3s with etcd-expose-metrics", "etcd-expose-metrics를 켠 k3s"),
                },
            ),
            "tcp 2382": Endpoint(
                Text("etcd client API without gRPC", "gRPC를 쓰지 않는 etcd 클라이언트 API"),
                {"loopback": "k3s"},
            ),
            "tcp 5001": Endpoint(
                Text(
                    "search for images on other nodes (embedded registry)",
                    "다른 노드의 이미지 탐색(내장 레지스트리)",
                ),
                {"node": Text("k3s with the embedded registry", "내장 레지스트리를 켠 k3s")},
                stand_in=True,
            ),
        },
    ),
)
