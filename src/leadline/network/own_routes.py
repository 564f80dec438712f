"""What follows from an address without anybody setting it: the routes of the table `local`, and policy rules."""

from collections.abc import Iterable, Iterator

from leadline.facts.sources.ip_route import Route
from leadline.facts.sources.ip_rule import PolicyRule
from leadline.network import lines
from leadline.network.netns import Link
from leadline.network.packet import dotted, number

_LOOPBACK_LENGTH, _POINT, _ADDRESS = 8, 31, 32


def is_ipv4(word: str) -> bool:
    """Whether a word is an IPv4 address."""
    try:
        number(word)
    except ValueError:
        return False
    return True


def local_routes(links: Iterable[Link]) -> list[tuple[Route, str]]:
    """The table `local` as the kernel makes it of the addresses of devices that are up, with its lines."""
    found = [route for link in links if link.up for route in _of(link)]
    return [(each, lines.route(each)) for each in found]


def _of(link: Link) -> Iterator[Route]:
    def made(kind: str, destination: str, scope: str, source: int) -> Route:
        return Route(
            table="local",
            type=kind,
            destination=destination,
            family="inet",
            device=link.name,
            protocol="kernel",
            scope=scope,
            source=dotted(source),
        )

    for address, length in link.addresses:
        mask = 0xFFFFFFFF << 32 - length & 0xFFFFFFFF
        if link.kind == "loopback" and length == _LOOPBACK_LENGTH:
            yield made("local", f"{dotted(address & mask)}/{length}", "host", address)
        yield made("local", dotted(address), "host", address)
        if length < _POINT:
            yield made("broadcast", dotted(address | ~mask & 0xFFFFFFFF), "link", address)


def default_policy() -> tuple[tuple[PolicyRule, str], ...]:
    """The rules of a network namespace in which nobody set any."""
    made = (
        PolicyRule(family="inet", priority=priority, selector="from all", action="lookup", table=table)
        for priority, table in ((0, "local"), (32766, "main"), (32767, "default"))
    )
    return tuple((each, lines.rule(each)) for each in made)
