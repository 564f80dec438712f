"""What a firewall rule sees of a packet, and what it may answer.

A rule is a row of steps, called with a Sight until one ends it. It is the same for iptables, whose matches come before
its target, and for nftables, whose statements come in any order.
"""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import msgspec

from leadline.base.text import Text
from leadline.network.packet import Packet

Hook = Literal["prerouting", "input", "forward", "output", "postrouting", "ingress", "egress"]
State = Literal["new", "established", "related", "invalid", "untracked"]


class Tuple(msgspec.Struct, frozen=True):
    """One direction of a connection: what tells its packets from all others. Ports are ICMP's id on both sides."""

    protocol: str
    source: int
    source_port: int | None
    destination: int
    destination_port: int | None


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """What conntrack knows of the packet. `reply`: it goes against the first packet's direction. `original`,
    `answer`: the connection's tuples as they are now. `dnat`, `snat`: rewritten so. `mark`: the connection's.
    """

    state: State
    reply: bool = False
    original: Tuple | None = None
    answer: Tuple | None = None
    dnat: bool = False
    snat: bool = False
    mark: int = 0


class Surroundings(Protocol):
    """What a rule may ask of the host it stands on."""

    def address_type(self, address: int, device: str = "") -> str:
        """The kernel's type of an address, as `addrtype` and `fib … type` see it, in lower case: local, unicast,
        broadcast, anycast, multicast, blackhole, unreachable, prohibit. `device`: only routes of this interface."""
        ...

    def reverse_device(self, packet: Packet, device: str, *, loose: bool) -> bool:
        """Whether a packet that came in by `device` would be answered by it (`loose`: by any)."""
        ...

    def route_device(self, address: int, *, source: int | None, mark: int, device: str) -> str:
        """The interface a route to `address` leaves by, "" where there is none (`fib daddr oif`)."""
        ...

    def interface_group(self, device: str) -> int | None: ...

    def choose(self, weights: Sequence[float] | None, what: Text) -> int:
        """One of several outcomes that nothing recorded decides: by chance with these weights, or, where they are
        None, by something unrecorded; `what` says it of outcome 1 of two. The trace follows every outcome."""
        ...

    def in_set(self, name: str, directions: tuple[str, ...], seen: "Sight") -> "bool | Unknown":
        """Whether the packet is in an ipset by these sides (`src`, `dst`)."""
        ...


class Sight:
    """A packet at one hook of one host. Steps read it; those that set something write `packet` (its mark) or
    `connection_mark`.

    `came_in`, `goes_out`: interfaces, "" where there is none at this hook. `port_in`, `port_out`: the bridge ports
    where the packet is bridged. `local_uid`: of the sending process where it is on this host, None where it is not known
    or not here. `forwarded`: there is no sending process here.
    """

    __slots__ = (
        "came_in",
        "connection_mark",
        "forwarded",
        "goes_out",
        "here",
        "hook",
        "local_uid",
        "packet",
        "port_in",
        "port_out",
        "tracked",
    )

    def __init__(
        self,
        packet: Packet,
        hook: Hook,
        here: Surroundings,
        *,
        came_in: str = "",
        goes_out: str = "",
        port_in: str = "",
        port_out: str = "",
        tracked: Tracked | None = None,
        forwarded: bool = True,
        local_uid: int | None = None,
    ) -> None:
        self.packet = packet
        self.hook = hook
        self.here = here
        self.came_in = came_in
        self.goes_out = goes_out
        self.port_in = port_in
        self.port_out = port_out
        self.tracked = tracked
        self.connection_mark: int | None = None
        self.forwarded = forwarded
        self.local_uid = local_uid


class Unknown(msgspec.Struct, frozen=True):
    """A step that cannot be decided. `what`: the match, target or expression, and why."""

    what: Text


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How a rule ends. `kind`: accept, drop, reject, return, jump, goto, dnat, snat, masquerade, redirect, notrack,
    queue or stolen. `chain`: of jump and goto. `address`, `last_address`, `port`, `last_port`: of a rewriting, None for
    what it leaves alone. `base`: a range of ports is shifted from this one, not drawn from. `answer`: what a reject
    sends, `tcp-reset` or an ICMP message as iptables names it (`icmp-port-unreachable`).
    """

    kind: Literal[
        "accept",
        "drop",
        "reject",
        "return",
        "jump",
        "goto",
        "dnat",
        "snat",
        "masquerade",
        "redirect",
        "notrack",
        "queue",
    ]
    chain: str = ""
    address: int | None = None
    last_address: int | None = None
    port: int | None = None
    last_port: int | None = None
    base: int | None = None
    answer: str = ""


Answer = bool | Unknown | Verdict
Step = Callable[[Sight], Answer]
"""True: go on with the next step. False: the rule does not match. A Verdict or Unknown ends it."""


class Rule:
    """One compiled rule. `cite`: the line as the host printed it, without counters. `number`: its place in its chain,
    from 0. `matches` change nothing, so where one is Unknown the others are asked still: one that says False settles
    it. `steps` follow in order; they may be matches, too, and set things. A rule without steps only counts."""

    __slots__ = ("cite", "matches", "number", "steps")

    def __init__(self, cite: str, number: int, matches: tuple[Step, ...], steps: tuple[Step, ...]) -> None:
        self.cite = cite
        self.number = number
        self.matches = matches
        self.steps = steps

    def __call__(self, seen: Sight) -> Answer:
        """False: the packet passes on to the next rule untouched. True: it matched and goes on to the next rule.
        A Verdict: it matched and says where it goes. Unknown: this cannot be told."""
        doubt: Unknown | None = None
        for match in self.matches:
            answer = match(seen)
            if answer is False:
                return False
            if isinstance(answer, Unknown):
                doubt = doubt or answer
        if doubt is not None:
            return doubt if self.steps else False
        answer = True
        for step in self.steps:
            answer = step(seen)
            if answer is not True:
                return answer
        return answer


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A base chain: where it stands and what follows its end. `family`: ip or inet; `kind`: filter, nat or route;
    `tool`: whose text it was read from, iptables or nft."""

    family: str
    table: str
    name: str
    hook: Hook
    priority: int
    kind: Literal["filter", "nat", "route"]
    policy: Literal["accept", "drop"]
    tool: Literal["iptables", "nft"]


class Rules(Protocol):
    """The rules of one host for one packet filter tool, compiled chain by chain when they are met."""

    def chains(self) -> Sequence[Chain]:
        """Its base chains that IPv4 packets meet, in the order of the text."""
        ...

    def rules(self, family: str, table: str, chain: str) -> Sequence[Rule]:
        """A chain's rules in order; raises KeyError where there is no such chain."""
        ...
