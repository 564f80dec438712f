"""kube-proxy lets packets to 127/8 be routed, so that NodePorts answer on loopback."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.conntrack import TIMEOUTS
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_files import asked
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

KEY = "net.ipv4.conf.all.route_localnet"


def _proxy(witness: Witness) -> tuple[Evidence, ...]:
    """kube-proxy at work, in a mode that may set this (not ipvs)."""
    if witness.interface("kube-ipvs0"):
        return ()
    return (
        seen(witness, "kube-proxy")
        or seen(witness, "rke2")
        or seen(witness, "k3s")
        or seen(witness, "microk8s")
    )


def match(change: Change, pair: Pair) -> Match | None:
    before, after = _proxy(pair.before), _proxy(pair.after)
    if change.after == "0":
        return Match(before, "likely") if before and not after else None
    if change.after != "1" or asked(pair.after, KEY, "1") is not None:
        return None
    if after:
        return Match(after, "likely" if before else "shown")
    moved = all(pair.change("sysctl", key) for key in TIMEOUTS)
    return Match(pair.after.sysctls(TIMEOUTS), "likely") if moved else None


rule = Rule(
    name="kube-proxy-route-localnet",
    facts=("sysctl",),
    kinds=("changed",),
    component="kube-proxy",
    class_="config",
    why=Text(
        "kube-proxy in iptables mode sets this so that a NodePort can be reached on 127.0.0.1 too "
        "(`localhostNodePorts`, on by default).",
        "iptables 모드의 kube-proxy가 127.0.0.1에서도 NodePort에 접속할 수 있도록 설정합니다"
        "(`localhostNodePorts`, 기본값 켜짐).",
    ),
    consequence=Text(
        "Without the KUBE-FIREWALL rule neighbours on the link could reach services bound to 127.0.0.1 "
        "(CVE-2020-8558); a firewall flush removes that rule for up to a minute. kube-proxy never sets it back.",
        "KUBE-FIREWALL 규칙이 없으면 같은 링크의 이웃이 127.0.0.1에 바인딩된 서비스에 접근할 수 있습니다"
        "(CVE-2020-8558). 방화벽을 flush하면 최대 1분간 이 규칙이 사라집니다. kube-proxy는 값을 되돌리지 않습니다.",
    ),
    since="Kubernetes 1.0, iptables mode; off with nodePortAddresses that exclude loopback",
    source="kubernetes/kubernetes pkg/proxy/iptables/proxier.go NewProxier",
    keys=(KEY,),
    match=match,
)
