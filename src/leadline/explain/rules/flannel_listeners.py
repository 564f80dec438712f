"""Flannel's sockets: the kernel's tunnel ports, and flanneld's health check where it is switched on."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, kernel_socket, listens, tunnel
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

VXLAN = Endpoint(
    Text(
        "VXLAN between nodes (the kernel's socket, no process)",
        "노드 간 VXLAN(커널 소켓이라 프로세스가 없음)",
    ),
    {"everywhere": "flannel"},
)
_WIREGUARD = Endpoint(
    Text("WireGuard between nodes (the kernel's socket)", "노드 간 WireGuard(커널 소켓)"),
    {"everywhere": "flannel"},
)
_flanneld = listens(
    "flannel",
    ("flanneld",),
    {
        "tcp 8081": Endpoint(
            Text("health check", "헬스 체크"), {"everywhere": Text("the stock manifest", "기본 매니페스트")}
        ),
        "udp 8285": Endpoint(Text("tunnel in user space", "사용자 공간 터널"), {"node": "flannel udp"}),
    },
)
_HAND = r"wg\d+|wireguard\.cali|cilium_wg0"
_kernel = (
    (
        VXLAN,
        kernel_socket(
            "udp",
            8472,
            r"flannel(-v6)?\.\d+",
            "cilium_vxlan",
            ("flanneld", "k3s-server", "k3s-agent"),
            ("cilium-agent",),
        ),
    ),
    (_WIREGUARD, kernel_socket("udp", 51820, r"flannel-wg(-v6)?", _HAND)),
    (_WIREGUARD, kernel_socket("udp", 51821, r"flannel-wg(-v6)?", _HAND)),
)


def match(change: Change, pair: Pair) -> Match | None:
    return tunnel(change, pair, _kernel) or _flanneld(change, pair)


rule = Rule(
    name="flannel-listeners",
    facts=("ss",),
    component="flannel",
    class_="config",
    why=Text("Flannel's {what} on port {port}. {binding}", "Flannel의 {what}입니다(포트 {port}). {binding}"),
    consequence=Text(
        "VXLAN has no authentication: let 8472/udp in from the other nodes only.",
        "VXLAN에는 인증이 없으므로 8472/udp는 다른 노드에서만 들어오게 하십시오.",
    ),
    since="flannel 0.5 (VXLAN on 8472); health check on 8081 in the stock manifest from v0.28.9",
    source="flannel-io/flannel pkg/backend/vxlan/device.go, pkg/backend/wireguard/wireguard.go (51820, 51821), Documentation/kube-flannel.yml",
    match=match,
)
