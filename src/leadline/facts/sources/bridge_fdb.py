"""Forwarding entries of bridges, VXLAN devices and multicast filters: `bridge -j fdb show` or its text."""

import re
from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.facts.entries import read
from leadline.facts.source import Parsed, Source

_WHAT = "bridge fdb show"
_FLAGS = frozenset(("self", "master", "router", "extern_learn", "offload", "sticky", "locked", "use"))
_STATES = frozenset(("permanent", "static", "stale"))
_VALUES = frozenset((
    "dev", "dst", "port", "vni", "src_vni", "via", "vlan", "nhid", "used", "master",
    "linkNetNsId", "link-netnsid",
))  # fmt: skip


class Forwarding(msgspec.Struct, frozen=True, kw_only=True):
    """One forwarding entry. `state`: permanent, static, or "" where it was learned (fresh or stale).

    `master`: the bridge it belongs to, "" where it is the device's own. `dst`, `port`, `vni`: the VXLAN
    destination. `flags`: self, sticky, extern_learn…
    """

    mac: str
    device: str
    master: str = ""
    dst: str = ""
    port: int | None = None
    vni: int | None = None
    vlan: int | None = None
    state: str = ""
    flags: tuple[str, ...] = ()


class _Item(msgspec.Struct, frozen=True):
    mac: str
    ifname: str
    master: str = ""
    dst: str = ""
    port: int | None = None
    vni: int | None = None
    vlan: int | None = None
    state: str = ""
    flags: list[str] = []


def _item(item: _Item) -> tuple[str, Forwarding] | None:
    key = f"{item.mac} dev {item.ifname}"
    if item.vlan is not None:
        key += f" vlan {item.vlan}"
    if item.master:
        key += " master"
    elif "self" in item.flags:
        key += " self"
    if item.dst:
        key += f" dst {item.dst}"
    if item.vni is not None:
        key += f" vni {item.vni}"
    return key, Forwarding(
        mac=item.mac,
        device=item.ifname,
        master=item.master,
        dst=item.dst,
        port=item.port,
        vni=item.vni,
        vlan=item.vlan,
        state="" if item.state == "stale" else item.state,
        flags=tuple(sorted(item.flags)),
    )


def _line(line: str) -> tuple[str, Forwarding] | None:
    mac, *words = line.split()
    if not re.fullmatch(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", mac):
        return None
    flags: list[str] = []
    told: dict[str, Any] = {"mac": mac, "flags": flags}
    while words:
        word = words.pop(0)
        if word in _VALUES and words:
            told["ifname" if word == "dev" else word] = words.pop(0)
        elif word in _FLAGS:
            flags.append(word)
        elif word in _STATES:
            told["state"] = word
        else:
            return None
    try:
        return _item(msgspec.convert(told, _Item, strict=False))
    except msgspec.ValidationError:
        return None


def parse(text: str) -> Parsed:
    """Entries by `<mac> dev <device>[ vlan N][ master|self][ dst X][ vni N]`; an empty text has none."""
    return read(text, _WHAT, _line, _item, _Item, may_be_empty=True)


source = Source(
    name="bridge_fdb",
    title=Text("Bridge and VXLAN forwarding", "브리지·VXLAN 포워딩 테이블"),
    files={"bridge_fdb.json": "bridge -j fdb show", "bridge_fdb.txt": "bridge fdb show"},
    parse=parse,
    aliases=("fdb",),
)
