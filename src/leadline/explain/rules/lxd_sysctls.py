"""LXD, Incus and lxc-net turn on forwarding for their bridge."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "lxd")


rule = Rule(
    name="lxd-sysctls",
    facts=("sysctl",),
    keys=WRITERS["lxd"].settings,
    component="lxd",
    class_="config",
    why=Text(
        "LXD, Incus or lxc-net turns forwarding on for its bridge; the package raises the inotify limit for many containers.",
        "LXD, Incus 또는 lxc-net이 브리지를 위해 포워딩을 켭니다. 패키지는 많은 컨테이너를 위해 inotify 한도를 높입니다.",
    ),
    consequence=Text(
        "The host forwards between all its interfaces until the next boot.",
        "다음 부팅까지 모든 인터페이스 사이에서 포워딩이 이루어집니다.",
    ),
    since="LXD 2.3",
    source="lxd internal/server/network/driver_bridge.go; 10-lxd-inotify.conf",
    match=match,
)
