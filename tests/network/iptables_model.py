"""What happens to packets on the host of iptables_ground, as far as its rules decide: routing of a few networks, connection
tracking and address rewriting in their simplest form, chains. It counts the packets of every rule.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from leadline.base.text import Text
from leadline.network.packet import Packet, contains, network, number
from leadline.network.sight import Hook, Rule, Sight, State, Tracked, Tuple, Unknown, Verdict
from leadline.network.trace.ipset import IpSets
from leadline.network.trace.iptables import IptablesRules

NETWORKS = {
    "in0": network("10.1.0.0/16"),
    "in1": network("10.2.0.0/16"),
    "br0": network("10.3.0.0/16"),
    "out0": network("10.9.0.0/16"),
}
LOCAL = {number("10.1.0.2"): "in0", number("192.168.7.7"): "lo"} | {
    base | 1: device for device, (base, _) in NETWORKS.items()
}
BROADCAST = {base | 0xFFFF: device for device, (base, _) in NETWORKS.items()} | {0xFFFFFFFF: ""}


class DroppedError(Exception):
    """The packet ends here."""


@dataclass(frozen=True)
class Sent:
    """A packet and how it comes: by `device` (`bp0`: a port of the bridge), or from a program of `uid`. `bridged`: to a
    host on the bridge's other port, past this one."""

    packet: Packet
    device: str = ""
    uid: int = 0
    bridged: bool = False


@dataclass
class Connection:
    original: Tuple
    answer: Tuple
    replied: bool = False
    dnat: bool = False
    snat: bool = False
    mark: int = 0
    decided: set[Hook] = field(default_factory=set)


def tuple_of(packet: Packet) -> Tuple:
    ports = packet.source_port, packet.destination_port
    if packet.protocol == "icmp":
        ports = packet.source_port, packet.source_port
    return Tuple(packet.protocol, packet.source, ports[0], packet.destination, ports[1])


def inverse(of: Tuple) -> Tuple:
    return Tuple(of.protocol, of.destination, of.destination_port, of.source, of.source_port)


class Here:
    """What rules ask of the host. No rule of these tests may choose."""

    def __init__(self, sets: IpSets) -> None:
        self._sets = sets

    def address_type(self, address: int, device: str = "") -> str:
        if address == 0xFFFFFFFF:
            return "broadcast"
        if address >> 28 == 0xE:
            return "multicast"
        for kind, places in (("local", LOCAL), ("broadcast", BROADCAST)):
            if address in places and device in ("", places[address]):
                return kind
        if address >> 24 == 127 and device in ("", "lo"):
            return "local"
        return "unicast"

    def reverse_device(self, packet: Packet, device: str, *, loose: bool) -> bool:
        return loose or route(packet.source) == device

    def route_device(self, address: int, *, source: int | None, mark: int, device: str) -> str:
        raise AssertionError

    def interface_group(self, device: str) -> int | None:
        return 0

    def choose(self, weights: Sequence[float] | None, what: Text) -> int:
        raise AssertionError(what)

    def in_set(self, name: str, directions: tuple[str, ...], seen: Sight) -> bool | Unknown:
        return self._sets.contains(name, directions, seen)


def route(address: int) -> str:
    return next((device for device, net in NETWORKS.items() if contains([net], address)), "out0")


