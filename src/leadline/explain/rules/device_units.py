"""Device units: systemd shows every interface and block device that udev reports."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.units import FACTS, own
from leadline.snapshot.diff import Change

_INTERFACE = re.compile(r"sys-(?:subsystem-net-devices|devices-virtual-net)-(.+)\.device")


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed" or (found := _INTERFACE.fullmatch(change.key)) is None:
        return None
    name = re.sub(r"\\x([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), found[1].replace("-", "/"))
    moved = pair.change("ip_addr", name)
    if moved is None or moved.kind != change.kind:
        return None
    return Match((own(change, pair), pair.side(change).saw("ip_addr", name)), values={"interface": name})


rule = Rule(
    name="device-units",
    facts=FACTS,
    component="systemd",
    class_="derived",
    why=Text(
        "systemd has a device unit for each network interface; {interface} came or went.",
        "systemd는 네트워크 인터페이스마다 device 유닛을 두며, {interface}이(가) 생기거나 사라졌습니다.",
    ),
    group=Text("device units of interfaces", "인터페이스의 device 유닛"),
    since="systemd 183",
    source="systemd.device(5)",
    match=match,
)
