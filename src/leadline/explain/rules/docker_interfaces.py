"""Docker's bridges and its containers' veth ends."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.links import coming_or_going, line
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Witness
from leadline.snapshot.diff import Change

BRIDGE = re.compile(r"docker0|docker_gwbridge|br-[0-9a-f]{12}")
CONTAINER_END = re.compile(r"veth[0-9a-f]{7}")


def own_signs(side: Witness) -> str | None:
    """docker0 with the address and MAC that only Docker gives it."""
    bridge = side.entries("ip_addr").get("docker0")
    if bridge is None or not (bridge.mac or "").startswith("02:42:"):
        return None
    return next(
        (f"{line('docker0', bridge)} {bridge.mac}" for each in bridge.addresses or () if "172." in each), None
    )


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change):
        return None
    end = CONTAINER_END.fullmatch(change.key) and BRIDGE.fullmatch(change.entry.master or "")
    if not end and not BRIDGE.fullmatch(change.key):
        return None
    side = pair.side(change)
    author = seen_apart(side, "docker", *LINK)
    what = (
        Text("a container's veth end", "컨테이너의 veth 끝")
        if end
        else Text("a network's bridge", "네트워크의 브리지")
    )
    if author:
        return Match(author, values={"what": what})
    signs = own_signs(side)
    return Match((side.saw("ip_addr", signs),), "likely", {"what": what}) if signs else None


rule = Rule(
    name="docker-interfaces",
    facts=("ip_addr",),
    component="docker",
    class_="config",
    why=Text(
        "Docker made this interface: {what}. docker0 is the default network, `br-<12 hex>` one of `docker network "
        "create`, `veth<7 hex>` a running container.",
        "Docker가 만든 인터페이스로, {what}입니다. docker0는 기본 네트워크, `br-<16진수 12자리>`는 `docker network "
        "create`로 만든 네트워크, `veth<16진수 7자리>`는 실행 중인 컨테이너입니다.",
    ),
    since="Docker 1.9",
    source="moby/moby daemon/libnetwork/drivers/bridge/bridge_linux.go (vethLen, BridgeName)",
    group=Text("Docker interfaces", "Docker 인터페이스"),
    match=match,
)
