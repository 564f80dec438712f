"""A look at a living lab: its processes, its faults, and who answers for an address on the nodes' network."""

import os
import socket
import struct
import time
from collections.abc import Iterable
from contextlib import suppress

from leadline.hosts.namespaces import NET, USER, join
from leadline.lab.fault import filled, load
from leadline.lab.injection import injected
from leadline.lab.lab import Lab, processes, topology
from leadline.lab.plan import GATEWAY
from leadline.lab.pods import child
from leadline.lab.status import Fault, Status, addresses, status
from leadline.lab.wiring import BRIDGE

_ARP = 0x0806
_REQUEST, _REPLY = 1, 2
_PACKET = struct.Struct("!HHHBBH6s4s6s4s")
_HEADER = struct.Struct("!6s6s")
_SECONDS = 0.4


def look(lab: Lab) -> Status:
    """How the lab is now."""
    plan = topology(lab)
    faults = tuple(
        Fault(each.name, filled(load(each.name), plan).title, each.since, each.finished)
        for each in injected(lab)
    )
    return status(plan, lab.since, processes(lab), faults, who_has(lab, addresses(plan)))


def who_has(lab: Lab, addresses: Iterable[str]) -> dict[str, str] | None:
    """The MAC address that answered for each of these, where one did; None where this machine let us not ask.

    Asked by ARP from outside the nodes, as a router asks.
    """
    reader, writer = os.pipe()

    def ask() -> None:
        with suppress(OSError):
            join(lab.keeper, USER | NET)
            for address, mac in _asked(set(addresses)):
                os.write(writer, f"{address} {mac}\n".encode())
            os.write(writer, b"asked\n")

    process = child(ask)
    os.close(writer)
    with os.fdopen(reader, encoding="ascii") as said:
        lines = said.read().splitlines()
    os.waitpid(process, 0)
    if "asked" not in lines:
        return None
    return {address: mac for address, _, mac in (each.partition(" ") for each in lines) if mac}


def _asked(addresses: set[str]) -> Iterable[tuple[str, str]]:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ARP)) as wire:
        wire.bind((BRIDGE, _ARP))
        own = wire.getsockname()[4]
        header = _HEADER.pack(b"\xff" * 6, own)
        for address in addresses:
            question = (_ARP, 1, 0x0800, 6, 4, _REQUEST, own, GATEWAY.packed, bytes(6))
            wire.send(header + _PACKET.pack(*question, socket.inet_aton(address)))
        until = time.monotonic() + _SECONDS
        while addresses and (left := until - time.monotonic()) > 0:
            wire.settimeout(left)
            try:
                packet = wire.recv(2048)
            except TimeoutError:
                return
            kind, *_, operation, mac, answered, _, _ = _PACKET.unpack_from(packet, _HEADER.size)
            address = socket.inet_ntoa(answered)
            if kind == _ARP and operation == _REPLY and address in addresses:
                addresses.remove(address)
                yield address, mac.hex(":")
