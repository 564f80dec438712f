"""VLANs of bridge ports: `bridge -j vlan` or `bridge vlan`."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.entries import read
from leadline.facts.source import Parsed, Source

_WHAT = "bridge vlan"
_HEADER = re.compile(r"port\s+vlan[- ]ids?\b.*", re.IGNORECASE)
_VLAN = re.compile(r"(\d+)(?:-(\d+))?((?:\s+(?:PVID|Egress Untagged))*)$")


class Vlans(msgspec.Struct, frozen=True):
    """The VLANs of one port: numbers in order, `pvid` the one untagged frames get (None: no such one),
    `untagged` those that leave without a tag."""

    vlans: tuple[int, ...]
    pvid: int | None
    untagged: tuple[int, ...]


class _Vlan(msgspec.Struct, frozen=True):
    vlan: int
    vlanEnd: int | None = None  # noqa: N815 (iproute2's name)
    flags: list[str] = []


class _Item(msgspec.Struct, frozen=True):
    ifname: str
    vlans: list[_Vlan]


def _entry(port: str, vlans: list[tuple[int, int, list[str]]]) -> tuple[str, Vlans] | None:
    if not all(0 < first <= last < 4096 for first, last, _ in vlans):
        return None
    return port, Vlans(
        tuple(number for first, last, _ in vlans for number in range(first, last + 1)),
        next((first for first, _, flags in vlans if "PVID" in flags), None),
        tuple(
            number
            for first, last, flags in vlans
            if "Egress Untagged" in flags
            for number in range(first, last + 1)
        ),
    )


def _item(item: _Item) -> tuple[str, Vlans] | None:
    return _entry(item.ifname, [(each.vlan, each.vlanEnd or each.vlan, each.flags) for each in item.vlans])


def _line(block: str) -> tuple[str, Vlans] | None:
    port, *first = block.split(None, 1)
    if port.endswith(":"):
        return None
    vlans: list[tuple[int, int, list[str]]] = []
    for line in "\n".join(first).split("\n"):
        if line.strip() in ("", "None"):
            continue
        if (match := _VLAN.match(line.strip())) is None:
            return None
        flags = [flag for flag in ("PVID", "Egress Untagged") if flag in match[3]]
        vlans.append((int(match[1]), int(match[2] or match[1]), flags))
    return _entry(port, vlans)


def parse(text: str) -> Parsed:
    """Ports by interface name; ranges (`-c`) are written out. Without bridges the text is empty or a heading."""
    return read(_HEADER.sub("", text), _WHAT, _line, _item, _Item, continued=True, may_be_empty=True)


source = Source(
    name="bridge_vlan",
    title=Text("Bridge VLANs", "브리지 VLAN"),
    files={"bridge_vlan.json": "bridge -j vlan", "bridge_vlan.txt": "bridge vlan"},
    parse=parse,
)
