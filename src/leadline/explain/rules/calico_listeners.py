"""Calico's sockets: felix, BIRD, Typha, and the kernel's VXLAN port."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, kernel_socket, listens, tunnel
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_VXLAN = Endpoint(
    Text(
        "VXLAN between nodes (the kernel's socket, no process)",
        "노드 간 VXLAN(커널 소켓이라 프로세스가 없음)",
    ),
    {"everywhere": "Calico"},
)
_WIREGUARD = Endpoint(
    Text("WireGuard between nodes (the kernel's socket)", "노드 간 WireGuard(커널 소켓)"),
    {"everywhere": "Calico"},
)
_FELIX = ("calico-node", "calico-felix", "calico", "felix")
_programs = (
    listens(
        "calico",
        _FELIX,
        {
            "tcp 9098": Endpoint(Text("health check", "헬스 체크"), {"loopback": "Calico"}),
            "tcp 9099": Endpoint(Text("felix health check", "felix 헬스 체크"), {"loopback": "Calico"}),
            "tcp 9091": Endpoint(
                Text("felix metrics", "felix 메트릭"),
                {"everywhere": Text("Calico with metrics on", "메트릭을 켠 Calico")},
            ),
            "tcp 10256": Endpoint(
                Text("health check in kube-proxy's place (eBPF)", "kube-proxy를 대신하는 헬스 체크(eBPF)"),
                {"everywhere": "Calico eBPF"},
                stand_in=True,
            ),
        },
    ),
    listens(
        "calico",
        ("bird", "bird6"),
        {"tcp 179": Endpoint(Text("BGP", "BGP"), {"node": "Calico", "everywhere": "Calico"})},
    ),
    listens(
        "calico",
        ("calico-typha", "calico"),
        {
            "tcp 5473": Endpoint(Text("Typha for felix", "felix가 접속하는 Typha"), {"everywhere": "Calico"}),
            "tcp 9098": Endpoint(Text("Typha health check", "Typha 헬스 체크"), {"loopback": "Calico"}),
            "tcp 9093": Endpoint(
                Text("Typha metrics", "Typha 메트릭"),
                {"everywhere": Text("Calico with metrics on", "메트릭을 켠 Calico")},
            ),
        },
    ),
)
_HAND = r"wg\d+|flannel-wg(-v6)?|cilium_wg0"
_kernel = (
    (_VXLAN, kernel_socket("udp", 4789, r"vxlan(-v6)?\.calico", "", _FELIX, ("dockerd",))),
    (_WIREGUARD, kernel_socket("udp", 51820, r"wireguard\.cali", _HAND)),
    (_WIREGUARD, kernel_socket("udp", 51821, r"wg-v6\.cali", _HAND)),
)


def match(change: Change, pair: Pair) -> Match | None:
    if (found := tunnel(change, pair, _kernel)) is not None:
        return found
    # BIRD alone may be a router's: it is Calico's only where something else of Calico's is seen.
    found = next((found for ask in _programs if (found := ask(change, pair)) is not None), None)
    if found is not None and change.entry.port == 179 and len(found.evidence) < 2:
        return None
    return found


rule = Rule(
    name="calico-listeners",
    facts=("ss",),
    component="calico",
    class_="config",
    why=Text("Calico's {what} on port {port}. {binding}", "Calico의 {what}입니다(포트 {port}). {binding}"),
    consequence=Text(
        "Between nodes 179/tcp (BGP), 4789/udp (VXLAN) or IP protocol 4 (IPIP) and 5473/tcp (Typha) must pass; "
        "nobody else needs them.",
        "노드 사이에는 179/tcp(BGP), 4789/udp(VXLAN) 또는 IP 프로토콜 4(IPIP), 5473/tcp(Typha)가 통해야 하며, 그 밖에는 "
        "열 필요가 없습니다.",
    ),
    since="Calico 3.0",
    source="projectcalico/calico felix/config/config_params.go, typha/pkg/config/config_params.go (HealthPort, PrometheusMetricsPort)",
    match=match,
)
