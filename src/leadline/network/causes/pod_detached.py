"""A pod's veth is no port of the bridge any more."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    here, device = case.host(), case.about("device")
    pod = case.topology.pod_at(case.destination)
    if here is None or pod is None or pod.host != here.host or pod.netns is None:
        return None
    inside = case.topology.netns.get((pod.host, pod.netns))
    ends = (
        [link.peer for link in inside.links.values() if link.peer is not None] if inside is not None else []
    )
    veth = next((here.links[end.device] for end in ends if end.device in here.links), None)
    if veth is None or veth.master == device:
        return None
    return Cause(
        name="pod-detached",
        key=f"pod-detached {here.host} {veth.name}",
        host=here.host,
        what=_WHAT.fill(veth=veth.name, pod=pod.full_name, host=here.host, bridge=device),
        remedy=_REMEDY.fill(pod=pod.full_name),
        commands=(f"ip link set {veth.name} master {device}", f"bridge link set dev {veth.name} hairpin on"),
        evidence=((here.host, "ip_addr", veth.raw),),
    )


_WHAT = Text(
    "{veth}, the end of {pod} on {host}, is no port of {bridge}, so nobody on the bridge has the pod's address.",
    "{host}에 있는 {pod}의 {veth}이(가) {bridge}의 포트가 아니어서 브리지에 그 파드의 주소를 가진 것이 없습니다.",
)
_REMEDY = Text(
    "put it back, or delete {pod} so that it is made anew; then keep NetworkManager and systemd-networkd away from cni0 and veth*",
    "다시 연결하거나 {pod} 파드를 삭제해 새로 만들어지게 하십시오. NetworkManager와 systemd-networkd가 cni0와 veth*를 관리하지 않게 하십시오",
)

finder = Finder(dispositions=("no-neighbour",), find=_find)
