"""The k3s agent prepares its own host."""

from leadline.base.text import Text
from leadline.explain.conntrack import sized
from leadline.explain.pair import Pair
from leadline.explain.rancher import k3s
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if "nf_conntrack" not in change.key:
        return written(change, pair, "k3s") if change.key in WRITERS["k3s"].settings else None
    conntrack = sized(change, pair, k3s(pair.before), k3s(pair.after)) if _here(pair) else None
    return conntrack or written(change, pair, "k3s")


def _here(pair: Pair) -> bool:
    return bool(k3s(pair.before) or k3s(pair.after))


rule = Rule(
    name="k3s-sysctls",
    facts=("sysctl",),
    component="k3s",
    class_="config",
    why=Text(
        "The k3s agent sets this when it starts: forwarding for pods and services, bridged traffic through iptables, and the size and timeouts of connection tracking.",
        "k3s 에이전트가 시작할 때 설정합니다. 파드와 서비스를 위한 포워딩, 브리지 트래픽의 iptables 통과, conntrack의 크기와 타임아웃입니다.",
    ),
    consequence=Text(
        "k3s needs no sysctl file for this; it writes the values again at each start.",
        "k3s에는 이를 위한 sysctl 파일이 필요 없으며, 시작할 때마다 다시 씁니다.",
    ),
    since="k3s 1.18",
    source="k3s-io/k3s pkg/agent/syssetup/setup.go Configure",
    keys=(*WRITERS["k3s"].settings, "net.netfilter.nf_conntrack*", "net.nf_conntrack*"),
    match=match,
)
