"""The routing tables and policy rules of one network namespace, looked up as the kernel does (its fib_lookup).

Sources: the kernel's net/ipv4/fib_trie.c, fib_semantics.c and fib_rules.c, and the kernel itself
(tests/network/test_routing_kernel.py).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import TypeVar

import msgspec

from leadline.base.text import Text
from leadline.facts.sources.ip_route import Route
from leadline.facts.sources.ip_rule import PolicyRule
from leadline.network.packet import network, number
from leadline.network.trace.policy import Flow, PolicyLine, Undecided, compiled, is_stock, tos_number

_ERRORS = {"unreachable": "EHOSTUNREACH", "prohibit": "EACCES", "blackhole": "EINVAL", "nat": "EINVAL"}
_TOS = 0x1C
"""The bits of a packet's TOS byte that a route's is compared with."""
Said = TypeVar("Said")
Made = TypeVar("Made")
_SCOPES = {"global": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255}
_KERNELS = frozenset(("local", "main", "default"))


class Nexthop(msgspec.Struct, frozen=True, kw_only=True):
    """One way of a route. `gateway`: None where its destinations are on the link itself. `foreign`: the gateway has an
    IPv6 address."""

    device: str
    gateway: int | None = None
    foreign: bool = False
    onlink: bool = False
    weight: int = 1
    dead: bool = False
    linkdown: bool = False


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One route. `source`: its preferred source address; `scope`: the kernel's number; `kernels`: set by the kernel
    itself; `cite`: its line."""

    table: str
    type: str
    base: int
    length: int
    tos: int
    metric: int
    scope: int
    source: int | None
    mtu: int | None
    kernels: bool
    hops: tuple[Nexthop, ...]
    cite: str

    def uses(self, device: str) -> bool:
        """Whether one of its ways is by this interface."""
        return any(hop.device == device for hop in self.hops)


class Found(msgspec.Struct, frozen=True):
    """A route that takes the flow and the first of its hops that can. `alike`: default routes that the kernel chooses
    from by what it knows of their gateways, this one among them. `rule`: what led to its table, "" where nobody set any
    rule."""

    entry: Entry
    hop: Nexthop
    alike: tuple[Entry, ...] = ()
    rule: str = ""


class Refused(msgspec.Struct, frozen=True):
    """No route, or one that refuses. `error`: the kernel's (`ENETUNREACH`…); `type`: the route's or rule's, "" where
    there is none."""

    error: str
    type: str = ""
    entry: Entry | None = None
    rule: str = ""


Good = Callable[[Nexthop], bool]
"""Whether a hop may be used: its interface is on, and has a carrier where that is asked for."""


class Table:
    """Routes of one table, or of `local` and `main` together, by prefix."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        lengths: dict[int, dict[int, list[Entry]]] = {}
        for each in entries:
            lengths.setdefault(each.length, {}).setdefault(each.base, []).append(each)
        self._lengths = [
            (
                0xFFFFFFFF << 32 - length & 0xFFFFFFFF,
                {base: sorted(alike, key=_order) for base, alike in lengths[length].items()},
            )
            for length in sorted(lengths, reverse=True)
        ]

    def lookup(self, flow: Flow, good: Good, rule: str = "") -> Found | Refused | None:
        """What the table says; None where it says nothing, as a `throw` route does, and others are asked."""
        tos = flow.tos & _TOS
        for mask, by_base in self._lengths:
            entries = by_base.get(flow.destination & mask, ())
            for entry in entries:
                if entry.tos and entry.tos != tos:
                    continue
                if entry.type == "throw":
                    return None
                if (error := _ERRORS.get(entry.type)) is not None:
                    return Refused(error, entry.type, entry, rule)
                for hop in entry.hops:
                    if (flow.goes_out and flow.goes_out != hop.device) or not good(hop):
                        continue
                    alike = () if mask or len(entries) == 1 else tuple(_alike(entry, entries))
                    return Found(entry, hop, alike, rule)
        return None


def _order(entry: Entry) -> tuple[int, int, int]:
    """The kernel's order of routes to one prefix; those that are equal stay as they were printed."""
    return (0 if entry.table == "local" else 1, -entry.tos, entry.metric)


def _alike(entry: Entry, entries: Sequence[Entry]) -> list[Entry]:
    """Default routes beside `entry` that it shares its place with."""
    place = (entry.table, entry.type, entry.tos, entry.metric, entry.scope)
    if entry.type != "unicast" or len(entry.hops) > 1 or entry.hops[0].gateway is None:
        return []
    return [
        each
        for each in entries
        if (each.table, each.type, each.tos, each.metric, each.scope) == place
        and (each.hops[0].gateway is not None or each.hops[0].foreign)
        and not each.hops[0].dead
    ]


