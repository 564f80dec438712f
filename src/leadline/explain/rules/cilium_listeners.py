"""Cilium's sockets: agent, operator, Envoy, Hubble, and the kernel's tunnel ports."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, binding, kernel_socket, listens
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_TUNNEL = Endpoint(
    Text(
        "tunnel between nodes (the kernel's socket, no process)",
        "노드 간 터널(커널 소켓이라 프로세스가 없음)",
    ),
    {"everywhere": "Cilium"},
)
_programs = (
    listens(
        "cilium",
        ("cilium-agent",),
        {
            "tcp *": Endpoint(
                Text("proxy for DNS and Envoy", "DNS와 Envoy용 프록시"), {"loopback": "Cilium"}
            ),
            "udp *": Endpoint(Text("proxy for DNS", "DNS용 프록시"), {"loopback": "Cilium"}),
            "tcp 9879": Endpoint(Text("agent health check", "agent 헬스 체크"), {"loopback": "Cilium"}),
            "tcp 9890": Endpoint(Text("gops debugging", "gops 디버깅"), {"loopback": "Cilium"}),
            "tcp 4240": Endpoint(
                Text("health check between nodes", "노드 간 헬스 체크"), {"everywhere": "Cilium"}
            ),
            "tcp 4244": Endpoint(
                Text("Hubble flows for the relay", "relay용 Hubble 플로우"), {"everywhere": "Cilium"}
            ),
            "tcp 4250": Endpoint(
                Text("mutual authentication between agents", "agent 간 상호 인증"),
                {"everywhere": Text("Cilium with mutual authentication", "상호 인증을 켠 Cilium")},
            ),
            "tcp 6060": Endpoint(
                Text("pprof profiling", "pprof 프로파일링"),
                {"loopback": Text("Cilium with profiling on", "프로파일링을 켠 Cilium")},
                stand_in=True,
            ),
            "tcp 9962": Endpoint(
                Text("agent metrics", "agent 메트릭"),
                {"everywhere": Text("Cilium with metrics on", "메트릭을 켠 Cilium")},
            ),
            "tcp 9965": Endpoint(
                Text("Hubble metrics", "Hubble 메트릭"),
                {"everywhere": Text("Cilium with metrics on", "메트릭을 켠 Cilium")},
            ),
            "tcp 10256": Endpoint(
                Text("health check in kube-proxy's place", "kube-proxy를 대신하는 헬스 체크"),
                {
                    "everywhere": Text(
                        "Cilium without kube-proxy, where kubeProxyReplacementHealthzBindAddr is set",
                        "kube-proxy 없이 쓰면서 kubeProxyReplacementHealthzBindAddr를 설정한 Cilium",
                    )
                },
                stand_in=True,
            ),
        },
    ),
    listens(
        "cilium",
        ("cilium-envoy",),
        {
            "tcp 9878": Endpoint(Text("Envoy health check", "Envoy 헬스 체크"), {"loopback": "Cilium"}),
            "tcp 9901": Endpoint(
                Text("Envoy administration", "Envoy 관리"),
                {"loopback": Text("Cilium with Envoy's administration on", "Envoy 관리를 켠 Cilium")},
                stand_in=True,
            ),
            "tcp 9964": Endpoint(Text("Envoy metrics", "Envoy 메트릭"), {"everywhere": "Cilium"}),
        },
    ),
    listens(
        "cilium",
        ("cilium-operator",),
        {
            "tcp 9234": Endpoint(Text("operator API", "operator API"), {"loopback": "Cilium"}),
            "tcp 9891": Endpoint(Text("gops debugging", "gops 디버깅"), {"loopback": "Cilium"}),
            "tcp 6061": Endpoint(
                Text("pprof profiling", "pprof 프로파일링"),
                {"loopback": Text("Cilium with profiling on", "프로파일링을 켠 Cilium")},
                stand_in=True,
            ),
            "tcp 9963": Endpoint(Text("operator metrics", "operator 메트릭"), {"everywhere": "Cilium"}),
        },
    ),
    listens(
        "cilium",
        ("cilium-health", "cilium-health-responder"),
        {
            "tcp 4240": Endpoint(
                Text("health check between nodes", "노드 간 헬스 체크"), {"everywhere": "Cilium"}
            )
        },
    ),
)
_kernel = (
    kernel_socket(
        "udp",
        8472,
        "cilium_vxlan",
        r"flannel(-v6)?\.\d+",
        ("cilium-agent",),
        ("flanneld", "k3s-server", "k3s-agent"),
    ),
    kernel_socket("udp", 6081, "cilium_geneve"),
    kernel_socket("udp", 51871, "cilium_wg0"),
)


def match(change: Change, pair: Pair) -> Match | None:
    for tunnel in _kernel:
        if (found := tunnel(change, pair)) is not None:
            values = {
                "port": change.entry.port,
                "what": _TUNNEL.what,
                "binding": binding(_TUNNEL, change.entry.exposure),
            }
            return Match(found.evidence, found.certainty, values, change.entry.exposure in _TUNNEL.usual)
    return next((found for ask in _programs if (found := ask(change, pair)) is not None), None)


rule = Rule(
    name="cilium-listeners",
    facts=("ss",),
    component="cilium",
    class_="config",
    why=Text("Cilium's {what} on port {port}. {binding}", "Cilium의 {what}입니다(포트 {port}). {binding}"),
    consequence=Text(
        "Between nodes 4240/tcp, 4244/tcp and the tunnel's UDP port must pass; a tunnel without encryption has no "
        "authentication.",
        "노드 사이에는 4240/tcp, 4244/tcp와 터널의 UDP 포트가 통해야 합니다. 암호화하지 않은 터널에는 인증이 없습니다.",
    ),
    since="Cilium 1.11",
    source="cilium/cilium pkg/defaults/defaults.go (4240, 9879, 9890, 9891); install/kubernetes/cilium/values.yaml, templates/cilium-configmap.yaml; Documentation/operations/system_requirements.rst",
    match=match,
)
