"""What routing says of a packet."""

from typing import Literal

import msgspec

from leadline.base.text import Text

Kind = Literal[
    "forward",
    "local",
    "broadcast",
    "multicast",
    "unreachable",
    "blackhole",
    "prohibit",
    "no-route",
    "not-forwarding",
    "reverse-path",
    "martian",
    "unknown",
]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One of the ways of a route that has several. `weight`: its share against the others' (a hash of the addresses
    draws), None where the kernel decides by what its neighbour table has lately seen of the gateways."""

    device: str
    gateway: int | None = None
    onlink: bool = False
    source: int | None = None
    mtu: int | None = None
    weight: int | None = 1
    cite: str = ""


class RouteAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What routing says of a packet.

    `kind`: `forward` (it goes out by `device`, to `gateway` or, where that is None, to its destination itself),
    `local`, `broadcast`, `multicast` (delivered here; of a packet made here: sent out by `device`), or why it goes
    nowhere; `martian`: an address it must not have here; `unknown`: `missing` was not recorded or is not understood.
    `source`: the address that a packet made here gets if it has none, None where there is none to take. `mtu`: the
    route's own. `table`, `cite`, `fact`: of the deciding route; `rule`: the policy rule that led there, "" where
    nobody set any. `candidates`: all ways where there are several, else none. `setting`: the kernel setting that
    decided, as `key = value`; of reverse-path, `device` and `cite` are of the route back to the source.
    `error`: what the kernel calls it (`ENETUNREACH`…). `icmp`: type and code of the error that the sender is sent, None
    for silence. `note`: what was assumed.
    """

    kind: Kind
    device: str = ""
    gateway: int | None = None
    onlink: bool = False
    source: int | None = None
    mtu: int | None = None
    table: str = ""
    cite: str = ""
    fact: str = ""
    rule: str = ""
    candidates: tuple[Candidate, ...] = ()
    missing: Text | None = None
    setting: str = ""
    error: str = ""
    icmp: tuple[int, int] | None = None
    note: Text | None = None
