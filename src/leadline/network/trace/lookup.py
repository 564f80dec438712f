"""One question to the routing tables of a network namespace, and what is answered."""

from weakref import WeakKeyDictionary

import msgspec

from leadline.base.text import Text
from leadline.network.netns import Link, Netns
from leadline.network.packet import contains
from leadline.network.trace import settings
from leadline.network.trace.answer import Candidate, Kind, RouteAnswer
from leadline.network.trace.fib import Entry, Found, Nexthop, Refused, Tables
from leadline.network.trace.policy import Flow, Undecided

_REFUSALS: dict[str, Kind] = {
    "": "no-route",
    "unreachable": "unreachable",
    "prohibit": "prohibit",
    "blackhole": "blackhole",
    "nat": "blackhole",
}
LINK, HOST = 253, 254
"""Scopes of addresses and routes."""
LIMITED = 0xFFFFFFFF
"""The limited broadcast address."""
_LOOPBACK = ((0x7F000000, 0xFF000000),)
_MULTICAST = ((0xE0000000, 0xF0000000),)
_LOCAL_MULTICAST = ((0xE0000000, 0xFFFFFF00),)
_INVALID = frozenset(("FAILED", "INCOMPLETE", "NONE"))
_ASSUMED = Text(
    "the policy routing rules were not recorded; the kernel's own three are assumed",
    "정책 라우팅 규칙이 기록되지 않아 커널의 기본 규칙 세 개로 보았습니다",
)


def is_loopback(address: int) -> bool:
    return contains(_LOOPBACK, address)


def is_multicast(address: int) -> bool:
    return contains(_MULTICAST, address)


def is_local_multicast(address: int) -> bool:
    return contains(_LOCAL_MULTICAST, address)


