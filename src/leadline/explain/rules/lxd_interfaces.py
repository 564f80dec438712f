"""The bridges and container ends of LXD, Incus and LXC."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.links import coming_or_going
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

BRIDGE = re.compile(r"(?:lxd|lxc|incus)br(?:\d+|-\d+)")


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change) or not (
        BRIDGE.fullmatch(change.key) or BRIDGE.fullmatch(change.entry.master or "")
    ):
        return None
    author = seen_apart(pair.side(change), "lxd", *LINK)
    return Match(author) if author else None


rule = Rule(
    name="lxd-interfaces",
    facts=("ip_addr",),
    component="lxd",
    class_="config",
    why=Text(
        "The network of LXD, Incus or LXC: its bridge, or a running container's end on that bridge.",
        "LXD, Incus 또는 LXC의 네트워크입니다. 브리지이거나, 그 브리지에 연결된 실행 중인 컨테이너의 끝입니다.",
    ),
    since="LXD 2.3, Incus 0.1, LXC 1.0",
    source="canonical/lxd lxd/network/driver_bridge.go, lxd/network/network_utils.go RandomDevName, lxd-user/lxd.go; lxc/incus internal/server/network/driver_bridge.go; lxc/lxc config/init/common/lxc-net.in start",
    group=Text("LXD interfaces", "LXD 인터페이스"),
    match=match,
)
