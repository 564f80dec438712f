"""A pod's veth is no port of the bridge any more."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.pods import Pod
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    here = case.topology.pod_at(case.destination)
    sender = next(
        (pod for pod in case.topology.pods if case.way.place and pod.full_name == case.way.place), None
    )
    return next((cause for pod in (here, sender) if pod is not None and (cause := _of(case, pod))), None)


def _of(case: Case, pod: Pod) -> Cause | None:
    inside, host = case.topology.netns.get((pod.host, pod.netns or "")), case.host(pod.host)
    if inside is None or host is None or pod.host != case.way.at:
        return None
    ends = [link.peer.device for link in inside.links.values() if link.peer is not None]
    veth = next((host.links[each] for each in ends if each in host.links), None)
    bridge = next((link.name for link in host.links.values() if link.kind == "bridge" and link.addresses), "")
    if veth is None or veth.master or not bridge:
        return None
    return Cause(
        name="pod-detached",
        key=f"pod-detached {pod.host} {veth.name}",
        host=pod.host,
        what=_WHAT.fill(veth=veth.name, pod=pod.full_name, host=pod.host, bridge=bridge),
        remedy=_REMEDY.fill(pod=pod.full_name),
        commands=(f"ip link set {veth.name} master {bridge}", f"bridge link set dev {veth.name} hairpin on"),
        evidence=((pod.host, "ip_addr", veth.raw),),
    )


_WHAT = Text(
    "{veth}, the end of {pod} on {host}, is no port of {bridge}, so nobody on the bridge has the pod's address.",
    "{host}에서 {pod}에 연결된 {veth}이(가) {bridge}의 포트가 아니어서, 브리지에서 그 파드의 주소에 응답하는 것이 없습니다.",
)
_REMEDY = Text(
    "put it back, or delete {pod} so that its controller makes it anew; then keep NetworkManager and systemd-networkd away from cni0 and veth*",
    "다시 연결하거나 {pod} 파드를 삭제해 컨트롤러가 새로 만들게 하십시오. NetworkManager와 systemd-networkd가 cni0와 veth*를 관리하지 않게 하십시오",
)

finder = Finder(dispositions=("no-neighbour",), find=_find)