class Lookup:
    """The tables of a namespace beside its links and settings. Everything may raise Undecided."""

    def __init__(self, netns: Netns) -> None:
        self.netns = netns
        self.tables = _tables(netns)

    def found(self, flow: Flow, *, any_link: bool = False) -> Found | Refused:
        """The route for a flow. `any_link`: interfaces without carrier are as good as others."""
        return self.tables.lookup(flow, self._switched_on if any_link else self._usable)

    def _usable(self, hop: Nexthop) -> bool:
        if hop.dead or not hop.linkdown:
            return not hop.dead
        return not settings.either(self.netns, hop.device, "ignore_routes_with_linkdown")[0]

    def _switched_on(self, hop: Nexthop) -> bool:
        # `dead` is printed of what only has no carrier, too, where such routes are ignored
        return not hop.dead or (hop.linkdown and self.link(hop.device).up)

    @property
    def loopback(self) -> str:
        return next((name for name, link in self.netns.links.items() if link.kind == "loopback"), "lo")

    def link(self, device: str) -> Link:
        if (link := self.netns.links.get(device)) is None:
            raise Undecided(Text(f"the interface {device} (`ip addr`)", f"인터페이스 {device}(`ip addr`)"))
        return link

    def is_address(self, address: int) -> bool:
        """Whether an interface has this address."""
        return any(own == address for link in self.netns.links.values() for own, _ in link.addresses)

    def is_own(self, address: int) -> bool:
        """Whether packets made here may bear this address: an interface's, or one with a local route."""
        return self.is_address(address) or self.local_device(address) != ""

    def type(self, address: int, device: str = "") -> str:
        """The kernel's type of an address by its table `local`."""
        if address in (0, LIMITED):
            return "broadcast"
        if is_multicast(address):
            return "multicast"
        found = self.tables.local(address, self._usable)
        if isinstance(found, Found) and device in ("", found.entry.hops[0].device):
            return found.entry.type
        return "unicast"

    def own_address(self, device: str, towards: int | None, scope: int) -> int | None:
        """The address that a packet leaving by this interface gets (the kernel's inet_select_addr)."""
        best: int | None = None
        # secondary addresses stand behind the primary one of their network
        for address, length in self.link(device).addresses:
            if not self._fits(address, scope, device):
                continue
            if towards is None or (address ^ towards) & _mask(length) == 0:
                return address
            best = best or address
        if best is not None:
            return best
        for link in self.netns.links.values():
            for address, _ in link.addresses:
                if _scope(address) <= scope:
                    return address
        return None

    def _fits(self, address: int, scope: int, device: str) -> bool:
        own = _scope(address)
        if own == HOST and scope == LINK:
            return settings.either(self.netns, device, "route_localnet")[0]
        return own <= scope

    def source(self, entry: Entry, hop: Nexthop) -> int | None:
        """The address that a packet made here gets by this way of a route."""
        return (
            entry.source
            if entry.source is not None
            else self.own_address(hop.device, hop.gateway, entry.scope)
        )

    def local_device(self, address: int) -> str:
        """The interface of the local route that makes an address this host's, "" where there is none."""
        found = self.tables.local(address, self._usable)
        return found.hop.device if isinstance(found, Found) and found.entry.type == "local" else ""

    def leave(
        self, found: Found, candidates: tuple[Candidate, ...], source: int | None = None
    ) -> RouteAnswer:
        """The packet goes out by one of the candidates, or by the hop that was found. `source`: its own."""
        entry, several = found.entry, len(candidates) > 1
        hop = candidates[0] if candidates else self.candidate(entry, found.hop, source)
        if source is not None:
            candidates = tuple(msgspec.structs.replace(each, source=source) for each in candidates)
        return self.routed(
            "forward",
            found,
            device=hop.device,
            gateway=hop.gateway,
            onlink=hop.onlink,
            source=hop.source if source is None else source,
            candidates=candidates if several else (),
        )

    def candidate(
        self, entry: Entry, hop: Nexthop, source: int | None = None, weight: int | None = 1
    ) -> Candidate:
        if hop.foreign:
            raise Undecided(
                Text(
                    f"the IPv6 gateway of the route `{entry.cite}`", f"경로 `{entry.cite}`의 IPv6 게이트웨이"
                )
            )
        return Candidate(
            device=hop.device,
            gateway=None if self._is_here(entry.table, hop) else hop.gateway,
            onlink=hop.onlink,
            source=self.source(entry, hop) if source is None else source,
            mtu=entry.mtu,
            weight=weight,
            cite=entry.cite,
        )

    def _is_here(self, table: str, hop: Nexthop) -> bool:
        """Whether the gateway is an address of the interface itself, which means that there is none."""
        if hop.gateway is None or hop.onlink:
            return False
        return self.tables.is_here(hop.gateway, hop.device, table, self._switched_on)

    def choice(self, found: Found) -> tuple[Candidate, ...]:
        """All ways of a packet made here."""
        if len(found.entry.hops) > 1 or len(found.alike) < 2:
            return self.ways(found)
        return tuple(self.candidate(each, each.hops[0], weight=None) for each in found.alike)

    def ways(self, found: Found) -> tuple[Candidate, ...]:
        """The hops of a multipath route, which the kernel draws from."""
        if len(found.entry.hops) == 1:
            return ()
        usable = [hop for hop in found.entry.hops if self._usable(hop)]
        if settings.value(self.netns, "net.ipv4.fib_multipath_use_neigh"):
            usable = [hop for hop in usable if self._answers(hop)] or [found.hop]
        return tuple(self.candidate(found.entry, hop, weight=hop.weight) for hop in usable)

    def _answers(self, hop: Nexthop) -> bool:
        if hop.gateway is None or (known := self.netns.neighbour(hop.device, hop.gateway)) is None:
            return True
        return known[0].state not in _INVALID

    def routed(self, kind: Kind, found: Found, **values: object) -> RouteAnswer:
        entry = found.entry
        return self.answer(
            kind,
            **{
                "table": entry.table,
                "cite": entry.cite,
                "fact": "ip_route",
                "rule": found.rule,
                "mtu": entry.mtu,
            }
            | values,
        )

    def refused(self, by: Refused, icmp: tuple[int, int] | None = None) -> RouteAnswer:
        told = (
            {} if by.entry is None else {"table": by.entry.table, "cite": by.entry.cite, "fact": "ip_route"}
        )
        return self.answer(_REFUSALS[by.type], rule=by.rule, error=by.error, icmp=icmp, **told)

    def answer(self, kind: Kind, **values: object) -> RouteAnswer:
        note = _ASSUMED if self.tables.assumed else None
        return RouteAnswer(kind=kind, note=note, **values)  # type: ignore[arg-type]


def _mask(length: int) -> int:
    return 0xFFFFFFFF << 32 - length & 0xFFFFFFFF


def _scope(address: int) -> int:
    # no text that is read tells an address' scope: as the kernel and `ip` set it where nobody asks for another
    return HOST if is_loopback(address) else 0


_compiled: "WeakKeyDictionary[Netns, Tables]" = WeakKeyDictionary()


def _tables(netns: Netns) -> Tables:
    if (tables := _compiled.get(netns)) is not None:
        return tables
    routes, policy = netns.routes(), netns.policy()
    if routes is None:
        raise Undecided(
            Text("the routes (`ip route show table all`)", "라우팅 테이블(`ip route show table all`)")
        )
    looked_up = {rule.table for rule, _ in policy or ()}
    # settled here, for tables that asked later would keep the namespace alive
    known = frozenset(name for name in looked_up if netns.knows(f"ip_route {name} inet"))
    virtual = any(link.kind == "vrf" for link in netns.links.values())
    tables = _compiled[netns] = Tables(routes, policy, known, virtual)
    return tables
