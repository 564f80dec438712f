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
    if own is not None and not own.up:
        return Cause(
            name="pod-route",
            key=f"pod-route {here.host} down",
            host=here.host,
            what=_DOWN.fill(host=here.host, device=own.name),
            remedy=_KEEP_UP.fill(host=here.host),
            commands=(f"ip link set {own.name} up", restart_flanneld(case.topology, here.host)),
            evidence=((here.host, "ip_addr", own.raw),),
        )
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
_DOWN = Text(
    "{device} on {host} is down, and its routes went with it: packets for other nodes' pods leave the cluster.",
    "{host}의 {device}이(가) 내려가 있고 그 경로도 사라져, 다른 노드의 파드로 가는 패킷이 클러스터 밖으로 나갑니다.",
)
_RESTART = Text(
    "restart flanneld on {host}: it sets the routes anew; see in its log why they were lost, and keep NetworkManager and systemd-networkd from removing them",
    "{host}의 flanneld를 다시 시작하면 경로를 새로 설정합니다. 로그에서 사라진 원인을 확인하고 NetworkManager나 systemd-networkd가 지우지 않게 하십시오",
)
_KEEP_UP = Text(
    "bring it up and restart flanneld on {host}, which sets its routes and neighbours anew; NetworkManager must leave flannel.1 alone",
    "인터페이스를 올리고 {host}의 flanneld를 다시 시작해 경로와 이웃 항목을 새로 설정하십시오. NetworkManager가 flannel.1을 관리하지 않게 하십시오",
)

finder = Finder(dispositions=("no-route",), find=_find)
