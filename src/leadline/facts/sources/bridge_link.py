"""Bridge ports and their settings: `bridge -d -j link` or `bridge -d link`."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.entries import read
from leadline.facts.source import Parsed, Source

_WHAT = "bridge -d link"
_HEAD = re.compile(
    r"\d+: (?P<name>[^\s@]+)(?:@\S+?)?:? (?:state \S+ (?:@\S+: )?)?<(?P<flags>[^>]*)> (?P<rest>.*)"
)


class Port(msgspec.Struct, frozen=True, kw_only=True):
    """One port of a bridge. What only `-d` tells (`hairpin` to `isolated`) is None without it."""

    master: str
    mtu: int
    state: str = ""
    priority: int | None = None
    cost: int | None = None
    hairpin: bool | None = None
    guard: bool | None = None
    root_block: bool | None = None
    fastleave: bool | None = None
    learning: bool | None = None
    flood: bool | None = None
    mcast_flood: bool | None = None
    neigh_suppress: bool | None = None
    vlan_tunnel: bool | None = None
    isolated: bool | None = None
    locked: bool | None = None


class _Item(Port, frozen=True, kw_only=True):
    ifname: str
    master: str = ""


def _item(item: _Item) -> tuple[str, Port] | None:
    return item.ifname, Port(**{field: getattr(item, field) for field in Port.__struct_fields__})


def _line(block: str) -> tuple[str, Port] | None:
    head, *rest = block.split("\n")
    if (match := _HEAD.match(head)) is None:
        return None
    words = " ".join([match["rest"], *rest]).split()
    told = dict(zip(words[::2], words[1::2], strict=False))
    try:
        port = msgspec.convert(
            {name: {"on": True, "off": False}.get(value, value) for name, value in told.items()},
            Port,
            strict=False,
        )
    except msgspec.ValidationError:
        return None
    return match["name"], port


def parse(text: str) -> Parsed:
    """Ports by interface name; an empty text is a host without bridge ports."""
    return read(text, _WHAT, _line, _item, _Item, continued=True, may_be_empty=True)


source = Source(
    name="bridge_link",
    title=Text("Bridge ports", "브리지 포트"),
    files={"bridge_link.json": "bridge -d -j link", "bridge_link.txt": "bridge -d link"},
    parse=parse,
)
