"""NodeLocal DNSCache: a DNS server of the node for its pods."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="nodelocaldns-listeners",
    facts=("ss",),
    component="nodelocaldns",
    class_="config",
    why=Text(
        "NodeLocal DNSCache's {what} on port {port}. {binding}",
        "NodeLocal DNSCache의 {what}입니다(포트 {port}). {binding}",
    ),
    consequence=Text(
        "Every pod of the node resolves names through it; it answers on link-local addresses that only this node has.",
        "노드의 모든 파드가 이것으로 이름을 조회하며, 이 노드에만 있는 link-local 주소에서 응답합니다.",
    ),
    since="NodeLocal DNSCache 1.15",
    source="kubernetes/dns cmd/node-cache/main.go; kubernetes-sigs/kubespray roles/kubernetes-apps/ansible/templates/nodelocaldns-config.yml.j2",
    match=listens(
        "nodelocaldns",
        ("node-cache",),
        {
            "tcp 53": Endpoint(Text("DNS", "DNS"), {"node": "NodeLocal DNSCache"}),
            "udp 53": Endpoint(Text("DNS", "DNS"), {"node": "NodeLocal DNSCache"}),
            "tcp 9253": Endpoint(
                Text("metrics", "메트릭"),
                {
                    "node": Text("the stock manifest", "기본 매니페스트"),
                    "everywhere": Text("the stock manifest", "기본 매니페스트"),
                },
            ),
            "tcp 9353": Endpoint(
                Text("metrics of the setup", "설정 메트릭"),
                {"everywhere": Text("the stock manifest", "기본 매니페스트")},
            ),
            "tcp 9254": Endpoint(Text("health check", "헬스 체크"), {"node": "kubespray"}),
            "tcp 8080": Endpoint(
                Text("health check", "헬스 체크"), {"node": Text("the stock manifest", "기본 매니페스트")}
            ),
        },
    ),
)
