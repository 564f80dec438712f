"""What kubeadm asks of a host before it starts, so that whoever prepared the host set it."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, tells_installers, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    found = written(change, pair, "preparation")
    if found is None or not tells_installers(pair.after):
        return None
    bridged = change.key.startswith("net.bridge.")
    return Match(found.evidence, "likely", {"key": change.key, "then": _BRIDGED if bridged else _ROUTES})


_ROUTES = Text(
    "The host routes between all its interfaces: what may pass is up to the firewall's FORWARD rules.",
    "호스트가 모든 인터페이스 사이에서 라우팅하며, 무엇을 통과시킬지는 방화벽의 FORWARD 규칙이 정합니다.",
)
_BRIDGED = Text(
    "Packets between pods on one bridge pass the host's firewall rules too, so that service addresses work there.",
    "같은 브리지의 파드끼리 주고받는 패킷도 호스트의 방화벽 규칙을 거치므로, 그 사이에서도 서비스 주소가 동작합니다.",
)


rule = Rule(
    name="host-preparation",
    facts=("sysctl",),
    keys=WRITERS["preparation"].settings,
    component="administrator",
    class_="config",
    why=Text(
        "{key}: kubeadm's preflight checks and the network plugin ask for it before the first pod starts, so the person or script that "
        "prepared the host most likely set it (without that, the bridge plugin or kube-proxy turns forwarding on).",
        "{key}: kubeadm의 preflight 검사와 네트워크 플러그인이 첫 파드보다 먼저 요구하는 값이므로, 호스트를 준비한 사람이나 "
        "스크립트가 설정했을 가능성이 큽니다(그렇지 않으면 bridge 플러그인이나 kube-proxy가 포워딩을 켭니다).",
    ),
    consequence=Text("{then}", "{then}"),
    since="kubeadm 1.6; bridge-nf-call-iptables is no longer checked from 1.31 on, flannel still needs it",
    source="kubernetes/kubernetes cmd/kubeadm/app/preflight/checks.go InitIPv4Checks; flannel-io/flannel main.go",
    match=match,
)
