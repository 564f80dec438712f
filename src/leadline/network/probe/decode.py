"""The bytes of a frame → what stands in its headers. Any bytes give an answer; nothing raises.

Sources: RFC 791, 793, 768, 792, 826, 8200, 4443, 7348 (VXLAN), IEEE 802.1Q; link types as tcpdump.org lists them.
"""

from collections.abc import Callable, Collection, Mapping
from struct import Struct

import msgspec

ETHERNET, NULL, RAW, LOOP, SLL, IPV4, IPV6, SLL2 = 1, 0, 101, 108, 113, 228, 229, 276
VXLAN_PORTS = frozenset((8472, 4789))
"""The ports of VXLAN: the Linux kernel's old default, which flannel has, and IANA's."""

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
_ICMP_ERRORS = frozenset((3, 4, 5, 11, 12))
_ICMP6_ERRORS = frozenset((1, 2, 3, 4))
_QUERIES = frozenset((0, 8, 13, 14, 17, 18))
_TAGS = frozenset((0x8100, 0x88A8, 0x9100))
_DEEPEST = 6

_MACS = Struct("!6s6sH").unpack_from
_TAG = Struct("!HH").unpack_from
_V4 = Struct("!BBHHHBBHII").unpack_from
_TCP = Struct("!HHIIBBH").unpack_from
_UDP = Struct("!HHH").unpack_from
_ICMP = Struct("!BBHHH").unpack_from
_VXLAN = Struct("!BxxxI").unpack_from
_V6 = Struct("!IHBBQQQQ").unpack_from
_ARP = Struct("!HHBBH6sI6sI").unpack_from
_SLL = Struct("!HHH8sH").unpack_from
_SLL2 = Struct("!HHIHBB8s").unpack_from
_SHORT = Struct("!H").unpack_from
_WORD = Struct("!I").unpack_from


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """One packet. Where a header is not there its fields are 0, None or empty.

    `version`: 4, 6, or 0 where it is no IP. `protocol`: of IP, after IPv6's extension headers; -1 where it is no IP.
    `source`, `destination`: addresses as numbers; of ARP the sender's and the target's. `size`: of the whole IP packet
    as it was sent, in bytes, `header` of its header alone. `identity`, `piece`, `more`, `df`: of fragments; `piece` is the offset in bytes.
    `source_port`, `destination_port`: of TCP and UDP, of an ICMP query its id, None where they are not there.
    `length`: bytes carried by TCP, UDP or ICMP, as the headers have it. `flags`, `sequence`, `acknowledged`, `window`:
    TCP's; `sequence` of an ICMP query too. `code`: ICMP's type << 8 | code; ARP's operation. `mtu`: next hop's, of
    "too big". `ethertype`: of the innermost VLAN tag; `vlans`: from the outside in. `device`: the kernel's number of the
    interface, which only SLL2 tells. `inner`: the packet in a tunnel (`vni` is its network) or that an ICMP error
    is about. `cut`: the capture ends within the headers. `damage`: what is wrong with the headers, "" for nothing.
    """

    version: int = 0
    protocol: int = -1
    source: int = 0
    destination: int = 0
    source_port: int | None = None
    destination_port: int | None = None
    size: int = 0
    header: int = 0
    length: int = 0
    identity: int = 0
    piece: int = 0
    more: bool = False
    df: bool = False
    ttl: int = 0
    tos: int = 0
    flags: int = 0
    sequence: int = 0
    acknowledged: int = 0
    window: int = 0
    code: int = 0
    mtu: int = 0
    vni: int | None = None
    inner: "Decoded | None" = None
    cut: bool = False
    damage: str = ""
    ethertype: int = 0
    to: bytes = b""
    sender: bytes = b""
    vlans: tuple[int, ...] = ()
    device: int | None = None


_Link = tuple[int, bytes, bytes, tuple[int, ...], int | None]
"""What a link header says: ethertype, receiver, sender, VLANs, number of the interface."""


