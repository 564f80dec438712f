"""The packet filter of one namespace during one trace, and a packet while it is in that namespace."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from leadline.base.text import Text
from leadline.network.netns import Netns
from leadline.network.packet import Packet
from leadline.network.sight import Sight, Unknown
from leadline.network.trace import ipvs, routing
from leadline.network.trace.choices import Choices
from leadline.network.trace.tracking import Tracker, Tracking


@dataclass
class Filter:
    """The packet filter of one namespace during one trace: its rules, and the connections it has seen. `last`: the part
    in one that the packet had which met it last."""

    netns: Netns
    choices: Choices
    tracker: Tracker = field(default_factory=Tracker)
    last: Tracking | None = None

    @cached_property
    def ipvs(self) -> ipvs.Ipvs:
        return ipvs.Ipvs(self.netns, self.choices)

    # Surroundings, for the rules

    def address_type(self, address: int, device: str = "") -> str:
        return routing.address_type(self.netns, address, device)

    def reverse_device(self, packet: Packet, device: str, *, loose: bool) -> bool:
        return routing.reverse_device(self.netns, packet, device, loose=loose)

    def route_device(self, address: int, *, source: int | None, mark: int, device: str) -> str:
        return routing.route_device(self.netns, address, source=source, mark=mark, device=device)

    def interface_group(self, device: str) -> int | None:  # noqa: ARG002 - no text tells it
        return None

    def choose(self, weights: Sequence[float] | None, what: Text) -> int:
        return self.choices.choose(weights, what)

    def in_set(self, name: str, directions: tuple[str, ...], seen: Sight) -> bool | Unknown:
        return self.netns.in_set(name, directions, seen)


@dataclass
class Carried:
    """A packet inside one namespace: with the connection it belongs to there, and the port of a bridge it came in by,
    which netfilter remembers until it leaves. `balanced`: IPVS has done its part to it. `elsewhere`: it has taken the
    packet from the hook, for a server on another host."""

    packet: Packet
    tracking: Tracking | None = None
    port_in: str = ""
    balanced: bool = False
    elsewhere: bool = False