class Tables:
    """All that a network namespace looks up with.

    `merged`: nobody has set a policy rule; then the kernel keeps `local` and `main` in one trie, in which a longer
    prefix of `main` goes before a shorter one of `local`. `assumed`: the rules were not recorded, the stock ones are
    taken. `custom`: somebody set local routes or rules, which makes the kernel's check of sources a full one.
    `marks`: rules look at the mark.
    `known`: tables whose routes were recorded, though there may be none.
    """

    def __init__(
        self,
        routes: Sequence[tuple[Route, str]],
        policy: Sequence[tuple[PolicyRule, str]] | None,
        known: frozenset[str],
        virtual: bool,
    ) -> None:
        entries = [
            _understood(compiled_route, route, cite) for route, cite in routes if route.family == "inet"
        ]
        names = {each.table for each in entries}
        self.assumed = policy is None
        self._foreign = policy is None and not names <= _KERNELS
        self.merged = policy is None or is_stock([rule for rule, _ in policy])
        self.custom = not self.merged or any(each.type == "local" and not each.kernels for each in entries)
        self.marks = any("fwmark" in rule.selector for rule, _ in policy or ())
        self._known = known
        self._tables = {name: Table(each for each in entries if each.table == name) for name in names}
        both = Table(each for each in entries if each.table in ("local", "main"))
        self._local = both if self.merged else self._tables.get("local", Table(()))
        self._main = both
        self._default = self._tables.get("default", Table(()))
        self._rules: tuple[PolicyLine, ...] = tuple(
            _understood(partial(compiled, virtual=virtual), rule, cite) for rule, cite in policy or ()
        )

    def lookup(self, flow: Flow, good: Good) -> Found | Refused:
        """The kernel's fib_lookup. Raises Undecided."""
        if self._foreign:
            raise Undecided(Text("the policy routing rules (`ip rule`)", "정책 라우팅 규칙(`ip rule`)"))
        if self.merged:
            found = self._main.lookup(flow, good) or self._default.lookup(flow, good)
        else:
            found = self._by_rules(flow, good)
        return found or Refused("ENETUNREACH")

    def local(self, address: int, good: Good) -> Found | Refused | None:
        """What the table `local` alone says of an address."""
        return self._local.lookup(Flow(destination=address), good)

    def is_here(self, gateway: int, device: str, table: str, good: Good) -> bool:
        """Whether a gateway of a route of `table` is an address of its interface: the route's own table is asked first,
        unless it is `main`."""
        flow = Flow(destination=gateway, goes_out=device)
        found = None if table == "main" else self._table(table).lookup(flow, good)
        if not isinstance(found, Found):
            found = self._local.lookup(flow, good)
        return isinstance(found, Found) and found.entry.type == "local"

    def _by_rules(self, flow: Flow, good: Good) -> Found | Refused | None:
        goes_on_at: int | None = None
        for rule in self._rules:
            if (goes_on_at is not None and rule.priority != goes_on_at) or not rule.matches(flow):
                goes_on_at = None if rule.priority == goes_on_at else goes_on_at
                continue
            goes_on_at = None
            if rule.error:
                return Refused(rule.error, rule.action, None, rule.cite)
            if rule.action == "goto" and any(each.priority == rule.target for each in self._rules):
                goes_on_at = rule.target
            elif rule.action == "lookup":
                found = self._table(rule.table).lookup(flow, good, rule.cite)
                if isinstance(found, Found) and rule.suppresses(found.entry.length):
                    continue
                if found is not None:
                    return found
        return None

    def _table(self, name: str) -> Table:
        if (table := self._tables.get(name)) is not None:
            return table
        if name not in _KERNELS and name not in self._known:
            raise Undecided(
                Text(
                    f"the routes of table {name} (`ip route show table all`)",
                    f"라우팅 테이블 {name}의 경로(`ip route show table all`)",
                )
            )
        return Table(())


def _understood(compile_: Callable[[Said, str], Made], said: Said, cite: str) -> Made:
    try:
        return compile_(said, cite)
    except ValueError:
        line = " ".join(cite.split())
        raise Undecided(Text(f"what `{line}` means", f"`{line}`의 의미")) from None


def compiled_route(route: Route, cite: str) -> Entry:
    """A route of the fact as a lookup needs it; raises ValueError for what no kernel prints."""
    base, mask = network("0.0.0.0/0" if route.destination == "default" else route.destination)
    if route.nexthops:
        hops = tuple(_hop(each.split()) for each in route.nexthops)
    else:
        via = ("via", route.gateway) if route.gateway else ()
        hops = (_hop([*via, "dev", route.device, *route.flags]),)
    return Entry(
        table=route.table,
        type=route.type,
        base=base,
        length=mask.bit_count(),
        tos=tos_number(route.tos),
        metric=route.metric or 0,
        scope=_SCOPES.get(route.scope, int(route.scope) if route.scope.isdecimal() else 0),
        source=number(route.source) if route.source else None,
        mtu=route.mtu,
        kernels=route.protocol == "kernel",
        hops=hops,
        cite=cite,
    )


def _hop(words: list[str]) -> Nexthop:
    told = dict(pairwise(words))
    gateway = told.get("via", "")
    return Nexthop(
        device=told.get("dev", ""),
        gateway=number(gateway) if gateway and ":" not in gateway else None,
        foreign=":" in gateway,
        onlink="onlink" in words,
        weight=int(told.get("weight", "1")),
        dead="dead" in words,
        linkdown="linkdown" in words,
    )
