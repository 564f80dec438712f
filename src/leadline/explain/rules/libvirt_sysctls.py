"""libvirt turns on forwarding for its networks, and its packages raise two limits."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    return written(change, pair, "libvirt")


rule = Rule(
    name="libvirt-sysctls",
    facts=("sysctl",),
    keys=WRITERS["libvirt"].settings,
    component="libvirt",
    class_="config",
    why=Text(
        "libvirt turns forwarding on for a network of mode nat or route; its packages raise the limits that QEMU needs.",
        "libvirt가 nat 또는 route 모드의 네트워크를 위해 포워딩을 켭니다. 패키지는 QEMU에 필요한 한도를 높입니다.",
    ),
    consequence=Text(
        "The host forwards between all its interfaces, not only for virbr0; libvirt's own chains filter only its bridges.",
        "virbr0뿐 아니라 모든 인터페이스 사이에서 포워딩이 이루어집니다. libvirt의 체인은 자신의 브리지만 거릅니다.",
    ),
    since="libvirt 0.4",
    source="libvirt/libvirt src/network/bridge_driver.c networkEnableIPForwarding; 60-libvirtd.conf, 60-qemu-postcopy-migration.conf",
    match=match,
)
