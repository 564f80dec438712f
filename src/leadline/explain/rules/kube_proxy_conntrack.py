"""kube-proxy sizes the connection tracking table and its timeouts."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.conntrack import sized
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if any(seen(side, name) for side in (pair.before, pair.after) for name in ("k3s", "rke2")):
        return None  # their agent writes these itself and tells kube-proxy to leave them alone
    return sized(change, pair, seen(pair.before, "kube-proxy"), seen(pair.after, "kube-proxy"))


rule = Rule(
    name="kube-proxy-conntrack",
    facts=("sysctl",),
    component="kube-proxy",
    class_="config",
    why=Text(
        "kube-proxy sizes connection tracking for services: max(131072, 32768 for each CPU) entries, "
        "established TCP kept a day and half-closed TCP an hour (the agents of k3s and RKE2 write the same in its place).",
        "kube-proxy가 서비스 트래픽에 맞게 conntrack을 조정합니다. 항목 수는 max(131072, CPU당 32768), 연결된 TCP는 "
        "하루, 반쯤 닫힌 TCP는 한 시간 유지합니다(k3s와 RKE2에서는 에이전트가 같은 값을 대신 씁니다).",
    ),
    consequence=Text(
        "It raises and also lowers the table; when the table is full new connections are dropped "
        "(`nf_conntrack: table full` in the kernel log).",
        "값을 올리기도 하고 내리기도 합니다. 테이블이 가득 차면 새 연결이 버려집니다"
        "(커널 로그의 `nf_conntrack: table full`).",
    ),
    since="Kubernetes 1.2; the computed size is capped at 1048576 from 1.36; `maxPerCore: 0` leaves it alone",
    source="kubernetes/kubernetes cmd/kube-proxy/app/conntrack.go (1.31-1.35), pkg/proxy/conntrack/sysctls.go (1.36)",
    keys=("net.netfilter.nf_conntrack*", "net.nf_conntrack*"),
    match=match,
)