def decode(
    frame: bytes, link: int = ETHERNET, length: int = 0, ports: Collection[int] = VXLAN_PORTS
) -> Decoded:
    """One frame. `link`: its link type, as files name it. `length`: how long it was when it was sent, where less of it
    was captured. `ports`: UDP ports of VXLAN."""
    return reader(link)(frame, max(length, len(frame)), ports)


def reader(link: int) -> Callable[[bytes, int, Collection[int]], Decoded]:
    """What decodes frames of a link type: given the bytes, how long the frame was, and VXLAN's ports."""
    return _READERS.get(link, _unknown)


def _unknown(data: bytes, sent: int, ports: Collection[int]) -> Decoded:  # noqa: ARG001 - as every reader's
    return Decoded(damage="link-type")


def known(link: int) -> bool:
    """Whether frames of this link type can be decoded."""
    return link in _READERS


def _ethernet(data: bytes, sent: int, ports: Collection[int], at: int = 0, depth: int = 0) -> Decoded:
    if len(data) < at + 14:
        return Decoded(cut=len(data) < sent, damage="" if len(data) < sent else "ethernet")
    to, sender, kind = _MACS(data, at)
    if kind == 0x0800:
        return _ipv4(data, at + 14, sent, ports, depth, (kind, to, sender, (), None))
    return _by_type(data, at + 14, sent, ports, depth, kind, to, sender, None)


def _by_type(
    data: bytes,
    at: int,
    sent: int,
    ports: Collection[int],
    depth: int,
    kind: int,
    to: bytes,
    sender: bytes,
    device: int | None,
) -> Decoded:
    vlans: tuple[int, ...] = ()
    while kind in _TAGS:
        if len(data) < at + 4:
            return Decoded(ethertype=kind, to=to, sender=sender, vlans=vlans, device=device, cut=True)
        tag, kind = _TAG(data, at)
        vlans += (tag & 0xFFF,)
        at += 4
    link = (kind, to, sender, vlans, device)
    if kind == 0x0800:
        return _ipv4(data, at, sent, ports, depth, link)
    if kind == 0x86DD:
        return _ipv6(data, at, sent, ports, depth, link)
    if kind == 0x0806:
        return _arp(data, at, link)
    return Decoded(ethertype=kind, to=to, sender=sender, vlans=vlans, device=device)


def _arp(data: bytes, at: int, link: _Link) -> Decoded:
    kind, to, sender, vlans, device = link
    if len(data) < at + 28:
        return Decoded(ethertype=kind, to=to, sender=sender, vlans=vlans, device=device, cut=True)
    _, protocol, hardware, size, operation, mac, source, _, destination = _ARP(data, at)
    if (protocol, hardware, size) != (0x0800, 6, 4):
        return Decoded(ethertype=kind, to=to, sender=sender, vlans=vlans, device=device, damage="arp")
    return Decoded(
        ethertype=kind, to=to, sender=mac, vlans=vlans, device=device,
        source=source, destination=destination, code=operation,
    )  # fmt: skip


def _ipv4(data: bytes, at: int, sent: int, ports: Collection[int], depth: int, link: _Link) -> Decoded:
    kind, to, sender, vlans, device = link
    if len(data) < at + 20:
        short = "" if len(data) < sent or depth else "ipv4"
        return Decoded(
            ethertype=kind, to=to, sender=sender, vlans=vlans, device=device, cut=True, damage=short
        )
    first, tos, size, identity, fragment, ttl, protocol, _, source, destination = _V4(data, at)
    header = (first & 15) << 2
    if first >> 4 != 4 or header < 20:
        return Decoded(ethertype=kind, to=to, sender=sender, vlans=vlans, device=device, damage="ipv4")
    damage = ""
    if size == 0:
        # segmented by the network card only later: tcpdump sees what the kernel handed down (BIG TCP)
        size = sent - at
    elif size < header:
        return Decoded(
            4, protocol, source, destination, size=size, identity=identity, ttl=ttl, tos=tos,
            ethertype=kind, to=to, sender=sender, vlans=vlans, device=device, damage="ipv4-length",
        )  # fmt: skip
    elif at + size > sent and not depth & 1:
        damage = "ipv4-length"
    piece = (fragment & 0x1FFF) << 3
    more = fragment & 0x2000 != 0
    return _carried(
        data, at + header, at + size, sent, ports, depth,
        (protocol, 4, source, destination, size, header, identity, piece, more, fragment & 0x4000 != 0, ttl, tos),
        link, damage,
    )  # fmt: skip