class Kernel:
    """Its connections outlive a round's rules."""

    def __init__(self) -> None:
        self._known: dict[Tuple, tuple[Connection, bool]] = {}
        self.met: Counter[tuple[str, str, int]] = Counter()

    def load(self, rules: IptablesRules, sets: IpSets) -> None:
        self._rules, self._here = rules, Here(sets)
        self._bases = {(chain.table, chain.name): chain for chain in rules.chains()}
        self.met = Counter()

    def send(self, sent: Sent) -> Packet | None:
        """Takes a packet through all hooks; as it ends, None where it is dropped."""
        try:
            return self._walk(sent)
        except DroppedError:
            return None

    def _walk(self, sent: Sent) -> Packet:
        local = not sent.device
        bridge = sent.device.startswith("bp")
        came_in = "br0" if bridge else sent.device
        port_in = sent.device if bridge else ""
        goes_out = route(sent.packet.destination) if local else ""
        first: Hook = "output" if local else "prerouting"
        seen = Sight(
            sent.packet,
            first,
            self._here,
            came_in=came_in,
            goes_out=goes_out,
            port_in=port_in,
            forwarded=not local,
            local_uid=sent.uid if local else None,
        )
        state, connection, reply = self._track(seen, self._hook(seen, ("raw",)))

        def rest(*tables: str) -> None:
            seen.tracked = self._tracked(state, connection, reply)
            seen.connection_mark = None
            try:
                self._hook(seen, tables, connection if state == "new" else None)
            finally:  # a mark stays where the packet is dropped then
                if connection is not None and seen.connection_mark is not None:
                    connection.mark = seen.connection_mark
            if connection is not None:
                seen.packet = self._rewritten(seen, connection, reply)

        rest("mangle", "nat", *(("filter",) if local else ()))
        if not local:
            delivered = self._here.address_type(seen.packet.destination) != "unicast" and not sent.bridged
            seen.hook = "input" if delivered else "forward"
            if sent.bridged:
                seen.goes_out, seen.port_out = "br0", "bp1"
            elif not delivered:
                seen.goes_out = route(seen.packet.destination)
                if seen.packet.ttl <= 1:
                    raise DroppedError
                seen.packet = msgspec.structs.replace(seen.packet, ttl=seen.packet.ttl - 1)
            rest("mangle", "filter", *(("nat",) if delivered else ()))
        if seen.hook != "input":
            seen.hook = "postrouting"
            if sent.bridged:
                seen.came_in = ""
            rest("mangle", "nat")
        if connection is not None and state != "related":
            self._known.setdefault(connection.original, (connection, False))
            self._known.setdefault(connection.answer, (connection, True))
        return seen.packet

    def _track(self, seen: Sight, verdicts: Sequence[str]) -> tuple[State, Connection | None, bool]:
        if "notrack" in verdicts:
            return "untracked", None, False
        packet = seen.packet
        if packet.about is not None:
            found = self._known.get(inverse(tuple_of(packet.about)))
            return ("related", found[0], found[1]) if found else ("invalid", None, False)
        known = self._known.get(tuple_of(packet))
        if packet.protocol == "tcp" and packet.flags - {"psh"} not in _VALID:
            return "invalid", None, False
        if known is not None:
            connection, reply = known
            connection.replied = connection.replied or reply
            return "established" if connection.replied else "new", connection, reply
        if packet.protocol == "tcp" and packet.flags - {"psh"} not in _BEGINNING:
            return "invalid", None, False
        if packet.protocol == "icmp" and packet.icmp is not None and packet.icmp[0] not in (8, 13):
            return "invalid", None, False
        own = tuple_of(packet)
        return "new", Connection(own, inverse(own)), False

    def _tracked(self, state: State, connection: Connection | None, reply: bool) -> Tracked:
        if connection is None:
            return Tracked(state=state)
        return Tracked(
            state=state,
            reply=reply,
            original=connection.original,
            answer=connection.answer,
            dnat=connection.dnat,
            snat=connection.snat,
            mark=connection.mark,
        )

    def _rewritten(self, seen: Sight, connection: Connection, reply: bool) -> Packet:
        destination = seen.hook in ("prerouting", "output")
        if not (connection.dnat if destination is not reply else connection.snat) or seen.hook == "forward":
            return seen.packet
        ends = inverse(connection.original if reply else connection.answer)
        if destination:
            changed = {"destination": ends.destination, "destination_port": ends.destination_port}
        else:
            changed = {"source": ends.source, "source_port": ends.source_port}
        return msgspec.structs.replace(seen.packet, **changed)

    def _hook(self, seen: Sight, tables: Sequence[str], new: Connection | None = None) -> list[str]:
        verdicts: list[str] = []
        for table in tables:
            if table == "nat" and (new is None or seen.hook in new.decided):
                continue
            for (of, name), chain in self._bases.items():
                if of == table and chain.hook == seen.hook:
                    answer = self._chain(seen, table, name)
                    if isinstance(answer, Verdict) and answer.kind in ("dnat", "snat") and new is not None:
                        _decide(new, answer)
                        seen.packet = self._rewritten(seen, new, reply=False)
                    verdicts += [answer.kind] if answer else []
            if table == "nat" and new is not None:
                new.decided.add(seen.hook)
        return verdicts

    def _chain(self, seen: Sight, table: str, base: str) -> Verdict | None:
        stack: list[tuple[str, Iterator[Rule]]] = [(base, iter(self._rules.rules("ip", table, base)))]
        noted: Verdict | None = None
        while stack:
            name, rules = stack[-1]
            for rule in rules:
                answer = rule(seen)
                if answer is False:
                    continue
                assert not isinstance(answer, Unknown), (rule.cite, answer.what.en)
                self.met[table, name, rule.number] += 1
                if answer is True:
                    continue
                if answer.kind == "notrack":
                    noted = answer
                    seen.tracked = Tracked(state="untracked")
                    continue
                if answer.kind in ("jump", "goto"):
                    if answer.kind == "goto":
                        stack.pop()
                    stack.append((answer.chain, iter(self._rules.rules("ip", table, answer.chain))))
                    break
                if answer.kind == "return":
                    stack.pop()
                    break
                if answer.kind in ("drop", "reject"):
                    raise DroppedError
                return noted if answer.kind == "accept" else answer
            else:
                stack.pop()
        return noted


def _decide(new: Connection, verdict: Verdict) -> None:
    before = new.answer
    if verdict.kind == "dnat":
        changes = {"source": verdict.address, "source_port": verdict.port}
    else:
        changes = {"destination": verdict.address, "destination_port": verdict.port}
    new.answer = msgspec.structs.replace(
        before, **{name: value for name, value in changes.items() if value is not None}
    )
    if new.answer != before:
        new.dnat, new.snat = new.dnat or verdict.kind == "dnat", new.snat or verdict.kind == "snat"


_BEGINNING = ({"syn"}, {"ack"}, {"ack", "urg"}, {"syn", "urg"})
# net/netfilter/nf_conntrack_proto_tcp.c, tcp_valid_flags
_VALID = (
    *_BEGINNING,
    {"syn", "ack"},
    {"rst"},
    {"rst", "ack"},
    {"fin", "ack"},
    {"fin", "ack", "urg"},
)
