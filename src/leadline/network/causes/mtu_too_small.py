"""An interface on the way takes less than the sender's own does."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.netns import Link
from leadline.network.result import Cause

_OVERHEAD = 50


def _find(case: Case) -> Cause | None:
    place = case.way.place
    here = next(
        (each for each in case.topology.netns.values() if (each.host, each.place) == (case.way.at, place)),
        None,
    )
    device, mtu = case.about("device"), case.about("mtu")
    link = here.links.get(device) if here is not None else None
    if link is None or here is None:
        return None
    if place:
        return Cause(
            name="mtu-too-small",
            key=f"mtu-too-small {place} {device}",
            host=here.host,
            what=_OWN.fill(device=device, host=place, mtu=mtu, size=case.about("size")),
            remedy=_SMALLER.fill(mtu=mtu),
            evidence=((here.host, "ip_addr", link.raw),) if link.raw else (),
        )
    wanted = _wanted(case, here.host, link)
    silent = (
        case.way.noticed == "timeout"
        and case.way.decisive is not None
        and case.way.decisive.stage == "routing"
    )
    what = _BLACK_HOLE if silent else _TOO_SMALL
    return Cause(
        name="mtu-too-small",
        key=f"mtu-too-small {here.host} {device}",
        host=here.host,
        what=what.fill(device=device, host=here.host, mtu=mtu, size=case.about("size")),
        remedy=(_LET_ICMP if silent else _SAME).fill(device=device, host=here.host, wanted=wanted or "?"),
        commands=(f"ip link set {device} mtu {wanted}",) if wanted else (),
        evidence=((here.host, "ip_addr", link.raw),),
    )


def _wanted(case: Case, host: str, link: Link) -> int | None:
    """The MTU that the same interface has on the other hosts, or that a tunnel has above its uplink."""
    here = case.topology.netns[host, ""]
    if link.kind == "vxlan" and link.lower in here.links and (below := here.links[link.lower].mtu):
        return below - _OVERHEAD
    others = [
        other.links[link.name].mtu or 0
        for key, other in case.topology.netns.items()
        if key[1] == "" and key[0] != host and link.name in other.links
    ]
    return max(others, default=0) or None


_OWN = Text(
    "The packet of {size} bytes is larger than the MTU {mtu} of {device} of {host} itself, so it is not even sent.",
    "{size}바이트 패킷이 {host} 자신의 {device} MTU {mtu}보다 커서 보내지지도 않습니다.",
)
_SMALLER = Text(
    "send at most {mtu} bytes, IP header included; what uses TCP does so by itself",
    "IP 헤더를 포함해 {mtu}바이트까지만 보내십시오. TCP는 스스로 그렇게 합니다",
)
_TOO_SMALL = Text(
    "The MTU of {device} on {host} is {mtu}, but packets of {size} bytes come its way: small ones pass, large ones do not.",
    "{host}의 {device} MTU는 {mtu}인데 {size}바이트 패킷이 그곳을 지납니다. 작은 패킷은 통과하고 큰 패킷은 통과하지 못합니다.",
)
_BLACK_HOLE = Text(
    "The MTU of {device} on {host} is {mtu}, packets of {size} bytes come its way, and the ICMP message that would tell the sender does not get back: large transfers hang.",
    "{host}의 {device} MTU는 {mtu}인데 {size}바이트 패킷이 지나고, 이를 알리는 ICMP 메시지도 발신자에게 돌아가지 못해 큰 전송이 멈춥니다.",
)
_SAME = Text(
    "give {device} on {host} the MTU it has elsewhere ({wanted}), or lower the pods' by flannel's net-conf.json and make the pods anew",
    "{host}의 {device} MTU를 다른 곳과 같게({wanted}) 하거나, flannel의 net-conf.json에서 파드 MTU를 낮추고 파드를 새로 만드십시오",
)
_LET_ICMP = Text(
    "let ICMP fragmentation-needed (type 3 code 4) through every firewall, and give {device} on {host} the MTU it should have ({wanted})",
    "모든 방화벽에서 ICMP fragmentation-needed(type 3 code 4)를 허용하고 {host}의 {device} MTU를 알맞게({wanted}) 설정하십시오",
)

finder = Finder(dispositions=("too-big",), find=_find)
