"""The interfaces by which hosts reach each other."""

from collections import Counter
from collections.abc import Iterable, Mapping

from leadline.network.netns import Link
from leadline.network.packet import dotted

Addresses = tuple[tuple[int, int], ...]
_NO_UPLINKS = frozenset((
    "loopback", "vxlan", "geneve", "dummy", "wireguard", "tun", "ipip", "sit", "gre", "gretap", "vti", "nlmon", "ifb",
    "vrf", "bridge",
))  # fmt: skip
_VIRTUAL = _NO_UPLINKS | {"veth"}
"""Kinds of devices that are no wire to other hosts by themselves."""


def joined(own: Addresses, theirs: Addresses) -> bool:
    """Whether two uplinks have addresses of one network. Where both have the same one they are on wires of their own."""
    return not {address for address, _ in own} & {address for address, _ in theirs} and any(
        length and width and not (address ^ far) >> 32 - min(length, width)
        for address, length in own
        for far, width in theirs
    )


def uplinks(links: Mapping[str, Link]) -> dict[str, Addresses]:
    """The interfaces by which a host reaches others, with the addresses that others see there: its own, or those of the
    bridge that it is a port of."""
    found: dict[str, Addresses] = {}
    for link in links.values():
        master = links.get(link.master)
        if master is not None and master.kind == "bridge" and link.kind not in _VIRTUAL:
            found[link.name] = master.addresses
        elif master is None and link.kind not in _NO_UPLINKS:
            found[link.name] = link.addresses
    return {device: addresses for device, addresses in found.items() if addresses}


def reached_by(
    links: Mapping[str, Link], own: Mapping[str, Addresses], every: Iterable[Mapping[str, Addresses]]
) -> tuple[str, ...]:
    """The addresses of a host's uplinks (`own`): first the one its tunnels send from, last those that other hosts have,
    too, as behind the NAT of a virtual machine. `every`: the uplinks of all hosts."""
    held = Counter(address for each in every for have in each.values() for address, _ in have)
    tunnels = {link.local for link in links.values()}
    addresses = dict.fromkeys(address for have in own.values() for address, _ in have)
    return tuple(map(dotted, sorted(addresses, key=lambda each: (each not in tunnels, held[each] > 1))))
