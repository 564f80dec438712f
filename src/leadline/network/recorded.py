"""Network namespaces as snapshots show them: the Netns that everything above asks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from leadline.facts.entries import blocks, rows
from leadline.facts.listeners import Listener, netstat_row, ss_row
from leadline.facts.source import Fact
from leadline.facts.sources.bridge_fdb import Forwarding
from leadline.facts.sources.ip_neigh import Neighbour
from leadline.facts.sources.ip_route import Route
from leadline.facts.sources.ip_rule import PolicyRule
from leadline.network import lines, native
from leadline.network.devices import links_of
from leadline.network.netns import End, Link
from leadline.network.networks import read
from leadline.network.own_routes import local_routes
from leadline.network.packet import dotted
from leadline.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from leadline.facts.sources.ipvs import Server, Service
    from leadline.network.sight import Rules, Sight, Unknown
    from leadline.network.trace.ipset import IpSets

Peers = Callable[[], Mapping[str, End]]
"""The other ends of a namespace's veth pairs by the device here; asked for when its links are."""

_OWN_ROUTES = "ip_route local inet"


class RecordedNetns:
    """A network namespace that a snapshot shows: see `netns.Netns`. Nothing is read before it is asked for.

    `name`: of the namespace, "" for the host's own; `host`: what its recording is called, where it is not by its host; `snapshot` holds this namespace's own texts; `empty`: the sources
    that were recorded and had nothing to say, whatever their parsers make of an empty text.
    """

    inferred = False

    def __init__(
        self,
        snapshot: Snapshot,
        name: str = "",
        place: str = "",
        *,
        host: str = "",
        empty: frozenset[str] = frozenset(),
        peers: Peers | None = None,
    ) -> None:
        self.host = host or snapshot.host
        self.key = (self.host, name)
        self.place = place
        self.snapshot = snapshot
        self._empty = empty
        self._peers = peers

    def knows(self, fact: str) -> bool:
        """See Netns. Behind a source's name may stand a part that its text need not cover: `ss udp`, `ip_route main inet`."""
        source, _, part = fact.partition(" ")
        if source in self._empty or (fact == _OWN_ROUTES and self._fact(source) is not None):
            return True
        return any(
            not part or each.parsed.covers is None or part in each.parsed.covers
            for each in self._facts(source)
        )

    def _fact(self, source: str) -> Fact | None:
        """The most exact text of a source that can be read."""
        return next(self._facts(source), None)

    def _facts(self, source: str) -> Iterator[Fact]:
        """The texts that its entries are from: the most exact one, and others where that is a part only."""
        for variant in self.snapshot.variants(source):
            if (fact := self.snapshot.fact(source, variant)) is not None:
                yield fact
                if fact.parsed.covers is None:
                    return

    def _lines(
        self, source: str, split: Callable[[str, str], Iterable[tuple[int, str]]] = rows
    ) -> lines.Lines:
        texts = [fact.text for fact in self._facts(source) if not _is_json(fact.text)]
        return lines.Lines(each for text in texts for _, each in split(text, source))

    def _entries(self, source: str) -> Mapping[str, Any]:
        return self.snapshot.entries(source)

    @cached_property
    def links(self) -> Mapping[str, Link]:
        peers = self._peers() if self._peers is not None else {}
        return {
            name: msgspec.structs.replace(each, peer=peers[name]) if name in peers else each
            for name, each in self.unpaired.items()
        }

    @cached_property
    def unpaired(self) -> Mapping[str, Link]:
        """The interfaces as this namespace alone shows them: without the other ends of veth pairs."""
        fact = self._fact("ip_addr")
        text = fact.text if fact is not None else ""
        return links_of(self._entries("ip_addr"), self._entries("bridge_link"), text)

    @cached_property
    def _routes(self) -> tuple[tuple[Route, str], ...] | None:
        fact = self._fact("ip_route")
        if fact is None:
            return () if "ip_route" in self._empty else None
        said = self._lines("ip_route", blocks)
        entries: Mapping[str, Route] = self._entries("ip_route")
        found = [(each, said.like(lines.route(each))) for each in entries.values() if _is_route(each)]
        # `ip route` alone leaves out the table that follows from the addresses
        if fact.parsed.covers is not None and not any(each.table == "local" for each, _ in found):
            found = [*local_routes(self.links.values()), *found]
        return tuple(found)

    def routes(self) -> Sequence[tuple[Route, str]] | None:
        return self._routes

    @cached_property
    def _policy(self) -> tuple[tuple[PolicyRule, str], ...] | None:
        fact = self._fact("ip_rule")
        if fact is None:
            return () if "ip_rule" in self._empty else None
        said = self._lines("ip_rule")
        found: list[PolicyRule] = [
            each for each in self._entries("ip_rule").values() if each.family == "inet"
        ]
        return tuple((each, said.like(lines.rule(each))) for each in sorted(found, key=lambda r: r.priority))

    def policy(self) -> Sequence[tuple[PolicyRule, str]] | None:
        return self._policy

    @cached_property
    def _neighbour_lines(self) -> lines.Lines:
        return self._lines("ip_neigh")

    def neighbour(self, device: str, address: int) -> tuple[Neighbour, str] | None:
        found: Neighbour | None = self._entries("ip_neigh").get(f"{device} {dotted(address)}")
        return None if found is None else (found, self._neighbour_lines.like(lines.neighbour(found)))

    @cached_property
    def _forwarding(self) -> dict[tuple[str, str], list[Forwarding]]:
        by_device: dict[tuple[str, str], list[Forwarding]] = {}
        each: Forwarding
        for each in self._entries("bridge_fdb").values():
            by_device.setdefault((each.master or each.device, each.mac), []).append(each)
        return by_device

    @cached_property
    def _forwarding_lines(self) -> lines.Lines:
        return self._lines("bridge_fdb")

    def forwarding(self, device: str, mac: str) -> Sequence[tuple[Forwarding, str]]:
        found = self._forwarding.get((device, mac), ())
        return tuple((each, self._forwarding_lines.like(lines.forwarding(each))) for each in found)

    def sysctl(self, key: str) -> str | None:
        value: str | None = self._entries("sysctl").get(key)
        return value

    @cached_property
    def _listeners(self) -> tuple[tuple[Listener, str], ...] | None:
        if self._fact("ss") is None:
            return () if "ss" in self._empty else None
        said: dict[tuple[str, str, str, int], str] = {}
        for line in (line for fact in self._facts("ss") for line in fact.text.splitlines()):
            read = netstat_row(line) if line.startswith(("tcp ", "tcp6", "udp ", "udp6")) else None
            read = read or ss_row(line)
            if isinstance(read, Listener):
                said.setdefault((read.protocol, read.address, read.interface, read.port), line.strip())
        entries: Mapping[str, Listener] = self._entries("ss")
        return tuple(
            (each, said.get((each.protocol, each.address, each.interface, each.port), key))
            for key, each in entries.items()
        )

    def listeners(self) -> Sequence[tuple[Listener, str]] | None:
        return self._listeners

    @cached_property
    def _rules(self) -> "tuple[Rules, ...] | None":
        from leadline.network.trace.iptables import IptablesRules  # they come with all matches and targets
        from leadline.network.trace.nft import Nft, of_iptables

        tables = self._entries("iptables")
        shown = {each.table for each in tables.values()}
        ruleset = native.ruleset(self.snapshot) if self._knows_tables() else self._entries("nft")
        if not self._knows_tables() and not self.knows("nft"):
            return None
        # what iptables-nft made stands in both texts, and iptables-save says it in full
        compiled: list[Rules] = [IptablesRules(tables)] if tables else []
        if ruleset:
            compiled.append(Nft(ruleset, [table for table in of_iptables(ruleset) if table in shown]))
        return tuple(compiled)

    def _knows_tables(self) -> bool:
        """Whether all tables of iptables were recorded; `iptables -S` shows one."""
        facts = list(self._facts("iptables"))
        return "iptables" in self._empty or any(each.parsed.covers is None for each in facts)

    def rules(self) -> "Sequence[Rules] | None":
        return self._rules

    @cached_property
    def _tables(self) -> tuple[tuple[str, str], ...]:
        return tuple(native.tables(self.snapshot))

    def tables(self) -> Sequence[tuple[str, str]]:
        return self._tables

    @cached_property
    def _sets(self) -> "IpSets":
        from leadline.network.trace.ipset import IpSets  # as above

        return IpSets(self._entries("ipset"))

    def in_set(self, name: str, directions: tuple[str, ...], seen: "Sight") -> "bool | Unknown":
        return self._sets.contains(name, directions, seen)

    @cached_property
    def _balanced(self) -> "tuple[tuple[Service | Server, str], ...] | None":
        if self._fact("ipvs") is None:
            # the inside of a pod is asked for nothing of IPVS
            return () if self.key[1] or "ipvs" in self._empty else None
        said = self._lines("ipvs")
        entries: Mapping[str, Service | Server] = self._entries("ipvs")
        return tuple((each, said.like(lines.balanced(each))) for each in entries.values())

    def balanced(self) -> "Sequence[tuple[Service | Server, str]] | None":
        return self._balanced


def _is_json(text: str) -> bool:
    return text.lstrip().startswith(("[", "{"))


def _is_route(of: Route) -> bool:
    """Whether it is one of IPv4, and whole: a damaged text may give half an address."""
    # a gateway may have an IPv6 address
    gateway = "" if ":" in of.gateway else of.gateway
    told = (of.destination if of.destination != "default" else "", gateway, of.source)
    return of.family == "inet" and all(read([each]) for each in told if each)
