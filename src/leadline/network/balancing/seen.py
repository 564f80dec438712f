"""What recorded hosts show of an address that no interface has: who answered their ARP, and their routes to it."""

from collections.abc import Iterator, Mapping

import msgspec

from leadline.facts.sources.ip_neigh import Neighbour
from leadline.facts.sources.ip_route import Route
from leadline.network.packet import dotted, network
from leadline.network.recorded import RecordedNetns

_FAILED = frozenset(("FAILED", "INCOMPLETE"))


class Answer(msgspec.Struct, frozen=True):
    """A neighbour entry of an address: on which host, and its MAC address."""

    host: str
    mac: str
    cite: str


class Way(msgspec.Struct, frozen=True):
    """A route of a host to an address by gateways."""

    host: str
    gateways: tuple[str, ...]
    cite: str


def answers(hosts: Mapping[str, RecordedNetns], address: int) -> Iterator[Answer]:
    """The neighbour entries of an address that were resolved."""
    where = dotted(address)
    for name, host in hosts.items():
        each: Neighbour
        for each in host.snapshot.entries("ip_neigh").values():
            if each.address == where and each.mac and not _FAILED & set(each.state.split(",")):
                entry = host.neighbour(each.device, address)
                yield Answer(name, each.mac, entry[1] if entry is not None else "")


def ways(hosts: Mapping[str, RecordedNetns], address: int) -> Iterator[Way]:
    """The most exact route of each host to an address, where it is one of a routing daemon or a person by gateways."""
    for name, host in hosts.items():
        found: list[tuple[int, Way]] = []
        for route, cite in host.routes() or ():
            if route.destination == "default" or route.type != "unicast" or route.protocol == "kernel":
                continue
            try:
                base, mask = network(route.destination)
            except ValueError:
                continue
            gateways = tuple(_gateways(route))
            if gateways and address & mask == base:
                found.append((mask, Way(name, gateways, cite)))
        if found:
            yield max(found, key=lambda each: each[0])[1]


def _gateways(route: Route) -> Iterator[str]:
    if route.gateway:
        yield route.gateway
    for hop in route.nexthops:
        words = hop.split()
        if "via" in words[:-1]:
            yield words[words.index("via") + 1]
