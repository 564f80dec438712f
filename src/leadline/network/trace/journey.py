"""What the parts of a walk share: the network, the filters with their connections, the hops so far, and the steps
that a packet can take next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from leadline.network.announcers import Announcers
from leadline.network.netns import End, Link, Netns
from leadline.network.packet import Frame, Packet
from leadline.network.trace.choices import Choices
from leadline.network.trace.filtering import Carried, Filter
from leadline.network.trace.tracking import Tracking
from leadline.network.trace.trail import Trail


class Network(Protocol):
    """The network that recorded hosts make, as far as a walk asks for it."""

    @property
    def netns(self) -> Mapping[tuple[str, str], Netns]: ...

    def owner(self, address: int) -> Sequence[End]:
        """The interfaces that have an address."""
        ...

    def segment(self, end: End) -> Sequence[End]:
        """The other recorded interfaces on the same wire as an uplink."""
        ...

    def announcers(self, address: int) -> Announcers | None:
        """By which interfaces packets for a load balancer's address come in; None where it is none."""
        ...

    def belongs(self, address: int) -> str:
        """To what of the cluster an address belongs: `pod`, `service`, `node`, "" for none."""
        ...


@dataclass(frozen=True)
class Made:
    """A packet made here. `device`: it must leave by this one; `outer`: it carries a frame of a tunnel, whose mark
    and filters are its own. `tracking`: its part in the connection of a packet that it is about. `foreign`: it may bear
    an address that is not this host's."""

    netns: Netns
    packet: Packet
    device: str = ""
    outer: bool = False
    tracking: Tracking | None = None
    foreign: bool = False


@dataclass(frozen=True)
class Up:
    """A packet that IP gets from an interface. `bridged`: netfilter saw it on the bridge already. `looped`: it comes over
    lo, with its route and this connection."""

    netns: Netns
    device: str
    packet: Packet
    bridged: Carried | None = None
    looped: Carried | None = None


@dataclass(frozen=True)
class Down:
    """A packet that IP gives to an interface, for the neighbour `via`. `piece`: bytes of its largest fragment."""

    netns: Netns
    device: str
    via: int
    packet: Packet
    piece: int


@dataclass(frozen=True)
class Wire:
    """A frame that arrives at an interface from its other side."""

    netns: Netns
    device: str
    frame: Frame
    piece: int


@dataclass(frozen=True)
class Arrived:
    """A packet at the socket it is for; `netns` None: beyond all that is recorded."""

    netns: Netns | None
    packet: Packet


Step = Made | Up | Down | Wire | Arrived


@dataclass
class Journey:
    """One run of a flow. The filters stay for its answer, the trail is the packet's own. `answer`: the packet is one,
    for a socket that waits for it."""

    network: Network
    choices: Choices
    trail: Trail = field(default_factory=Trail)
    filters: dict[tuple[str, str], Filter] = field(default_factory=dict)
    answer: bool = False

    def filter(self, netns: Netns) -> Filter:
        """The filter of a namespace, the same for the whole run."""
        if netns.key not in self.filters:
            self.filters[netns.key] = Filter(netns, self.choices)
        return self.filters[netns.key]

    def at(self, end: End) -> tuple[Netns, Link] | None:
        """An interface and the namespace it is in; None where it is not recorded."""
        netns = self.network.netns.get(end.netns)
        link = netns.links.get(end.device) if netns is not None else None
        return (netns, link) if netns is not None and link is not None else None
