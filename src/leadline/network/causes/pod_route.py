"""A node has no route to the pods of another one, so its default route takes their packets out of the cluster."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder, restart_flanneld, tunnels
from leadline.network.packet import dotted
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    here = case.host()
    if here is None or case.topology.belongs(case.destination) != "pod":
        return None
    pod = case.topology.pod_at(case.destination)
    there = pod.host if pod is not None else ""
    own = next((link for netns, link in tunnels(case.topology) if netns.key == here.key), None)
    if there == here.host or (own is not None and not own.up):
        return None
    subnet = _subnet(case, there)
    commands = [restart_flanneld(case.topology, here.host)]
    peer = next((link for netns, link in tunnels(case.topology) if netns.host == there), None)
    if subnet and own is not None and peer is not None and peer.addresses:
        commands.insert(
            0, f"ip route replace {subnet} via {dotted(peer.addresses[0][0])} dev {own.name} onlink"
        )
    return Cause(
        name="pod-route",
        key=f"pod-route {here.host} {subnet or dotted(case.destination)}",
        host=here.host,
        what=_MISSING.fill(host=here.host, subnet=subnet or dotted(case.destination), there=there or "?"),
        remedy=_RESTART.fill(host=here.host),
        commands=tuple(commands),
        evidence=tuple(
            (here.host, each.fact, each.cite)
            for each in case.way.hops[-1].decisions
            if each.kind == "route" and each.cite
        )[-1:],
    )


def _subnet(case: Case, host: str) -> str:
    netns = case.topology.netns.get((host, ""))
    for link in netns.links.values() if netns is not None else ():
        if link.kind == "bridge":
            for own, length in link.addresses:
                if own >> 32 - length == case.destination >> 32 - length:
                    return f"{dotted(own >> 32 - length << 32 - length)}/{length}"
    return ""


_MISSING = Text(
    "{host} has no route to {subnet}, the pods of {there}: the default route takes their packets out of the cluster.",
    "{host}에 {there}의 파드 대역인 {subnet}(으)로 가는 경로가 없어 기본 경로를 따라 클러스터 밖으로 나갑니다.",
)
_RESTART = Text(
    "restart flanneld on {host}: it sets the routes anew; see in its log why they were lost, and keep NetworkManager and systemd-networkd from removing them",
    "{host}의 flanneld를 다시 시작하면 경로를 새로 설정합니다. 로그에서 사라진 원인을 확인하고 NetworkManager나 systemd-networkd가 지우지 않게 하십시오",
)
finder = Finder(dispositions=("no-route",), find=_find)
