"""kube-router's sockets: health check, BGP and the control of its BGP server."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="kube-router-listeners",
    facts=("ss",),
    component="kube-router",
    class_="config",
    why=Text(
        "kube-router's {what} on port {port}. {binding}", "kube-router의 {what}입니다(포트 {port}). {binding}"
    ),
    consequence=Text(
        "179 must be open between nodes for their routes; the health check answers everybody.",
        "노드 사이에서 라우트를 주고받으려면 179가 열려 있어야 합니다. 헬스 체크는 누구에게나 응답합니다.",
    ),
    since="kube-router 0.1",
    source="cloudnativelabs/kube-router pkg/options/options.go, pkg/controllers/routing/network_routes_controller.go (ListenAddresses, GrpcListenAddress)",
    match=listens(
        "kube-router",
        ("kube-router",),
        {
            "tcp 20244": Endpoint(Text("health check", "헬스 체크"), {"everywhere": "kube-router"}),
            "tcp 179": Endpoint(Text("BGP to other nodes", "다른 노드와의 BGP"), {"node": "kube-router"}),
            "tcp 50051": Endpoint(
                Text("control of its BGP server", "BGP 서버 제어"), {"loopback": "kube-router"}
            ),
        },
    ),
)
