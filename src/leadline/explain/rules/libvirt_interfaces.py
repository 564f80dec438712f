"""libvirt's networks and its virtual machines' interfaces."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.links import coming_or_going, line
from leadline.explain.pair import Pair
from leadline.explain.proof import LINK
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import first
from leadline.snapshot.diff import Change

NAME = re.compile(r"virbr\d+(?:-nic)?|vnet\d+|macvtap\d+")


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change) or not NAME.fullmatch(change.key):
        return None
    side, entry = pair.side(change), change.entry
    author = seen_apart(side, "libvirt", *LINK) or first(side.process("qemu-system-x86_64", "qemu-kvm"))
    if author:
        return Match(author)
    if (entry.mac or "").startswith("52:54:00:") and "192.168.122.1/24" in (entry.addresses or ()):
        return Match((side.saw("ip_addr", f"{line(change.key, entry)} {entry.mac}"),), "likely")
    return None


rule = Rule(
    name="libvirt-interfaces",
    facts=("ip_addr",),
    component="libvirt",
    class_="config",
    why=Text(
        "libvirt made this interface: `virbr…` is the bridge of a virtual network, `vnet…` a running virtual machine.",
        "libvirt가 만든 인터페이스입니다. `virbr…`는 가상 네트워크의 브리지, `vnet…`은 실행 중인 가상 머신입니다.",
    ),
    since="libvirt 0.4",
    source="libvirt/libvirt src/network/bridge_driver.c",
    group=Text("libvirt interfaces", "libvirt 인터페이스"),
    match=match,
)
