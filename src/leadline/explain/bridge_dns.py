"""dnsmasq as a helper of virtual networks: it answers on a bridge that libvirt or LXD made."""

import re
from collections.abc import Callable

from leadline.base.text import Text
from leadline.explain.listening import line
from leadline.explain.pair import Pair
from leadline.explain.rule import Match
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

WHAT = {53: Text("DNS", "DNS"), 67: Text("DHCP", "DHCP"), 547: Text("DHCPv6", "DHCPv6")}


def on_bridge(bridge: str) -> Callable[[Change, Pair], Match | None]:
    """The match for dnsmasq on interfaces whose name this regular expression matches: by the socket's scope,
    or by an address that only such a bridge has."""

    def match(change: Change, pair: Pair) -> Match | None:
        listener = change.entry
        if listener.processes != ("dnsmasq",) or listener.port not in WHAT or change.kind == "changed":
            return None
        witness = pair.side(change)
        proof = _owner(witness, bridge, listener.address, listener.interface)
        if proof is None:
            return None
        values = {"port": listener.port, "what": WHAT[listener.port], "address": proof.text}
        return Match((line(change, pair), proof), values=values)

    return match


def _owner(witness: Witness, bridge: str, address: str, scope: str) -> Evidence | None:
    for name, interface in witness.entries("ip_addr").items():
        if re.fullmatch(bridge, name) and (
            scope == name or any(each.partition("/")[0] == address for each in interface.addresses)
        ):
            return witness.saw("ip_addr", f"{name} {' '.join(interface.addresses)}")
    return None
