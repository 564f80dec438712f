"""kube-proxy in ipvs mode sets the keys of IPVS."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "kube-proxy")


rule = Rule(
    name="kube-proxy-ipvs-sysctls",
    facts=("sysctl",),
    keys=WRITERS["kube-proxy"].settings,
    component="kube-proxy",
    class_="config",
    why=Text(
        "kube-proxy in ipvs mode sets this: connection tracking for IPVS, connections to vanished endpoints ended at once, and with strictARP no ARP answers for service addresses.",
        "ipvs 모드의 kube-proxy가 설정합니다. IPVS에 conntrack을 사용하고, 사라진 엔드포인트로의 연결을 바로 끝내며, strictARP이면 서비스 주소에 대한 ARP에 응답하지 않습니다.",
    ),
    consequence=Text(
        "Without strictARP every node answers ARP for load balancer addresses on kube-ipvs0, and MetalLB in layer 2 mode fails.",
        "strictARP가 없으면 모든 노드가 kube-ipvs0의 로드밸런서 주소에 ARP로 응답하여 MetalLB의 2계층 모드가 동작하지 않습니다.",
    ),
    since="Kubernetes 1.9; strictARP from 1.13; conn_reuse_mode only on kernels 4.1-5.8",
    source="kubernetes/kubernetes pkg/proxy/ipvs/proxier.go NewProxier",
    match=match,
)
