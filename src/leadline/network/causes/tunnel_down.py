"""The VXLAN device of a node is down: its routes are gone, and nothing takes the packets of other nodes."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder, restart_flanneld, tunnels
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    if case.way.disposition == "no-route" and case.topology.belongs(case.destination) != "pod":
        return None
    own = next((link for netns, link in tunnels(case.topology) if netns.host == case.way.at), None)
    if own is None or own.up or (case.about("protocol") or "vxlan") != "vxlan":
        return None
    return Cause(
        name="tunnel-down",
        key=f"tunnel-down {case.way.at} {own.name}",
        host=case.way.at,
        what=_DOWN.fill(host=case.way.at, device=own.name),
        remedy=_KEEP_UP.fill(host=case.way.at),
        commands=(f"ip link set {own.name} up", restart_flanneld(case.topology, case.way.at)),
        evidence=((case.way.at, "ip_addr", own.raw),),
    )


_DOWN = Text(
    "{device} on {host} is down, and its routes went with it: packets for other nodes' pods leave the cluster, and theirs are not taken.",
    "{host}의 {device}이(가) 내려가 있고 그 경로도 사라져, 다른 노드의 파드로 가는 패킷은 클러스터 밖으로 나가고 들어오는 패킷도 받지 못합니다.",
)
_KEEP_UP = Text(
    "bring it up and restart flanneld on {host}, which sets its routes and neighbours anew; NetworkManager must leave flannel.1 alone",
    "인터페이스를 올리고 {host}의 flanneld를 다시 시작해 경로와 이웃 항목을 새로 설정하십시오. NetworkManager가 flannel.1을 관리하지 않게 하십시오",
)

finder = Finder(dispositions=("no-route", "no-listener"), find=_find)
