"""Another network on the node, not the cluster's, takes the addresses of another node's pods."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    here, device = case.host(), case.about("device")
    pod = case.topology.pod_at(case.destination)
    if here is None or device not in here.links or pod is None or pod.host == here.host:
        return None
    link = here.links[device]
    if (
        link.kind == "vxlan"
        or device == "cni0"
        or not any(
            own >> 32 - length == case.destination >> 32 - length for own, length in link.addresses if length
        )
    ):
        return None
    cite = next(
        (e.cite for e in case.way.hops[-1].decisions if e.kind == "route" and device in e.cite), link.raw
    )
    return Cause(
        name="other-network",
        key=f"other-network {here.host} {device}",
        host=here.host,
        what=_WHAT.fill(host=here.host, device=device, pod=pod.full_name, there=pod.host, cite=cite),
        remedy=_REMEDY.fill(device=device),
        commands=(f"ip addr show dev {device}", f"ip route get {case.about('address') or pod.addresses[0]}"),
        evidence=((here.host, "ip_route", cite),),
    )


_WHAT = Text(
    "The network of {device} on {host} overlaps the pod network: `{cite}` takes packets for {pod} on {there}.",
    "{host}의 {device} 네트워크가 파드 대역과 겹칩니다: `{cite}` 경로가 {there}의 {pod}(으)로 가는 패킷을 가져갑니다.",
)
_REMEDY = Text(
    "give {device} (libvirt, Docker, a VPN …) a network outside the pod network, or the cluster another pod network",
    "{device}(libvirt, Docker, VPN 등)의 네트워크를 파드 대역 밖으로 옮기거나 클러스터의 파드 대역을 바꾸십시오",
)

finder = Finder(dispositions=("no-neighbour", "link-down"), find=_find)
