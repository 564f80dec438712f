"""ARP packets as they stand on Ethernet (RFC 826)."""

import socket
import struct
from typing import NamedTuple

KIND = 0x0806
REQUEST, REPLY = 1, 2
EVERYBODY = b"\xff" * 6
_FRAME = struct.Struct("!6s6sHHHBBH6s4s6s4s")


class Packet(NamedTuple):
    """Who says what: `mac` has `address`, and asks for `target`, or tells it."""

    operation: int
    mac: bytes
    address: str
    target: str


def written(packet: Packet, to: bytes, target_mac: bytes) -> bytes:
    """The frame to the MAC address `to`. `target_mac`: what the packet itself names as the target's."""
    addresses = socket.inet_aton(packet.address), target_mac, socket.inet_aton(packet.target)
    return _FRAME.pack(to, packet.mac, KIND, 1, 0x0800, 6, 4, packet.operation, packet.mac, *addresses)


def read(frame: bytes) -> Packet | None:
    """What a frame says; None where it is no ARP packet."""
    if len(frame) < _FRAME.size:
        return None
    _, _, kind, *_, operation, mac, address, _, target = _FRAME.unpack_from(frame)
    if kind != KIND:
        return None
    return Packet(operation, mac, socket.inet_ntoa(address), socket.inet_ntoa(target))
