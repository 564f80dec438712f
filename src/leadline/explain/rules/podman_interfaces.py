"""Podman's bridges and its containers' veth ends."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.links import coming_or_going
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

BRIDGE = re.compile(r"(?:cni-)?podman\d+")


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change) or not (
        BRIDGE.fullmatch(change.key) or BRIDGE.fullmatch(change.entry.master or "")
    ):
        return None
    author = seen_apart(pair.side(change), "podman", *LINK)
    return Match(author) if author else None


rule = Rule(
    name="podman-interfaces",
    facts=("ip_addr",),
    component="podman",
    class_="config",
    why=Text(
        "Podman's network: podman0 (cni-podman0 with the older CNI backend) is the bridge, the veths on it are "
        "running containers.",
        "Podman의 네트워크입니다. podman0(예전 CNI 방식에서는 cni-podman0)가 브리지이고, 그 위의 veth는 실행 중인 "
        "컨테이너입니다.",
    ),
    since="Podman 1.0",
    source="containers/netavark src/network/bridge.rs; containers/common libnetwork/cni/config.go, libnetwork/netavark/config.go",
    group=Text("Podman interfaces", "Podman 인터페이스"),
    match=match,
)
