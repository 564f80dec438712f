"""Bridged packets do not pass iptables, so the answer of a pod on the same node keeps its own address."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.result import Cause

_KEY = "net.bridge.bridge-nf-call-iptables"


def _find(case: Case) -> Cause | None:
    host = next(
        (
            hop.host
            for hop in case.way.hops
            for each in hop.decisions
            if each.kind == "setting" and _KEY in each.cite
        ),
        "",
    )
    if not host:
        return None
    return Cause(
        name="bridge-calls",
        key=f"bridge-calls {host}",
        host=host,
        what=_WHAT.fill(host=host, service=case.flow.destination, pod=case.about("address")),
        remedy=_REMEDY,
        commands=(
            "modprobe br_netfilter",
            f"sysctl -w {_KEY}=1",
            "echo br_netfilter >> /etc/modules-load.d/kubernetes.conf",
            f"echo '{_KEY} = 1' >> /etc/sysctl.d/99-kubernetes.conf",
        ),
        evidence=((host, "sysctl", f"{_KEY} = 0"),),
    )


_WHAT = Text(
    "On {host} bridged packets do not pass iptables ({pod} answers over cni0 alone), so the answer is not given the address of {service} back and the client drops it.",
    "{host}에서 브리지를 지나는 패킷이 iptables를 거치지 않습니다. {pod}의 응답이 cni0만 지나므로 출발지가 {service}(으)로 되돌려지지 않고, 클라이언트가 이 응답을 버립니다.",
)
_REMEDY = Text(
    "load br_netfilter and set the key, now and at every boot",
    "br_netfilter를 로드하고 값을 설정하십시오. 부팅할 때마다 적용되게 하십시오",
)

finder = Finder(dispositions=("wrong-source",), find=_find)
