"""Two nodes use different UDP ports, or networks, for VXLAN."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder, restart_flanneld, tunnels
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    if case.about("protocol") != "vxlan":
        return None
    used = {
        netns.host: (link, (link.port, link.vni))
        for netns, link in tunnels(case.topology)
        if link.up and link.name == case.about("device")
    }
    sender = next(
        (hop.host for hop in reversed(case.way.hops) if hop.host in used and hop.host != case.way.at), ""
    )
    if case.way.at not in used or not sender:
        return None
    ports = [port for _, port in used.values()]
    # of the two that do not understand each other the odd one is wrong
    odd, other = sorted((case.way.at, sender), key=lambda host: ports.count(used[host][1]))
    link, (port, vni) = used[odd]
    return Cause(
        name="tunnel-port",
        key=f"tunnel-port {odd}",
        host=odd,
        what=_WHAT.fill(device=link.name, host=odd, own=port, vni=vni, other=other, asked=used[other][1][0]),
        remedy=_REMEDY.fill(host=odd),
        commands=(
            "kubectl -n kube-flannel get configmap kube-flannel-cfg -o yaml",
            f"ip link delete {link.name}",
            restart_flanneld(case.topology, odd),
        ),
        evidence=tuple((host, "ip_addr", used[host][0].raw) for host in (odd, other)),
    )


_WHAT = Text(
    "{device} of {host} uses UDP port {own}, network {vni}, but {other} uses port {asked}: neither takes the other's packets.",
    "{host}의 {device}은(는) UDP {own}번 포트, VNI {vni}을(를) 쓰는데 {other}은(는) {asked}번 포트를 써서 서로의 패킷을 받지 못합니다.",
)
_REMEDY = Text(
    "flannel's net-conf.json is for all nodes: delete the device on {host} and restart flanneld there, so that it is made with the configured port",
    "flannel의 net-conf.json은 모든 노드에 같게 적용됩니다. {host}의 장치를 삭제하고 flanneld를 다시 시작하면 설정된 포트로 다시 만들어집니다",
)

finder = Finder(dispositions=("no-listener",), find=_find)
