"""kube-proxy's device that holds the service addresses in IPVS mode."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

IPVS = {"net.ipv4.vs.conntrack": "1", "net.ipv4.vs.expire_nodest_conn": "1"}


def match(change: Change, pair: Pair) -> Match | None:
    if change.key != "kube-ipvs0" or (
        change.kind == "changed" and set(change.fields) - {"addresses", "lifetimes"}
    ):
        return None
    side = pair.side(change)
    author = seen_apart(side, "kube-proxy", *LINK)
    signature = side.sysctls(IPVS)
    services = [each for each in change.entry.addresses or () if each.endswith(("/32", "/128"))]
    count = len(change.entry.addresses or ())
    idle = (
        "NOARP" in change.entry.flags and "UP" not in change.entry.flags and count and len(services) == count
    )
    own = (side.saw("ip_addr", f"kube-ipvs0 NOARP, not UP, {' '.join(services)}"),) if idle else ()
    evidence = author or signature or own
    return Match(evidence, "shown" if author else "likely", {"count": count}) if evidence else None


rule = Rule(
    name="kube-ipvs-interface",
    facts=("ip_addr",),
    component="kube-proxy",
    class_="config",
    why=Text(
        "kube-proxy in IPVS mode puts every service address ({count} here) on this dummy device, so that the kernel "
        "takes packets for them as its own; the device stays DOWN on purpose.",
        "IPVS 모드의 kube-proxy가 모든 서비스 주소(현재 {count}개)를 이 dummy 장치에 올려, 커널이 그 패킷을 자기 것으로 "
        "받게 합니다. 장치가 DOWN인 것은 정상입니다.",
    ),
    consequence=Text(
        "Service addresses are local addresses: without `strictARP` the node answers ARP for load balancer addresses.",
        "서비스 주소가 로컬 주소가 됩니다. `strictARP`가 없으면 노드가 로드밸런서 주소의 ARP에도 응답합니다.",
    ),
    since="Kubernetes 1.9-1.36, IPVS mode (deprecated from 1.35)",
    source="kubernetes/kubernetes pkg/proxy/ipvs/proxier.go (defaultDummyDevice), netlink_linux.go",
    match=match,
)
