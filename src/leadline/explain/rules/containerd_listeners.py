"""containerd's streaming socket: a random loopback port, new at each restart."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="containerd-listeners",
    facts=("ss",),
    component="containerd",
    class_="runtime",
    why=Text(
        "containerd's CRI plugin serves exec, attach and port-forward streams for a kubelet on {port}, a port "
        "drawn at random at each start. {binding}",
        "containerd의 CRI 플러그인이 kubelet에 exec, attach, port-forward 스트림을 제공하는 포트({port})로, 시작할 때마다 무작위로 "
        "정해집니다. {binding}",
    ),
    since="containerd 1.1 (stream_server_address 127.0.0.1, stream_server_port 0)",
    source="containerd/containerd internal/cri/config/config.go DefaultServerConfig, internal/cri/config/streaming.go",
    match=listens(
        "containerd",
        ("containerd",),
        {
            "tcp *": Endpoint(Text("CRI streaming", "CRI 스트리밍"), {"loopback": "containerd"}),
        },
    ),
)
