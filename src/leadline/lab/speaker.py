"""MetalLB's speaker in layer 2 mode: of the nodes that hear each other, one answers ARP for an address.

metallb speaker/layer2_controller.go (election), internal/layer2/arp.go (answers and announcements). Membership is
told by a broadcast on MetalLB's port instead of memberlist's gossip.
"""

import hashlib
import select
import socket
import struct
import time
from collections.abc import Iterable
from contextlib import suppress

from leadline.hosts.namespaces import end_with_parent, set_title
from leadline.lab.plan import UNDERLAY, Node

PORT = 7946
# A node that was not heard for this long is not counted on any more (seconds); it is heard three times in it.
SILENCE = 1.5
# A new owner tells everybody at once and then so often, with a pause of so many seconds (internal/layer2).
ANNOUNCEMENTS = 5
PAUSE = 1.1
_EVERYBODY = b"\xff" * 6
_ARP = 0x0806
_REQUEST, _REPLY = 1, 2


def owner(address: str, nodes: Iterable[str]) -> str:
    """The node that answers for an address: the one whose name and the address have the smallest digest."""
    return min(nodes, key=lambda node: hashlib.sha256(f"{node}#{address}".encode()).digest())


def speak(node: Node, nodes: Iterable[str], addresses: Iterable[str]) -> None:
    """Answers for what this node owns of `addresses`, until the process ends."""
    end_with_parent()
    set_title(f"speaker {node.name}")
    members = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    members.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    members.bind(("", PORT))
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ARP))
    wire.bind(("eth0", _ARP))
    mac = bytes.fromhex(node.mac.replace(":", ""))
    # everybody is expected at first, so that no address wanders while the lab starts
    heard = dict.fromkeys(nodes, time.monotonic() + SILENCE)
    announced: dict[str, list[float]] = {}
    members_before: set[str] = set()
    beat = 0.0
    while True:
        now = time.monotonic()
        if now >= beat:
            beat = now + SILENCE / 3
            # where the uplink is down nobody hears us, and we hear nobody
            with suppress(OSError):
                members.sendto(node.name.encode(), (str(UNDERLAY.broadcast_address), PORT))
            here = {each for each, last in heard.items() if now - last < SILENCE} | {node.name}
            mine = [address for address in addresses if owner(address, here) == node.name]
            times = [now + number * PAUSE for number in range(ANNOUNCEMENTS)]
            # told anew whenever the members change: a node that was cut off never knew that another took over
            kept = announced if here == members_before else {}
            announced = {address: kept.get(address, times) for address in mine}
            members_before = here
            for address, due in announced.items():
                if due and due[0] <= now:
                    announced[address] = due[1:]
                    for operation in (_REQUEST, _REPLY):
                        _send(wire, _packet(operation, mac, address, _EVERYBODY, address))
        readable, _, _ = select.select([members, wire], [], [], max(0.0, beat - time.monotonic()))
        if members in readable:
            heard[members.recv(64).decode(errors="replace")] = time.monotonic()
        if wire in readable:
            asked, asker, asker_address = _question(wire.recv(2048))
            if asked in announced:
                _send(wire, _packet(_REPLY, mac, asked, asker, asker_address))


def _send(wire: socket.socket, packet: bytes) -> None:
    with suppress(OSError):  # the uplink is down
        wire.send(packet)


def _packet(operation: int, mac: bytes, address: str, to: bytes, to_address: str) -> bytes:
    return (
        to
        + mac
        + struct.pack("!HHHBBH", _ARP, 1, 0x0800, 6, 4, operation)
        + mac
        + socket.inet_aton(address)
        + to
        + socket.inet_aton(to_address)
    )


def _question(packet: bytes) -> tuple[str, bytes, str]:
    """The address that is asked for, and who asks; empty where this is no question."""
    if len(packet) < 42 or struct.unpack("!H", packet[20:22])[0] != _REQUEST:
        return "", b"", ""
    return socket.inet_ntoa(packet[38:42]), packet[22:28], socket.inet_ntoa(packet[28:32])
