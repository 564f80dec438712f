"""What was found in a capture."""

from typing import Literal

import msgspec

from leadline.base.text import Text
from leadline.network.probe.captures import Interface

Handshake = Literal["complete", "unfinished", "unanswered", "refused", "unreachable", "earlier", ""]
"""How a TCP connection began. `unfinished`: answered, but the third packet is not in the capture. `refused`: by RST;
`unreachable`: by an ICMP error. `earlier`: before the capture. "": it is not TCP."""

Ended = Literal["closed", "reset-by-source", "reset-by-destination", "open", ""]
"""How a TCP connection ended within the capture; `open`: not. "": it is not TCP, or never was one."""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """One direction of a flow. `bytes`: of IP packets. `retransmitted`: packets sent again. `reordered`: packets that
    came after later ones. `lost`: bytes of gaps in the sequence numbers that the other side did not acknowledge either;
    `uncaptured`: bytes of gaps that it did acknowledge, so only the capture has not seen them."""

    packets: int = 0
    bytes: int = 0
    retransmitted: int = 0
    reordered: int = 0
    lost: int = 0
    uncaptured: int = 0


class Latency(msgspec.Struct, frozen=True):
    """Nanoseconds from a request to its reply, where it was captured. `samples`: how many pairs there were; the median
    is of an even selection of at most a few hundred."""

    shortest: int
    median: int
    longest: int
    samples: int


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """ICMP errors of one kind about one flow. `version`: of IP. `type`, `code`: ICMP's. `sender`: who sent them. `mtu`:
    the next hop's where they say "too big" (0: they do not tell). `about`: protocol, source, source port,
    destination, destination port of the packet that is quoted; `size`: its length. `flow`: that flow's number, 0 where
    the capture has no other packet of it. `tunnel`: the quoted packet was a tunnel's."""

    version: int = 4
    type: int
    code: int
    sender: str
    mtu: int = 0
    about: tuple[str, str, int | None, str, int | None]
    size: int = 0
    flow: int = 0
    tunnel: bool = False
    times: int = 1
    first: int = 0


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One packet of a flow. `forward`: from the flow's source. `flags`: TCP's. `code`: ICMP's type << 8 | code.
    `sequence`: relative to the direction's first for TCP; of an echo its own. `length`: bytes carried. `pieces`: of how
    many fragments it was put together (0: one that stayed incomplete). `remark`: what is particular."""

    time: int
    forward: bool
    flags: int = 0
    code: int = 0
    sequence: int = 0
    acknowledged: int = 0
    length: int = 0
    pieces: int = 1
    remark: Literal["", "retransmission", "reordered", "gap"] = ""


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A flow, both directions together. `number`: from 1, by its first packet. `protocol`: tcp, udp, icmp, icmpv6, else
    as PROTOCOLS name it, or its number. `source` sent the request. Ports of ICMP are the query's id on both sides.

    `places`: the interfaces it was seen on. `tunnels`: numbers of the tunnels it was seen in. `copies`: packets seen
    again, counted nowhere else; `doubled`: of those, such on the same interface with the same TTL. `requests`, `unanswered`: SYNs of one connection count once; echo requests and
    datagrams. `fragmented`: datagrams that came in pieces; `incomplete`: of those, such with pieces missing.
    `rewritten`: numbers of flows that are the same connection with other addresses (NAT). `answered_by`: address and
    port that the replies bear where these are not the destination's: the capture stands between two rewritings.
    `first`, `last`: nanoseconds since 1970. `events`: its first packets, and its last ones; `more`: those in between.
    """

    number: int
    protocol: str
    source: str
    source_port: int | None
    destination: str
    destination_port: int | None
    first: int
    last: int
    sent: Count
    received: Count
    places: tuple[str, ...] = ()
    tunnels: tuple[int, ...] = ()
    copies: int = 0
    doubled: int = 0
    requests: int = 0
    unanswered: int = 0
    handshake: Handshake = ""
    ended: Ended = ""
    latency: Latency | None = None
    fragmented: int = 0
    incomplete: int = 0
    faults: tuple[Fault, ...] = ()
    rewritten: tuple[int, ...] = ()
    answered_by: tuple[str, int | None] | None = None
    events: tuple[Event, ...] = ()
    more: int = 0


class Tunnel(msgspec.Struct, frozen=True, kw_only=True):
    """VXLAN packets from one VTEP to another in one network. `macs`: (sender, receiver) of the frames in it.
    `largest`: the longest outer IP packet; `overhead`: bytes that the tunnel adds to an inner IP packet on the wire's IP
    level (50: outer IP, UDP, VXLAN and inner Ethernet). `fragmented`: outer packets that were in pieces; `incomplete`: of
    those, such with pieces missing. `first`, `last`: nanoseconds since 1970."""

    number: int
    source: str
    destination: str
    port: int
    vni: int
    packets: int
    bytes: int
    largest: int
    overhead: int
    first: int
    last: int
    macs: tuple[tuple[str, str], ...] = ()
    fragmented: int = 0
    incomplete: int = 0


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """ARP requests for an address that were not answered in the capture."""

    address: str
    asked_by: str
    times: int
    first: int
    last: int


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found. `packets`: frames read; `bytes`: as they were sent. `flows`: by their first packet; of further
    ones only `rest_flows` and `rest_packets` tell (`rest_flows` is a lower bound where it is 500,000). `faults`: ICMP errors.
    `undecoded`: what was not followed: frames of other protocols, link types not known here, IPv6's neighbour discovery
    (`ethertype 0x88cc`, `link type 147`, `ICMPv6 ND/MLD`). `damaged`: packets
    by what is wrong with their headers; `cut`: packets whose headers were not captured whole. `lost`: packets that
    whoever captured says it missed. `problem`: why the file could not be read to its end."""

    name: str
    packets: int = 0
    bytes: int = 0
    first: int = 0
    last: int = 0
    interfaces: tuple[Interface, ...] = ()
    comments: tuple[tuple[int, str], ...] = ()
    flows: tuple[Conversation, ...] = ()
    rest_flows: int = 0
    rest_packets: int = 0
    tunnels: tuple[Tunnel, ...] = ()
    faults: tuple[Fault, ...] = ()
    questions: tuple[Question, ...] = ()
    undecoded: dict[str, int] = {}
    damaged: dict[str, int] = {}
    cut: int = 0
    lost: int = 0
    problem: Text | None = None
