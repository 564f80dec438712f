"""kube-proxy sizes the connection tracking table and its timeouts."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

TIMEOUTS = {
    "net.netfilter.nf_conntrack_tcp_timeout_established": "86400",
    "net.netfilter.nf_conntrack_tcp_timeout_close_wait": "3600",
}
MAXIMUM = ("net.netfilter.nf_conntrack_max", "net.nf_conntrack_max")


def ours(key: str, value: str) -> bool:
    """kube-proxy's own values: its two timeouts, or max(131072, 32768 x CPUs) entries."""
    if key in MAXIMUM:
        return value.isdigit() and int(value) >= 131072 and int(value) % 32768 == 0
    return TIMEOUTS.get(key) == value


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind != "changed" or not ours(change.key, change.after):
        return None
    author = seen(pair.after, "kube-proxy") or seen(pair.after, "k3s")
    if author:
        return Match(author, "likely" if seen(pair.before, "kube-proxy") else "shown")
    return Match(pair.after.sysctls(TIMEOUTS), "likely")


rule = Rule(
    name="kube-proxy-conntrack",
    facts=("sysctl",),
    component="kube-proxy",
    class_="config",
    why=Text(
        "kube-proxy sizes connection tracking for services: max(131072, 32768 for each CPU) entries, "
        "established TCP kept a day and half-closed TCP an hour.",
        "kube-proxy가 서비스 트래픽에 맞게 conntrack을 조정합니다. 항목 수는 max(131072, CPU당 32768), 연결된 TCP는 "
        "하루, 반쯤 닫힌 TCP는 한 시간 유지합니다.",
    ),
    consequence=Text(
        "It raises and also lowers the table; when the table is full new connections are dropped "
        "(`nf_conntrack: table full` in the kernel log).",
        "값을 올리기도 하고 내리기도 합니다. 테이블이 가득 차면 새 연결이 버려집니다"
        "(커널 로그의 `nf_conntrack: table full`).",
    ),
    since="Kubernetes 1.2; the computed size is capped at 1048576 from 1.36; `maxPerCore: 0` leaves it alone",
    source="kubernetes cmd/kube-proxy/app/conntrack.go (1.31-1.35), pkg/proxy/conntrack/sysctls.go (1.36)",
    match=match,
)
