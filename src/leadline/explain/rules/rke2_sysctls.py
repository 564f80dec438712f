"""The RKE2 agent prepares its own host."""

from leadline.base.text import Text
from leadline.explain.conntrack import sized
from leadline.explain.pair import Pair
from leadline.explain.rancher import rke2
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if "nf_conntrack" not in change.key:
        return written(change, pair, "rke2") if change.key in WRITERS["rke2"].settings else None
    conntrack = sized(change, pair, rke2(pair.before), rke2(pair.after)) if _here(pair) else None
    return conntrack or written(change, pair, "rke2")


def _here(pair: Pair) -> bool:
    return bool(rke2(pair.before) or rke2(pair.after))


rule = Rule(
    name="rke2-sysctls",
    facts=("sysctl",),
    component="rke2",
    class_="config",
    why=Text(
        "The RKE2 agent sets this when it starts: forwarding for pods and services, bridged traffic through iptables, and the size and timeouts of connection tracking.",
        "RKE2 에이전트가 시작할 때 설정합니다. 파드와 서비스를 위한 포워딩, 브리지 트래픽의 iptables 통과, conntrack의 크기와 타임아웃입니다.",
    ),
    consequence=Text(
        "RKE2 needs no sysctl file for this; it writes the values again at each start.",
        "RKE2에는 이를 위한 sysctl 파일이 필요 없으며, 시작할 때마다 다시 씁니다.",
    ),
    since="RKE2 1.18",
    source="k3s-io/k3s pkg/agent/syssetup/setup.go Configure",
    keys=(*WRITERS["rke2"].settings, "net.netfilter.nf_conntrack*", "net.nf_conntrack*"),
    match=match,
)
