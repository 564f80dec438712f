"""Neighbours (ARP and NDP) of every device: `ip -d -j neigh` or `ip neigh`."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.entries import read
from leadline.facts.source import Parsed, Source

_WHAT = "ip neigh"
_STATES = frozenset(
    ("INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "NOARP", "PERMANENT", "NONE")
)
_FLAGS = frozenset(("router", "proxy", "extern_learn", "offload", "managed", "ext_managed", "extern_valid"))
_ADDRESS = re.compile(r"[0-9a-fA-F]*[:.][0-9a-fA-F:.]*$")
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2})+$|\d{1,3}(?:\.\d{1,3}){3}$")


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """One neighbour. `mac`: "" where it is not resolved. `state`: the kernel's word (`PERMANENT`, `STALE`…),
    which moves by itself for all but PERMANENT and NOARP; `permanent` says whether someone set it."""

    address: str
    device: str
    mac: str = ""
    state: str = ""
    permanent: bool = False
    flags: tuple[str, ...] = ()


class _Item(msgspec.Struct, frozen=True):
    dst: str
    dev: str
    lladdr: str = ""
    state: list[str] = []
    router: msgspec.UnsetType | None = msgspec.UNSET
    proxy: msgspec.UnsetType | None = msgspec.UNSET
    extern_learn: msgspec.UnsetType | None = msgspec.UNSET
    offload: msgspec.UnsetType | None = msgspec.UNSET
    managed: msgspec.UnsetType | None = msgspec.UNSET


def _entry(address: str, device: str, mac: str, states: list[str], flags: list[str]) -> tuple[str, Neighbour]:
    return f"{device} {address}{' proxy' if 'proxy' in flags else ''}", Neighbour(
        address=address,
        device=device,
        mac=mac,
        state=",".join(states),
        permanent="PERMANENT" in states,
        flags=tuple(sorted(flags)),
    )


def _item(item: _Item) -> tuple[str, Neighbour] | None:
    flags = [flag for flag in _FLAGS if getattr(item, flag, msgspec.UNSET) is None]
    return _entry(item.dst, item.dev, item.lladdr, item.state, flags)


def _line(line: str) -> tuple[str, Neighbour] | None:
    address, *words = re.sub(r"(\d)probes ", r"\1 probes ", line).split()
    if not _ADDRESS.match(address):
        return None
    told: dict[str, str] = {}
    flags: list[str] = []
    states: list[str] = []
    while words:
        word = words.pop(0)
        if word in ("dev", "lladdr", "ref", "used", "probes", "proto", "nomaster", "vlan") and words:
            told[word] = words.pop(0)
        elif word in _FLAGS:
            flags.append(word)
        elif set(word.split(",")) <= _STATES:
            states = word.split(",")
        else:
            return None
    mac = told.get("lladdr", "")
    if "dev" not in told or (mac and not _MAC.match(mac)) or not (states or flags):
        return None
    return _entry(address, told["dev"], mac, states, flags)


def parse(text: str) -> Parsed:
    """Neighbours by `<device> <address>`; an empty text is a host without any."""
    return read(text, _WHAT, _line, _item, _Item, may_be_empty=True)


source = Source(
    name="ip_neigh",
    title=Text("Neighbours", "이웃 테이블"),
    files={"ip_neigh.json": "ip -j neigh", "ip_neigh.txt": "ip neigh"},
    parse=parse,
    aliases=("neigh", "neighbors", "neighbours", "ip_n", "ip_neighbour", "ip_neighbor"),
    volatile=frozenset({"state"}),
)