_Header = tuple[int, int, int, int, int, int, int, int, bool, bool, int, int]


def _carried(
    data: bytes,
    at: int,
    end: int,
    sent: int,
    ports: Collection[int],
    depth: int,
    header: _Header,
    link: _Link,
    damage: str,
) -> Decoded:
    """What an IP packet carries. `end`: where it ends by its own header, which may be beyond the data."""
    kind, to, sender, vlans, device = link
    protocol, version, source, destination, size, above, identity, piece, more, df, ttl, tos = header
    source_port: int | None = None
    destination_port: int | None = None
    flags = sequence = acknowledged = window = code = mtu = 0
    vni: int | None = None
    inner: Decoded | None = None
    cut = False
    length = end - at
    there = len(data) - at
    if piece:
        pass
    elif protocol == 6:
        if there >= 16 and length >= 20:
            source_port, destination_port, sequence, acknowledged, offset, flags, window = _TCP(data, at)
            length -= offset >> 4 << 2
            if offset < 0x50 or (length < 0 and not more):
                damage = damage or "tcp"
                length = 0
        elif length < 20 and not depth & 1:
            damage = damage or "tcp"
        else:
            cut = True
            if there >= 4:
                source_port, destination_port = _TAG(data, at)
            if there >= 8:
                sequence = _WORD(data, at + 4)[0]
    elif protocol == 17:
        if there >= 8 and length >= 8:
            source_port, destination_port, told = _UDP(data, at)
            length -= 8
            if told >= 8 and not more:
                if told - 8 > length and not depth & 1:
                    damage = damage or "udp"
                length = told - 8
            elif told and told < 8:
                damage = damage or "udp"
            if destination_port in ports and length >= 8:
                # of a frame whose outer packet is in pieces less is there than its headers say, as in a quotation
                vni, inner, cut, damage = _vxlan(data, at + 8, sent, ports, depth | more, damage)
        elif length < 8 and not depth & 1:
            damage = damage or "udp"
        else:
            cut = True
            if there >= 4:
                source_port, destination_port = _TAG(data, at)
    elif protocol == 1 or protocol == 58:
        if there >= 8 and length >= 8:
            one, two, _, identifier, sequence = _ICMP(data, at)
            code = one << 8 | two
            length -= 8
            if one in _QUERIES if protocol == 1 else one in (128, 129):
                source_port = destination_port = identifier
            else:
                if protocol == 1:
                    error = one in _ICMP_ERRORS
                    mtu = sequence if code == 0x304 else 0
                else:
                    error = one in _ICMP6_ERRORS
                    mtu = identifier << 16 | sequence if one == 2 else 0
                sequence = 0
                if error and depth < _DEEPEST:
                    quoted = _ipv4 if protocol == 1 else _ipv6
                    # odd depths are quotations: less of them is there than their headers say
                    inner = quoted(data, at + 8, sent, ports, depth | 1, _NO_LINK)
        elif length < 8 and not depth & 1:
            damage = damage or "icmp"
        else:
            cut = True
    return Decoded(
        version, protocol, source, destination, source_port, destination_port, size, above, length, identity, piece,
        more, df, ttl, tos, flags, sequence, acknowledged, window, code, mtu, vni, inner, cut, damage,
        kind, to, sender, vlans, device,
    )  # fmt: skip


