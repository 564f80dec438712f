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
        "LXD, Incus or lxc-net turns forwarding on for its bridge; LXD's snap and packages raise the kernel's limits for "
        "many containers, and the snap lifts AppArmor's ban on user namespaces.",
        "LXD, Incus 또는 lxc-net이 브리지를 위해 포워딩을 켭니다. LXD의 snap과 패키지는 많은 컨테이너를 위해 커널 한도를 "
        "높이고, snap은 AppArmor의 사용자 네임스페이스 제한을 풉니다.",
    ),
    consequence=Text(
        "It holds until the next boot; with forwarding on, the host forwards between all its interfaces.",
        "다음 부팅까지 유지됩니다. 포워딩이 켜져 있으면 모든 인터페이스 사이에서 포워딩이 이루어집니다.",
    ),
    since="LXD 2.3; the limits with its snap",
    source="canonical/lxd lxd/network/driver_bridge.go; lxc/incus internal/server/network/driver_bridge.go; lxc/lxc config/init/common/lxc-net.in start; canonical/lxd-pkg-snap snapcraft/commands/daemon.start",
    match=match,
)
