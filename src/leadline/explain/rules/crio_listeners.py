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
        "The stream port is drawn at random at each start and stays on loopback.",
        "스트림 포트는 시작할 때마다 무작위로 정해지며 loopback에만 둡니다.",
    ),
    since="CRI-O 1.13",
    source="cri-o pkg/config/config.go (stream_address 127.0.0.1, stream_port 0, metrics_port 9090)",
    match=listens(
        "cri-o",
        ("crio",),
        {
            "tcp *": Endpoint(Text("CRI streaming", "CRI 스트리밍"), {"loopback": "CRI-O"}),
            "tcp 9090": Endpoint(
                Text("metrics", "메트릭"), {"loopback": Text("CRI-O with metrics on", "메트릭을 켠 CRI-O")}
            ),
        },
    ),
)
