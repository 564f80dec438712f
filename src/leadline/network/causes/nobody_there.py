"""Nobody has the address that the packet is for."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.packet import dotted
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    address = dotted(case.destination)
    pod = case.topology.pod_at(case.destination)
    known = _ELSEWHERE.fill(pod=pod.full_name, there=pod.host) if pod is not None else _NOBODY
    return Cause(
        name="nobody-there",
        key=f"nobody-there {case.way.at} {address}",
        host=case.way.at,
        what=_WHAT.fill(host=case.way.at, address=address, device=case.about("device") or "?", known=known),
        remedy=_REMEDY.fill(address=address),
        commands=("kubectl get pods -A -o wide", f"ip route get {address}"),
    )


_WHAT = Text(
    "{host} looks for {address} on {device}, where nobody has it: {known}.",
    "{host}이(가) {device}에서 {address}을(를) 찾지만 그곳에는 없습니다. {known}.",
)
_NOBODY = Text(
    "no recorded pod or host has this address", "기록된 파드나 호스트 중 이 주소를 가진 것이 없습니다"
)
_ELSEWHERE = Text("it is {pod}'s, on {there}", "{there}에 있는 {pod}의 주소입니다")
_REMEDY = Text(
    "see whether the pod with {address} still exists, and on which node",
    "{address} 주소의 파드가 아직 있는지, 어느 노드에 있는지 확인하십시오",
)

finder = Finder(
    dispositions=("no-neighbour", "wrong-mac", "no-route", "wrong-source"), find=_find, otherwise=True
)
