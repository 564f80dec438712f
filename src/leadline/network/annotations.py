"""What flanneld wrote into the node objects, which all other nodes follow, beside what the node really has."""

from collections.abc import Iterator

import msgspec

from leadline.base.text import Text
from leadline.network.packet import dotted
from leadline.network.topology import Topology

_PREFIX = "flannel.alpha.coreos.com/"


class _Backend(msgspec.Struct, frozen=True):
    mac: str = msgspec.field(name="VtepMAC", default="")
    vni: int | None = msgspec.field(name="VNI", default=None)


def differences(topology: Topology) -> Iterator[Text]:
    """One sentence for each annotation that is not so on its node. Nodes without objects or recordings are left out."""
    hosts = {node.name: node.host for node in topology.nodes}
    for each in topology.objects.get("Node", ()):
        name = each["metadata"]["name"]
        told = each["metadata"].get("annotations") or {}
        netns = topology.netns.get((hosts.get(name, ""), ""))
        link = (
            next((one for one in netns.links.values() if one.kind == "vxlan"), None)
            if netns is not None
            else None
        )
        if link is None:
            continue
        try:
            backend = msgspec.json.decode(told.get(f"{_PREFIX}backend-data", "{}"), type=_Backend)
        except (msgspec.DecodeError, TypeError):
            continue
        address = told.get(f"{_PREFIX}public-ip", "")
        for what, announced, real in (
            ("VtepMAC", backend.mac.lower(), link.mac or ""),
            ("VNI", str(backend.vni or ""), str(link.vni or "")),
            ("public-ip", address, dotted(link.local) if link.local else ""),
        ):
            if announced and real and announced != real:
                yield _DIFFERS.fill(node=name, what=what, announced=announced, device=link.name, real=real)


_DIFFERS = Text(
    "the annotation of node {node} says {what} {announced}, but its {device} has {real}: the others send to what is announced; restart flanneld on {node}",
    "{node} 노드의 애너테이션에는 {what}이(가) {announced}(으)로 되어 있지만 실제 {device}은(는) {real}입니다. 다른 노드는 애너테이션을 따르므로 {node}의 flanneld를 다시 시작하십시오",
)
