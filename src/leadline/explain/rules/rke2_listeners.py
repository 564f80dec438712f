"""The sockets of the RKE2 supervisor; kubelet and control plane have their own processes."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_PROGRAMS = ("rke2", "rke2 server", "rke2 agent")
_supervisor = listens(
    "rke2",
    _PROGRAMS,
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
)
# Off by default: without it the ports above are still the whole set.
_registry = listens(
    "rke2",
    _PROGRAMS,
    {
        "tcp 5001": Endpoint(
            Text(
                "search for images on other nodes (embedded registry)",
                "다른 노드의 이미지 탐색(내장 레지스트리)",
            ),
            {"node": Text("RKE2 with the embedded registry", "내장 레지스트리를 켠 RKE2")},
            stand_in=True,
        ),
    },
)


def match(change: Change, pair: Pair) -> Match | None:
    return _supervisor(change, pair) or _registry(change, pair)


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
    since="RKE2 1.18 (5001 with the embedded registry, from 1.26.13, 1.27.10, 1.28.6 and 1.29.1)",
    source="rancher/rke2 pkg/cli/defaults/defaults.go (9345, 6443); k3s-io/k3s pkg/agent/loadbalancer/loadbalancer.go New, pkg/spegel/spegel.go Start",
    match=match,
)
