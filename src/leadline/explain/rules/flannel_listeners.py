"""Flannel's sockets: the kernel's VXLAN port, and flanneld's health check where it is switched on."""

from leadline.base.text import Text
from leadline.explain.components import SIGNS
from leadline.explain.listening import Endpoint, binding, listens
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

VXLAN = Endpoint(
    Text("VXLAN between nodes (the kernel's socket, no process)", "노드 간 VXLAN(커널 소켓이라 프로세스가 없음)"),
    {"everywhere": "flannel"},
)
_flanneld = listens(
    "flannel", ("flanneld",), {"tcp 8081": Endpoint(Text("health check", "헬스 체크"), {"everywhere": "the stock manifest"})}
)


def match(change: Change, pair: Pair) -> Match | None:
    listener = change.entry
    if (listener.protocol, listener.port) != ("udp", 8472) or listener.processes:
        return _flanneld(change, pair)
    witness = pair.side(change)
    device = witness.interface(*SIGNS["flannel"].interfaces, kind="vxlan")
    if device is None or witness.interface("cilium_vxlan") is not None:
        return None
    values = {"port": 8472, "what": VXLAN.what, "binding": binding(VXLAN, listener.exposure)}
    return Match((device,), values=values, usual=listener.exposure in VXLAN.usual)


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
    source="flannel pkg/backend/vxlan/device.go, Documentation/kube-flannel.yml",
    match=match,
)
