"""A pod's packets leave the cluster with the pod's own address, and no answer finds its way back."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder, restart_flanneld
from leadline.network.packet import dotted
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    leaving = next((hop for hop in reversed(case.branch.request.hops) if hop.host), None)
    if (
        case.branch.reply is None
        or case.way is not case.branch.reply
        or case.way.hops[0].host
        or leaving is None
    ):
        return None
    address = dotted(case.destination)
    return Cause(
        name="masquerade",
        key=f"masquerade {leaving.host}",
        host=leaving.host,
        what=_WHAT.fill(host=leaving.host, address=address),
        remedy=_REMEDY.fill(host=leaving.host),
        commands=(
            "iptables -t nat -S FLANNEL-POSTRTG",
            "cat /run/flannel/subnet.env",
            restart_flanneld(case.topology, leaving.host),
        ),
    )


_WHAT = Text(
    "Packets of {address} leave {host} for the world with the pod's own address; nobody outside has a route back to it.",
    "{address}의 패킷이 파드 주소를 그대로 가지고 {host}에서 외부로 나갑니다. 외부에는 그 주소로 돌아오는 경로가 없습니다.",
)
_REMEDY = Text(
    "flanneld writes the MASQUERADE rule for the pod network where it runs with --ip-masq: see that it does and restart it on {host}",
    "flanneld는 --ip-masq로 실행하면 파드 대역에 대한 MASQUERADE 규칙을 추가합니다. 그렇게 실행되는지 확인하고 {host}에서 다시 시작하십시오",
)

finder = Finder(dispositions=("no-route",), find=_find)
