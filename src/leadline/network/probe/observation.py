"""What a probe saw: frames at interfaces, and what came of what was sent."""

from statistics import median
from typing import Literal

import msgspec

from leadline.base.text import Text
from leadline.network.probe.decode import ETHERNET, Decoded
from leadline.network.result import Seen

Direction = Literal["in", "out", "other"]
"""Of a frame at an interface: received, sent, or received though it is for another station."""

Role = Literal["request", "reply", "error"]
"""Of a frame in its flow; `error`: an ICMP message about one of its packets."""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One frame as an interface had it. `host`: as the carrier is called; `netns`: the namespace's name as the caller
    gave it, "" for the host's own; `time`: nanoseconds since 1970 by this host's clock; `link`: the link type of
    `frame`, as `decode` takes it (SLL2 where tcpdump captured). `role`: in the flow;
    `packet`: the frame decoded."""

    host: str
    netns: str
    interface: str
    direction: Direction
    time: int
    frame: bytes
    link: int = ETHERNET
    role: Role = "request"
    packet: Decoded = Decoded()


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one packet, or of one TCP connection.

    `source_port`: what it was sent from (an echo's id), 0 where nothing was. `at`: seconds since 1970. `rtt`: seconds
    until the answer (of TCP: until it was connected), None without one. `connected`: of TCP; with `seen` timeout the
    connection stands and the request got no answer. `errno`: of the error, 0 for none; `error` in the kernel's words.
    `icmp`: type and code of the message behind it, and `sender` whose it is. `mtu`: what an error says fits.
    """

    seen: Seen
    source_port: int = msgspec.field(default=0, name="port")
    size: int = 0
    at: float = 0
    rtt: float | None = None
    connected: bool = False
    errno: int = 0
    error: str = ""
    icmp: tuple[int, int] | None = None
    sender: str = ""
    mtu: int | None = None


class SendResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the sender noticed. `seen`: an answer where there was one, else what the last packet met. `detail`: in
    words. `rtts`: seconds, of those that were answered."""

    seen: Seen
    detail: Text
    attempts: tuple[Attempt, ...] = ()

    @property
    def rtts(self) -> tuple[float, ...]:
        return tuple(each.rtt for each in self.attempts if each.rtt is not None and each.seen == "answer")

    @property
    def latency(self) -> tuple[float, float, float] | None:
        """The shortest, the median and the longest time in seconds; None without an answer."""
        return (min(self.rtts), median(self.rtts), max(self.rtts)) if self.rtts else None

    @property
    def source_ports(self) -> tuple[int, ...]:
        """In the order in which they were first used."""
        return tuple(dict.fromkeys(each.source_port for each in self.attempts if each.source_port))

    @property
    def source_port(self) -> int | None:
        """The first one; the others are of further connections."""
        return next(iter(self.source_ports), None)


class PathMtu(msgspec.Struct, frozen=True, kw_only=True):
    """The sizes of IP packets that pass unfragmented. `largest`: that passed, None where not even the least did.
    `lost`: the least that did not pass, None where all did. `heard`: MTUs that ICMP or the own kernel named, and who
    did ("" for the own kernel). `by`: how arrival was told."""

    largest: int | None
    lost: int | None
    heard: tuple[tuple[int, str], ...] = ()
    by: Literal["answer", "capture"] = "answer"


class Problem(msgspec.Struct, frozen=True):
    """Why something is not known of a host: its captures are missing or have gaps, or nothing was sent."""

    host: str
    text: Text


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one probe. `sent`: None where nothing could be sent, which `problems` then tell, and where a path
    MTU was found, which is in `mtu`. `observations`:
    the flow's, each host's in the order of time. `captured`: the (host, netns) where a capture ran to its end: what
    was not seen there was not there."""

    sent: SendResult | None
    observations: tuple[Observation, ...] = ()
    captured: frozenset[tuple[str, str]] = frozenset()
    problems: tuple[Problem, ...] = ()
    mtu: PathMtu | None = None
