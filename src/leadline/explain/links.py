"""How interfaces hang together: uplinks below tunnels, ports of a bridge, addresses inside a network."""

from functools import lru_cache
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from typing import Any

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

VIRTUAL = ("vxlan", "bridge", "dummy", "ipip", "sit", "gre", "tun", "wireguard", "geneve", "ifb")
UP_BY_ITSELF = frozenset({"LOWER_UP", "NO-CARRIER", "RUNNING", "DORMANT"})


def line(name: str, interface: Any) -> str:
    """An interface in one line, as evidence."""
    words = [name, *([f"mtu {interface.mtu}"] if interface.mtu else [])]
    if interface.master:
        words.append(f"master {interface.master}")
    return " ".join([*words, *(interface.addresses or ())])


def uplink(witness: Witness, tunnel: str, overhead: int) -> tuple[str, Any] | None:
    """The interface whose MTU is the tunnel's plus its header, and which has an address of its own."""
    entry = witness.entries("ip_addr").get(tunnel)
    if entry is None or entry.mtu is None:
        return None
    for name, other in witness.entries("ip_addr").items():
        if name == tunnel or other.mtu != entry.mtu + overhead or other.kind in VIRTUAL or other.master:
            continue
        if any(":" not in each for each in other.addresses or ()):
            return name, other
    return None


def why_mtu(witness: Witness, tunnel: str, overhead: int, header: str) -> Text:
    """The tunnel's MTU in words: the uplink's less the header where that fits, else the figure alone."""
    mtu = witness.entries("ip_addr")[tunnel].mtu
    found = uplink(witness, tunnel, overhead)
    if found is None:
        return Text(f"MTU {mtu or '-'}", f"MTU {mtu or '-'}")
    return Text(
        f"MTU {mtu} = {found[0]}'s {found[1].mtu} less {overhead} bytes of {header}",
        f"MTU {mtu} = {found[0]}의 {found[1].mtu}에서 {header} 헤더 {overhead}바이트를 뺀 값",
    )


@lru_cache(maxsize=8)
def ports(witness: Witness) -> dict[str, tuple[str, ...]]:
    """Bridge → the names of its ports."""
    found: dict[str, tuple[str, ...]] = {}
    for name, entry in witness.entries("ip_addr").items():
        if entry.master:
            found[entry.master] = (*found.get(entry.master, ()), name)
    return found


def address(text: str) -> IPv4Interface | IPv6Interface | None:
    """An address of `ip addr` with its network; of a point-to-point link (`A peer B/32`) the peer's."""
    try:
        return ip_interface(text.rpartition(" ")[2])
    except ValueError:
        return None


def networks(interface: Any) -> list[str]:
    """The IPv4 networks of an interface's addresses."""
    found = (address(each) for each in interface.addresses or () if ":" not in each)
    return [str(each.network) for each in found if each is not None]


def interface_moved(pair: Pair, name: str, kind: str) -> Evidence | None:
    """The interface came or went together with the change (`kind`: added or removed)."""
    change = pair.change("ip_addr", name)
    if change is None or change.kind != kind:
        return None
    return pair.side(change).saw("ip_addr", f"{line(name, change.entry)} ({kind})")


def coming_or_going(change: Change) -> bool:
    """Whether the whole entry came or went."""
    return change.kind != "changed"
