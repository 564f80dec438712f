"""An interface on the way is down, or nothing is behind it."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    where, device = case.way.place, case.about("device")
    if case.way.disposition != "link-down":
        # with a bridge that is down the route to its pods is gone, too, and none of them hears another
        pod, where = case.topology.pod_at(case.destination), ""
        here = case.host()
        if pod is None or here is None or pod.host != here.host:
            return None
        device = next(
            (each.name for each in here.links.values() if each.kind == "bridge" and not each.up), ""
        )
    found = [each for each in case.topology.netns.values() if (each.host, each.place) == (case.way.at, where)]
    link = found[0].links.get(device) if found else None
    if link is None:
        return None
    return Cause(
        name="interface-down",
        key=f"interface-down {case.way.at} {where} {device}",
        host=case.way.at,
        what=(_DOWN if not link.up else _CARRIER).fill(device=device, host=where or case.way.at),
        remedy=_UP if not link.up else _CABLE,
        commands=(f"ip link set {device} up",) if not link.up else (f"ip link show {device}",),
        evidence=((case.way.at, "ip_addr", link.raw),),
    )


_DOWN = Text(
    "{device} of {host} is switched off, and its routes with it.",
    "{host}의 {device}이(가) 내려가 있고 그 경로도 사라졌습니다.",
)
_CARRIER = Text(
    "{device} of {host} is up but has no carrier: the cable, the switch port or the virtual link behind it is off.",
    "{host}의 {device}은(는) 켜져 있지만 캐리어가 없습니다. 케이블이나 스위치 포트, 가상 링크가 꺼져 있습니다.",
)
_UP = Text(
    "bring it up, and find who took it down: NetworkManager and systemd-networkd must leave cni0, flannel.1 and veth* alone",
    "인터페이스를 올리고 누가 내렸는지 확인하십시오. NetworkManager와 systemd-networkd가 cni0, flannel.1, veth*를 관리하지 않게 해야 합니다",
)
_CABLE = Text(
    "look at the cable, the switch port or the virtual machine's network; nothing on the node can mend it",
    "케이블, 스위치 포트, 가상 머신의 네트워크를 확인하십시오. 노드 안에서는 고칠 수 없습니다",
)

finder = Finder(dispositions=("link-down", "no-route", "no-neighbour"), find=_find)
