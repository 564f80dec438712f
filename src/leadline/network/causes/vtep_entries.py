"""A node's entries for another node's VTEP, which flanneld keeps, are missing or wrong: neighbour, MAC address, FDB."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder, node_with, restart_flanneld, tunnels
from leadline.network.netns import Link, Netns
from leadline.network.packet import dotted, number
from leadline.network.result import Cause
from leadline.network.trace import routing


def _find(case: Case) -> Cause | None:
    sent = _sender(case)
    if sent is None:
        return None
    sender, device, via = sent
    known = sender.neighbour(device.name, via)
    mac = known[0].mac if known is not None else ""
    peer = next(((host, link) for host, link in tunnels(case.topology) if _has(link, via)), None)
    if not mac:
        return _cause(case, sender, device, via, peer, "neighbour", "", _NO_NEIGHBOUR)
    if peer is not None and peer[1].mac not in (None, mac):
        stale = all(
            (entry := host.neighbour(link.name, via)) is None or entry[0].mac != peer[1].mac
            for host, link in tunnels(case.topology)
            if host.key != peer[0].key
        )
        changed = stale and sum(1 for _ in tunnels(case.topology)) > 2
        what = _MAC_CHANGED if changed else _WRONG_NEIGHBOUR
        return _cause(
            case,
            sender,
            device,
            via,
            peer,
            "mac" if changed else "neighbour",
            known[1] if known else "",
            what,
        )
    entries = [each for each in sender.forwarding(device.name, mac) if each[0].dst]
    if not entries:
        return _cause(case, sender, device, via, peer, "fdb", "", _NO_FDB)
    node = node_with(case.topology, number(entries[0][0].dst)) if "." in entries[0][0].dst else None
    if peer is not None and node is not None and node.key != peer[0].key:
        return _cause(case, sender, device, via, peer, "fdb", entries[0][1], _WRONG_FDB)
    return None


def _sender(case: Case) -> tuple[Netns, Link, int] | None:
    """The host that sends by a VXLAN device last on the way, with the device and the VTEP address it sends to."""
    netns = case.host()
    device = netns.links.get(case.about("device")) if netns is not None else None
    if case.way.disposition == "wrong-mac":
        wraps = [
            hop
            for hop in case.way.hops
            if any(each.kind == "tunnel" and not each.tunnelled for each in hop.decisions)
        ]
        netns = case.host(wraps[-1].host) if wraps else None
        device = None
        if netns is not None:
            through = [netns.links[each] for each in wraps[-1].through]
            device = next((each for each in through if each.kind == "vxlan"), None)
    elif device is not None and device.kind != "vxlan":
        return None
    if netns is None or device is None:
        return None
    via = routing.output(netns, case.packet.destination).gateway
    return (netns, device, via) if via is not None else None


def _has(link: Link, address: int) -> bool:
    return any(own == address for own, _ in link.addresses)


def _cause(
    case: Case,
    sender: Netns,
    device: Link,
    via: int,
    peer: tuple[Netns, Link] | None,
    kind: str,
    cite: str,
    what: Text,
) -> Cause:
    there = peer[0].host if peer is not None else dotted(via)
    mac = peer[1].mac if peer is not None else None
    at = peer[0].host if kind == "mac" and peer is not None else sender.host
    commands: list[str] = []
    if peer is not None and mac and kind == "neighbour":
        commands.append(f"ip neigh replace {dotted(via)} lladdr {mac} dev {device.name} nud permanent")
    if peer is not None and mac and kind == "fdb" and peer[1].local:
        commands.append(
            f"bridge fdb replace {mac} dev {device.name} dst {dotted(peer[1].local)} self permanent"
        )
    return Cause(
        name="vtep-entries",
        key=f"vtep-entries {kind} {at} {'' if kind == 'mac' else dotted(via)}".strip(),
        host=at,
        what=what.fill(host=sender.host, device=device.name, via=dotted(via), there=there, mac=mac or "?"),
        remedy=_REMEDY.fill(host=at),
        commands=(*commands, restart_flanneld(case.topology, at)),
        evidence=((sender.host, "bridge_fdb" if kind == "fdb" else "ip_neigh", cite),) if cite else (),
    )


_NO_NEIGHBOUR = Text(
    "{host} has no neighbour entry for {via}, the VTEP of {there}, on {device}, and nobody answers ARP there: flanneld sets it.",
    "{host}의 {device}에 {there}의 VTEP인 {via}에 대한 이웃 항목이 없고 그곳에서는 ARP에 아무도 응답하지 않습니다. flanneld가 설정하는 항목입니다.",
)
_WRONG_NEIGHBOUR = Text(
    "The neighbour entry of {host} for {via}, the VTEP of {there}, has another MAC address than its {device} ({mac}).",
    "{there}의 VTEP인 {via}에 대한 {host}의 이웃 항목이 그 노드의 {device} MAC 주소({mac})와 다릅니다.",
)
_MAC_CHANGED = Text(
    "The MAC address of {device} on {there} is {mac} now, but the other nodes still send to an older one.",
    "{there}의 {device} MAC 주소는 이제 {mac}인데 다른 노드는 모두 예전 주소로 보냅니다.",
)
_NO_FDB = Text(
    "The FDB of {device} on {host} has no entry for {mac}, the VTEP of {there}, so it does not know which node to send to.",
    "{host}의 {device} FDB에 {there}의 VTEP인 {mac} 항목이 없어 어느 노드로 보낼지 알지 못합니다.",
)
_WRONG_FDB = Text(
    "The FDB of {device} on {host} sends {mac}, the VTEP of {there}, to another node.",
    "{host}의 {device} FDB가 {there}의 VTEP인 {mac}을(를) 다른 노드로 보냅니다.",
)
_REMEDY = Text(
    "restart flanneld on {host}: it sets the entries anew and tells its own MAC address to the others",
    "{host}의 flanneld를 다시 시작하십시오. 항목을 새로 설정하고 자신의 MAC 주소를 다른 노드에 알립니다",
)

finder = Finder(dispositions=("no-fdb-entry", "wrong-mac", "no-neighbour"), find=_find)
