"""Two nodes have the same part of the pod network."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder, restart_flanneld
from leadline.network.packet import dotted
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    here, device, address = case.host(), case.about("device"), case.destination
    if here is None or device not in here.links or here.links[device].kind != "bridge":
        return None
    for own, length in here.links[device].addresses:
        if own >> 32 - length != address >> 32 - length:
            continue
        for other in case.topology.netns.values():
            bridge = other.links.get(device)
            if other.key == here.key or other.key[1] or bridge is None:
                continue
            if any(each >> 32 - length == own >> 32 - length for each, _ in bridge.addresses):
                subnet = f"{dotted(own >> 32 - length << 32 - length)}/{length}"
                return Cause(
                    name="subnet-twice",
                    key=f"subnet-twice {subnet}",
                    host=here.host,
                    what=_WHAT.fill(one=here.host, other=other.host, subnet=subnet, device=device),
                    remedy=_REMEDY.fill(host=here.host),
                    commands=(
                        "kubectl get nodes -o custom-columns=NAME:.metadata.name,CIDR:.spec.podCIDR",
                        "cat /run/flannel/subnet.env",
                        restart_flanneld(case.topology, here.host),
                    ),
                    evidence=(
                        (here.host, "ip_addr", here.links[device].raw),
                        (other.host, "ip_addr", bridge.raw),
                    ),
                )
    return None


_WHAT = Text(
    "{one} and {other} both have {subnet} on {device}; packets for its pods go to whichever node was told last.",
    "{one}와(과) {other}의 {device}에 모두 {subnet} 대역이 있어, 그 파드로 가는 패킷이 나중에 알려진 노드로 갑니다.",
)
_REMEDY = Text(
    "give each node its own part: compare /run/flannel/subnet.env and the nodes' podCIDR, and take the address off the node whose part it is not ({host}, if its podCIDR is another)",
    "노드마다 대역이 하나씩만 있도록 /run/flannel/subnet.env와 노드의 podCIDR을 비교하고, 자기 대역이 아닌 노드(podCIDR이 다르다면 {host})에서 주소를 제거하십시오",
)

finder = Finder(dispositions=("no-neighbour", "wrong-mac"), find=_find)
