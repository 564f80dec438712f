"""kube-router's bridge and service device."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.key not in ("kube-bridge", "kube-dummy-if") and change.entry.master != "kube-bridge":
        return None
    author = seen_apart(pair.side(change), "kube-router", *LINK)
    return Match(author) if author else None


rule = Rule(
    name="kube-router-interfaces",
    facts=("ip_addr",),
    component="kube-router",
    class_="config",
    why=Text(
        "kube-router's own: the pods' bridge kube-bridge with its ports, or the device that holds service addresses.",
        "kube-router가 만든 것입니다. 파드 브리지인 kube-bridge와 그 포트, 또는 서비스 주소를 올린 장치입니다.",
    ),
    since="kube-router 0.1",
    source="cloudnativelabs/kube-router pkg/controllers/routing/network_routes_controller.go, pkg/controllers/proxy/network_services_controller.go (KubeDummyIf, KubeBridgeIf)",
    match=match,
)