def _vxlan(
    data: bytes, at: int, sent: int, ports: Collection[int], depth: int, damage: str
) -> tuple[int | None, Decoded | None, bool, str]:
    """Network, frame in it, whether its header was cut off, damage."""
    if len(data) < at + 8:
        return None, None, True, damage
    flags, network = _VXLAN(data, at)
    if not flags & 8:
        return None, None, False, damage or "vxlan"
    if depth >= _DEEPEST:
        return network >> 8, None, False, damage or "depth"
    return network >> 8, _ethernet(data, sent, ports, at + 8, depth + 2), False, damage


def _ipv6(data: bytes, at: int, sent: int, ports: Collection[int], depth: int, link: _Link) -> Decoded:
    kind, to, sender, vlans, device = link
    if len(data) < at + 40:
        short = "" if len(data) < sent or depth else "ipv6"
        return Decoded(
            ethertype=kind, to=to, sender=sender, vlans=vlans, device=device, cut=True, damage=short
        )
    first, payload, protocol, ttl, high, low, high_to, low_to = _V6(data, at)
    if first >> 28 != 6:
        return Decoded(ethertype=kind, to=to, sender=sender, vlans=vlans, device=device, damage="ipv6")
    size = payload + 40 if payload else sent - at
    end = at + size
    damage = "ipv6-length" if end > sent and not depth & 1 else ""
    start = at
    at += 40
    identity = piece = 0
    more = False
    for _ in range(8):
        if protocol not in (0, 43, 44, 51, 60) or piece or len(data) < at + 8:
            break
        following, long = data[at], data[at + 1]
        if protocol == 44:
            fragment = _SHORT(data, at + 2)[0]
            piece, more, identity = fragment & 0xFFF8, fragment & 1 != 0, _WORD(data, at + 4)[0]
            at += 8
        else:
            at += (long + 2) * 4 if protocol == 51 else (long + 1) * 8
        protocol = following
    header = (
        protocol, 6, high << 64 | low, high_to << 64 | low_to, size, at - start, identity, piece, more, True, ttl,
        first >> 20 & 255,
    )  # fmt: skip
    return _carried(data, at, end, sent, ports, depth, header, link, damage)


_NO_LINK: _Link = (0, b"", b"", (), None)


def _raw(data: bytes, sent: int, ports: Collection[int], at: int = 0) -> Decoded:
    if len(data) > at and data[at] >> 4 == 6:
        return _ipv6(data, at, sent, ports, 0, _NO_LINK)
    return _ipv4(data, at, sent, ports, 0, _NO_LINK)


def _loopback(data: bytes, sent: int, ports: Collection[int]) -> Decoded:
    # an address family in the byte order of whoever wrote it; the numbers of IPv6 differ between systems, IP's
    # own version does not
    return _raw(data, sent, ports, 4)


def _cooked(data: bytes, sent: int, ports: Collection[int]) -> Decoded:
    if len(data) < 16:
        return Decoded(cut=True)
    _, _, long, sender, kind = _SLL(data)
    return _by_type(data, 16, sent, ports, 0, kind, b"", sender[: min(long, 8)], None)


def _cooked2(data: bytes, sent: int, ports: Collection[int]) -> Decoded:
    if len(data) < 20:
        return Decoded(cut=True)
    kind, _, device, _, _, long, sender = _SLL2(data)
    return _by_type(data, 20, sent, ports, 0, kind, b"", sender[: min(long, 8)], device)


_READERS: Mapping[int, Callable[[bytes, int, Collection[int]], Decoded]] = {
    ETHERNET: _ethernet,
    NULL: _loopback,
    LOOP: _loopback,
    RAW: _raw,
    12: _raw,  # raw IP as BSD systems number it
    14: _raw,
    IPV4: _raw,
    IPV6: _raw,
    SLL: _cooked,
    SLL2: _cooked2,
}
