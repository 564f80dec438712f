"""CRI-O's sockets: streams for the kubelet, and metrics where they are switched on."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="crio-listeners",
    facts=("ss",),
    component="cri-o",
    class_="config",
    why=Text("CRI-O's {what} on port {port}. {binding}", "CRI-O의 {what}입니다(포트 {port}). {binding}"),
    consequence=Text(
        "The stream port is drawn at random at each start and stays on loopback; the metrics have no authentication.",
        "스트림 포트는 시작할 때마다 무작위로 정해지며 loopback에만 둡니다. 메트릭에는 인증이 없습니다.",
    ),
    since="CRI-O 1.12 (metrics on every address up to 1.29, on loopback from 1.30)",
    source="cri-o/cri-o pkg/config/config.go DefaultConfig (stream 127.0.0.1, port 0; metrics 127.0.0.1:9090), server/metrics/metrics.go",
    match=listens(
        "cri-o",
        ("crio",),
        {
            "tcp *": Endpoint(Text("CRI streaming", "CRI 스트리밍"), {"loopback": "CRI-O"}),
            "tcp 9090": Endpoint(
                Text("metrics", "메트릭"),
                {
                    "loopback": Text("CRI-O with metrics on", "메트릭을 켠 CRI-O"),
                    "everywhere": Text(
                        "CRI-O up to 1.29 with metrics on", "메트릭을 켠 CRI-O 1.29 이하 버전"
                    ),
                },
            ),
        },
    ),
)
