"""Two nodes use different UDP ports, or networks, for VXLAN."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder, restart_flanneld, tunnels
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    if case.about("protocol") != "vxlan":
        return None
    ports = {
        netns.host: (link.port, link.vni)
        for netns, link in tunnels(case.topology)
        if link.name == case.about("device")
    }
    own = ports.get(case.way.at)
    if own is None:
        return None
    alone = sum(1 for each in ports.values() if each == own) == 1 and len(ports) > 2
    asked = case.about("port")
    return Cause(
        name="tunnel-port",
        key=f"tunnel-port {case.way.at if alone else sorted({str(each) for each in ports.values()})}",
        host=case.way.at,
        what=_WHAT.fill(device=case.about("device"), host=case.way.at, own=own[0], vni=own[1], asked=asked),
        remedy=_REMEDY.fill(host=case.way.at),
        commands=(
            "kubectl -n kube-flannel get configmap kube-flannel-cfg -o yaml",
            f"ip link delete {case.about('device')}",
            restart_flanneld(case.topology, case.way.at),
        ),
        evidence=tuple(
            (netns.host, "ip_addr", link.raw)
            for netns, link in tunnels(case.topology)
            if netns.host == case.way.at
        ),
    )


_WHAT = Text(
    "{device} of {host} listens on UDP port {own}, network {vni}, but the others send to port {asked}.",
    "{host}의 {device}은(는) UDP {own}번 포트, VNI {vni}을(를) 쓰는데 다른 노드는 {asked}번 포트로 보냅니다.",
)
_REMEDY = Text(
    "flannel's net-conf.json is for all nodes: delete the device on {host} and restart flanneld there, so that it is made with the configured port",
    "flannel의 net-conf.json은 모든 노드에 같게 적용됩니다. {host}의 장치를 삭제하고 flanneld를 다시 시작하면 설정된 포트로 다시 만들어집니다",
)

finder = Finder(dispositions=("no-listener",), find=_find)
