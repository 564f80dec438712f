"""The sockets of the RKE2 supervisor; kubelet and control plane have their own processes."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="rke2-listeners",
    facts=("ss",),
    component="rke2",
    class_="config",
    why=Text("RKE2's {what} on port {port}. {binding}", "RKE2의 {what}입니다(포트 {port}). {binding}"),
    consequence=Text(
        "9345 takes new nodes in with a token that does not expire by itself: open it to nodes only.",
        "9345는 저절로 만료되지 않는 토큰으로 새 노드를 받아들이므로 노드에만 여십시오.",
    ),
    since="RKE2 1.18",
    source="rancher/rke2 pkg/cli/cmds/server.go; k3s pkg/agent/loadbalancer",
    match=listens(
        "rke2",
        ("rke2", "rke2 server", "rke2 agent"),
        {
            "tcp 9345": Endpoint(
                Text("node registration", "노드 등록"),
                {"node": "RKE2 server", "loopback": "RKE2 server", "everywhere": "RKE2 server"},
            ),
            "tcp 6443": Endpoint(
                Text("load balancer to the servers", "서버로 가는 로드 밸런서"), {"loopback": "RKE2 agent"}
            ),
            "tcp 6444": Endpoint(
                Text("load balancer to the servers", "서버로 가는 로드 밸런서"), {"loopback": "RKE2"}
            ),
        },
    ),
)
