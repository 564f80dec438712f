"""MetalLB's speaker in layer 2 mode: of the nodes that hear each other, one answers ARP for an address.

metallb speaker/layer2_controller.go (election), internal/layer2/arp.go (answers and announcements). Membership is
told by a broadcast on MetalLB's port instead of memberlist's gossip.
"""

import select
import socket
import time
from collections.abc import Iterable
from contextlib import suppress

from leadline.hosts.namespaces import end_with_parent, set_title
from leadline.lab import arp
from leadline.lab.plan import UNDERLAY, Node
from leadline.network.balancing.order import order

PORT = 7946
# A node that was not heard for this long is not counted on any more (seconds); it is heard three times in it.
SILENCE = 1.5
# A new owner tells everybody at once and then so often, with a pause of so many seconds (internal/layer2).
ANNOUNCEMENTS = 5
PAUSE = 1.1


def owner(address: str, nodes: Iterable[str]) -> str:
    """The node that answers for an address."""
    return order(nodes, address)[0]


def speak(node: Node, nodes: Iterable[str], addresses: Iterable[str]) -> None:
    """Answers for what this node owns of `addresses`, until the process ends."""
    end_with_parent()
    set_title(f"speaker {node.name}")
    members = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    members.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    members.bind(("", PORT))
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(arp.KIND))
    wire.bind(("eth0", arp.KIND))
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
                    for operation in (arp.REQUEST, arp.REPLY):
                        _send(wire, arp.Packet(operation, mac, address, address), arp.EVERYBODY)
        readable, _, _ = select.select([members, wire], [], [], max(0.0, beat - time.monotonic()))
        if members in readable:
            heard[members.recv(64).decode(errors="replace")] = time.monotonic()
        if wire in readable:
            asked = arp.read(wire.recv(2048))
            if asked is not None and asked.operation == arp.REQUEST and asked.target in announced:
                _send(wire, arp.Packet(arp.REPLY, mac, asked.target, asked.address), asked.mac)


def _send(wire: socket.socket, packet: arp.Packet, to: bytes) -> None:
    with suppress(OSError):  # the uplink is down
        wire.send(arp.written(packet, to, to))
