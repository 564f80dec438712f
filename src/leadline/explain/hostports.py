"""Whose port mapping it is: Kubernetes and Podman call the same CNI plugin portmap, and it names its chains alike."""

import re
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface

from leadline.explain.firewall import FACTS, Place
from leadline.explain.witness import Witness

_TO = re.compile(r"(?:--to-destination|dnat to) \[?([0-9a-f.:]+?)\]?(?::\d+)?$")
_NETWORK = re.compile(r'name: \\*"([^"\\]+)')
POD_NETWORK = "cbr0"  # the name in flannel's stock conflist


@lru_cache(maxsize=4)
def _mappings(witness: Witness) -> dict[str, bool]:
    """Chain `CNI-DN-…` → whether it leads to a pod: to an address behind cni0, or in a network that a CNI
    configuration of this node (or flannel's stock one) names."""
    behind: list[IPv4Interface | IPv6Interface] = []
    if (bridge := witness.entries("ip_addr").get("cni0")) is not None:
        behind = [ip_interface(address) for address in bridge.addresses]
    names = {POD_NETWORK, *(network.name for network in witness.entries("cni_config").values())}
    found: dict[str, bool] = {}
    for fact in FACTS:
        for key in witness.entries(fact):
            chain = next((word for word in key.split() if word.startswith("CNI-DN-")), None)
            if chain is None:
                continue
            found.setdefault(chain, False)
            if (network := _NETWORK.search(key)) is not None and network[1] in names:
                found[chain] = True
            elif (to := _TO.search(key)) is not None:
                with suppress(ValueError):
                    found[chain] |= any(ip_address(to[1]) in each.network for each in behind)
    return found


def of_a_pod(at: Place, witness: Witness) -> bool | None:
    """Whether an entry of portmap's serves a pod; None where chains that all mappings share serve both
    kinds, or none is left to tell by."""
    mappings = _mappings(witness)
    for chain in (at.name, at.target):
        if chain in mappings:
            return mappings[chain]
    kinds = set(mappings.values())
    return kinds.pop() if len(kinds) == 1 else None
