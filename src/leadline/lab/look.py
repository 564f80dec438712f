"""A look at a living lab: its processes, its faults, and who answers for an address on the nodes' network."""

import os
import socket
import time
from collections.abc import Iterable
from contextlib import suppress

from leadline.hosts.namespaces import NET, USER, join
from leadline.lab import arp
from leadline.lab.fault import filled, load
from leadline.lab.injection import injected
from leadline.lab.lab import Lab, processes, topology
from leadline.lab.plan import GATEWAY
from leadline.lab.pods import child
from leadline.lab.status import Fault, Status, status
from leadline.lab.wiring import BRIDGE

_SECONDS = 0.4


def look(lab: Lab) -> Status:
    """How the lab is now."""
    plan = topology(lab)
    faults = tuple(
        Fault(each.name, filled(load(each.name), plan).title, each.since, each.finished)
        for each in injected(lab)
    )
    return status(plan, lab.since, processes(lab), faults, who_has(lab, plan.balanced))


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
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(arp.KIND)) as wire:
        wire.bind((BRIDGE, arp.KIND))
        own = wire.getsockname()[4]
        for address in addresses:
            question = arp.Packet(arp.REQUEST, own, str(GATEWAY), address)
            wire.send(arp.written(question, arp.EVERYBODY, bytes(6)))
        until = time.monotonic() + _SECONDS
        while addresses and (left := until - time.monotonic()) > 0:
            wire.settimeout(left)
            try:
                answer = arp.read(wire.recv(2048))
            except TimeoutError:
                return
            if answer is not None and answer.operation == arp.REPLY and answer.address in addresses:
                addresses.remove(answer.address)
                yield answer.address, answer.mac.hex(":")
