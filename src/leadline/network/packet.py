"""One IPv4 packet as a trace follows it, and addresses as numbers."""

from collections.abc import Iterable

import msgspec

TCP, UDP, ICMP = "tcp", "udp", "icmp"
PROTOCOLS = {
    "icmp": 1,
    "igmp": 2,
    "ipip": 4,
    "tcp": 6,
    "udp": 17,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "sctp": 132,
}


class Packet(msgspec.Struct, frozen=True, kw_only=True):
    """One packet. Addresses are numbers, ports None where they are not known (the source port of a tunnel) or the
    protocol has none. `flags`: TCP's, of syn ack rst fin psh urg. `icmp`: type and code, of icmp only.
    `size`: the whole IP packet in bytes. `mark`: the firewall mark it bears now. `frame`: the Ethernet frame that a
    VXLAN packet carries; `vni`: for which network. `about`: the packet that an ICMP error is about.
    """

    protocol: str
    source: int
    destination: int
    source_port: int | None = None
    destination_port: int | None = None
    flags: frozenset[str] = frozenset()
    icmp: tuple[int, int] | None = None
    size: int
    df: bool = False
    ttl: int = 64
    tos: int = 0
    mark: int = 0
    frame: "Frame | None" = None
    vni: int | None = None
    about: "Packet | None" = None


class Frame(msgspec.Struct, frozen=True):
    """An Ethernet frame: to and from which MAC address, and the packet in it."""

    to: str
    sender: str
    packet: Packet


def number(address: str) -> int:
    """`10.0.0.1` → its number. Raises ValueError where it is no IPv4 address."""
    parts = address.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdecimal() and int(part) < 256 for part in parts):
        raise ValueError(address)
    a, b, c, d = map(int, parts)
    return a << 24 | b << 16 | c << 8 | d


def dotted(address: int) -> str:
    """A number → `10.0.0.1`."""
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


def end(address: int, port: int | None) -> str:
    """`10.0.0.1:80`, without the port where there is none."""
    return dotted(address) + (f":{port}" if port is not None else "")


def innermost(packet: Packet) -> Packet:
    """What is carried, whatever tunnel it is in."""
    while packet.frame is not None:
        packet = packet.frame.packet
    return packet


def network(text: str) -> tuple[int, int]:
    """`10.0.0.0/8`, `10.0.0.1` or `10.0.0.0/255.0.0.0` → (address & mask, mask). Raises ValueError for others."""
    address, _, length = text.partition("/")
    if "." in length:
        mask = number(length)
    elif length.isascii() and length.isdecimal() and int(length) <= 32:
        mask = 0xFFFFFFFF << 32 - int(length) & 0xFFFFFFFF
    elif length:
        raise ValueError(text)
    else:
        mask = 0xFFFFFFFF
    return number(address) & mask, mask


def contains(networks: Iterable[tuple[int, int]], address: int) -> bool:
    """Whether one of the networks has the address."""
    return any(address & mask == base for base, mask in networks)
