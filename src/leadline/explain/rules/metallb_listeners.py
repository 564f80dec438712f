"""The sockets of MetalLB's speaker."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="metallb-listeners",
    facts=("ss",),
    component="metallb",
    class_="config",
    why=Text(
        "MetalLB speaker's {what} on port {port}. {binding}",
        "MetalLB speaker의 {what}입니다(포트 {port}). {binding}",
    ),
    consequence=Text(
        "7946 tcp and udp must be open between nodes: where it is not, two nodes may answer for one address.",
        "노드 사이에 7946 tcp와 udp가 열려 있어야 합니다. 막히면 두 노드가 한 주소에 응답할 수 있습니다.",
    ),
    since="MetalLB 0.9 (7472 up to 0.15; 9120 and 17472 from 0.16)",
    source="metallb/metallb speaker/main.go, internal/k8s/k8s.go metricsBindAddress, config/manifests/metallb-native.yaml, internal/speakerlist/speakerlist.go New",
    match=listens(
        "metallb",
        ("speaker",),
        {
            "tcp 7946": Endpoint(
                Text("memberlist (which speakers are alive)", "memberlist(살아 있는 speaker 확인)"),
                {"node": "MetalLB"},
            ),
            "udp 7946": Endpoint(
                Text("memberlist (which speakers are alive)", "memberlist(살아 있는 speaker 확인)"),
                {"node": "MetalLB"},
            ),
            "tcp 7472": Endpoint(Text("metrics", "메트릭"), {"everywhere": "MetalLB", "node": "MetalLB"}),
            "tcp 9120": Endpoint(Text("metrics over HTTPS", "HTTPS 메트릭"), {"everywhere": "MetalLB"}),
            "tcp 17472": Endpoint(Text("health check", "헬스 체크"), {"loopback": "MetalLB"}),
        },
    ),
)
