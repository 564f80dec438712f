"""What a trace says: hop by hop and decision by decision where a packet goes, and how its way ends."""

from typing import Literal

import msgspec

from leadline.base.text import Text
from leadline.network.packet import Packet

Disposition = Literal[
    "delivered",
    "dropped-by-rule",
    "no-endpoint",
    "no-route",
    "not-forwarding",
    "no-neighbour",
    "no-fdb-entry",
    "wrong-mac",
    "no-hairpin",
    "link-down",
    "reverse-path",
    "too-big",
    "no-listener",
    "wrong-source",
    "insufficient-information",
]
"""How a packet's way ends.

- delivered: it arrives, and so does the answer
- dropped-by-rule: a firewall's rule or policy drops or rejects it
- no-endpoint: it is for a Service that has no endpoint
- no-route: no route leads there, or only the default route, which leaves the cluster
- not-forwarding: it is for another host, and this one does not forward
- no-neighbour: nobody on the link has the address of the next hop
- no-fdb-entry: the VXLAN device knows no node behind the MAC address
- wrong-mac: it reaches a host whose interface has another MAC address
- no-hairpin: it would have to leave the bridge by the port it came in
- link-down: an interface on the way is down
- reverse-path: it came by another interface than the answer would leave by (strict rp_filter)
- too-big: it is larger than an MTU on the way and must not be fragmented
- no-listener: nothing listens on that port there
- wrong-source: it arrives, but from an address that the receiver did not ask
- insufficient-information: something was not recorded or is not understood, which is named

At the edge of what is recorded, where only the world follows, it counts as delivered.
"""

Seen = Literal["answer", "timeout", "refused", "unreachable", "too-big", "unknown"]
"""What the sender notices: an answer, silence, a refusal (RST, or ICMP port unreachable), an ICMP error of another
kind, or that its packet is too big."""

Kind = Literal[
    "rule",  # a firewall's rule, or a chain's policy
    "route",
    "neighbour",
    "fdb",  # a forwarding entry of a VXLAN device or bridge
    "bridge",  # what a bridge does with a frame, by its ports' settings
    "rewrite",  # an address or port is rewritten, by a rule or by what conntrack remembers
    "tunnel",  # a packet is put into another one, or taken out
    "setting",  # a sysctl decides
    "link",  # an interface carries it, or does not
    "mtu",
    "socket",
]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of a kernel.

    `stage`: where in the kernel, a netfilter hook (`prerouting`…) or `routing`, `bridge`, `tunnel`, `link`, `socket`.
    `said`: the choice in words. `cite`: the raw line it rests on, `fact` the source that line was read from ("" and ""
    where it follows from something that is not there). `chain`: of a rule: family, table, chain and the rule's place in
    it, -1 for its policy; `verdict`: what the rule says (`accept`, `jump KUBE-SERVICES`, `continue`…).
    `tunnelled`: it is about the outer packet of a tunnel.
    """

    kind: Kind
    stage: str
    said: Text
    cite: str = ""
    fact: str = ""
    chain: tuple[str, str, str, int] | None = None
    verdict: str = ""
    tunnelled: bool = False


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One network namespace on the way. `host`: whose recording it is in; `place`: the pod as `namespace/name` or what
    else it is called, "" for the host's own namespace; `inferred`: nothing of it is recorded, it is as its CNI plugin
    makes it. `came_in`, `goes_out`: its outermost interfaces on the way, "" where the packet begins or ends here;
    `through`: all interfaces in order. `packet`: as it came in or began; `leaves`: as it went out (with its outer
    packet where it is tunnelled), None where it ends here. `mtu`: the smallest of the interfaces it left by.
    """

    host: str
    place: str
    inferred: bool = False
    came_in: str = ""
    goes_out: str = ""
    through: tuple[str, ...] = ()
    packet: Packet
    leaves: Packet | None = None
    mtu: int | None = None
    decisions: tuple[Decision, ...] = ()


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """The way of one packet. `at`: the host it ends at, `place` as in Hop. `why`: how it ends in one sentence, with
    the names it is about in `about`, by role (`device`, `address`, `mac`, `chain`, …). `decisive`: the Decision that
    ended it, None where it was delivered. `noticed`: what its sender is told if it is not delivered. `packet`: as it was
    where it ended, with its outer packet in a tunnel."""

    hops: tuple[Hop, ...]
    disposition: Disposition
    at: str
    place: str = ""
    why: Text
    about: dict[str, str] = {}
    decisive: Decision | None = None
    noticed: Seen = "unknown"
    packet: Packet | None = None


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """One of the ways a flow can go. `probability`: 0 to 1, None where it hangs on something that is not recorded,
    which `conditions` name. `endpoint`: address:port that it is sent to in the end, "" where it is not rewritten.
    `reply`: the answer's way, None where the request does not arrive. `answers`: what sends it back (a pod, a host).
    """

    probability: float | None
    conditions: tuple[Text, ...] = ()
    endpoint: str = ""
    request: Way
    reply: Way | None = None

    @property
    def ends(self) -> Way:
        """The way that tells how it goes: the reply's where the request arrives."""
        return self.reply if self.reply is not None else self.request

    @property
    def direction(self) -> Literal["request", "reply"]:
        return "reply" if self.reply is not None and self.reply.disposition != "delivered" else "request"


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What is traced. `source`, `destination`: as asked for; `host`, `place`: where it begins, as in Hop; `packet`: the
    first one. `outside`: it begins outside of all that is recorded, and comes in at `host`."""

    source: str
    destination: str
    host: str
    place: str = ""
    packet: Packet
    outside: bool = False


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """Why a flow does not get through. `name`: of the kind of cause (its module). `key`: the same for all flows that it
    stops. `host`: where it is to be repaired. `what`: it in one or two sentences; `remedy`: what to do, and `commands`
    to do it with; `evidence`: raw lines it rests on, each with its host and fact."""

    name: str
    key: str
    host: str
    what: Text
    remedy: Text
    commands: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str, str], ...] = ()


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """A flow with every way it can go. `causes`: why it does not get through, the likeliest first. `notes`: what was
    assumed, and what the recordings lack though it did not matter; `service`: the Service it is for, "" for none."""

    flow: Flow
    branches: tuple[Branch, ...]
    causes: tuple[Cause, ...] = ()
    notes: tuple[Text, ...] = ()
    service: str = ""

    @property
    def delivered(self) -> bool:
        """Whether it gets through whichever way it goes, and so does the answer."""
        return all(each.ends.disposition == "delivered" for each in self.branches)
