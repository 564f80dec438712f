"""Random rulesets loaded into the kernel, packets sent through them, and what it did held against the evaluator."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import nft_sender
import pytest
from nft_writer import Writer, packet

from leadline.base.text import Text
from leadline.facts.sources.nft import parse
from leadline.network.packet import Packet, contains, network, number
from leadline.network.sight import Chain, Sight, Tracked, Tuple, Unknown, Verdict
from leadline.network.trace.nft import Nft

FLOWS = 800
RULESETS = 3
MOST_OUTCOMES = 64
LOCAL = {number("10.1.0.1"), number("10.2.0.1")}
BROADCAST = {number("10.1.255.255"), number("10.2.255.255")}
DEVICES = {"v0": network("10.1.0.0/16"), "w0": network("10.2.0.0/16")}
MACS = {"v0": "02:00:00:00:00:01", "w0": "02:00:00:00:00:02"}


class UndecidedError(Exception):
    """A rule gave Unknown."""


class Here:
    """The namespace of the test, as rules ask for it. `taken`: the choices made so far, each with how many there are."""

    def __init__(self, script: Sequence[int]) -> None:
        self.script = script
        self.taken: list[tuple[int, int]] = []

    def address_type(self, address: int, device: str = "") -> str:
        if device and not contains([DEVICES[device]], address):
            return "unicast"
        return "local" if address in LOCAL else "broadcast" if address in BROADCAST else "unicast"

    def reverse_device(self, packet: Packet, device: str, *, loose: bool) -> bool:
        return self.route_device(packet.source, source=None, mark=0, device=device) != ""

    def route_device(self, address: int, *, source: int | None, mark: int, device: str) -> str:
        through = next((name for name, each in DEVICES.items() if contains([each], address)), "")
        return through if device in ("", through) else ""

    def interface_group(self, device: str) -> int | None:
        return 0

    def choose(self, weights: Sequence[float] | None, what: Text) -> int:
        assert weights is None or abs(sum(weights) - 1) < 1e-9
        # a limit is wide enough here for all that is sent
        count = 1 if weights is None else len(weights)
        place = len(self.taken)
        choice = self.script[place] if place < len(self.script) else 0
        self.taken.append((choice, count))
        return choice

    def in_set(self, name: str, directions: tuple[str, ...], seen: Sight) -> bool | Unknown:
        raise AssertionError(name)


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """A connection behind its first packet: that as it came in and as it left."""

    first: Packet
    left: Packet
    mark: int


class Outcome(msgspec.Struct, frozen=True):
    """What is seen of a packet: its mark behind prerouting, then behind forward or input, with the connection's mark,
    the destination and its port; None where it did not get there."""

    early: int | None = None
    late: int | None = None
    connection_mark: int | None = None
    to: tuple[int, int | None] | None = None


class Journey:
    """One packet's way through the namespace."""

    def __init__(self, rules: Nft, chains: Sequence[Chain], here: Here) -> None:
        self.rules = rules
        self.chains = chains
        self.here = here
        self.number = 0

    def ended(self, seen: Sight, hook: str, low: int, high: int) -> str:
        """How the chains of a hook with these priorities end: accept or drop."""
        for chain in self.chains:
            if chain.hook == hook and low <= chain.priority <= high:
                verdict = self.chain(seen, chain, chain.name)
                kind = verdict.kind if isinstance(verdict, Verdict) else chain.policy
                if kind in ("drop", "reject"):
                    return "drop"
        return "accept"

    def chain(self, seen: Sight, base: Chain, name: str) -> Verdict | None:
        for rule in self.rules.rules(base.family, base.table, name):
            answer = rule(seen)
            if isinstance(answer, Unknown):
                raise UndecidedError(f"{rule.cite}: {answer.what.en}")
            if not isinstance(answer, Verdict) or answer.kind == "notrack":
                continue
            if answer.kind in ("jump", "goto"):
                inner = self.chain(seen, base, answer.chain)
                if inner is not None or answer.kind == "goto":
                    return inner
            elif answer.kind == "return":
                return None
            else:
                return answer
        return None

    def go(self, first: Packet, connection: Connection | None) -> tuple[Outcome, Connection | None]:
        came_in = "w0" if connection else "v0"
        seen = Sight(first, "prerouting", self.here, came_in=came_in)
        self.ended(seen, "prerouting", -400, -201)
        if seen.tracked is None:
            seen.tracked = tracked(first, connection)
        untouched = seen.tracked.state in ("invalid", "untracked")
        if self.ended(seen, "prerouting", -199, -101) == "drop":
            return Outcome(), None
        early = seen.packet.mark
        if not connection and not untouched:  # of a reply, the source is put back behind the last hook
            self.rewrite(seen)
        goes_out = self.here.route_device(seen.packet.destination, source=None, mark=0, device="")
        hook = "forward"
        if self.here.address_type(seen.packet.destination) != "unicast":
            goes_out, hook = "", "input"
        elif not goes_out or first.destination in BROADCAST:  # a frame to everybody is not forwarded
            return Outcome(early), None
        if hook == "forward":  # ip_forward counts it down before it asks the hook
            seen.packet = msgspec.structs.replace(seen.packet, ttl=seen.packet.ttl - 1)
        later = Sight(seen.packet, hook, self.here, came_in=came_in, goes_out=goes_out, tracked=seen.tracked)  # type: ignore[arg-type]
        later.connection_mark = seen.connection_mark
        if self.ended(later, hook, 0, 5) == "drop":
            return Outcome(early), None
        mark = later.connection_mark if later.connection_mark is not None else later.tracked.mark  # type: ignore[union-attr]
        end = later.packet
        known = end.destination, end.destination_port
        outcome = Outcome(early, end.mark, None if untouched else mark, known)
        kept = Connection(first=first, left=end, mark=mark)
        return outcome, kept if hook == "forward" and not untouched else None

    def rewrite(self, seen: Sight) -> None:
        before = seen.packet
        for chain in self.chains:
            if chain.kind == "nat":
                verdict = self.chain(seen, chain, chain.name)
                if verdict is None or verdict.kind not in ("dnat", "redirect"):
                    continue
                to = number("10.1.0.1") if verdict.kind == "redirect" else verdict.address
                port = before.destination_port if verdict.port is None else verdict.port
                if before.destination_port is None:
                    port = None
                seen.packet = msgspec.structs.replace(seen.packet, destination=to, destination_port=port)
        changed = (seen.packet.destination, seen.packet.destination_port) != (
            before.destination,
            before.destination_port,
        )
        seen.tracked = msgspec.structs.replace(seen.tracked, dnat=changed)  # type: ignore[type-var]


def tuple_of(packet: Packet) -> Tuple:
    return Tuple(
        packet.protocol, packet.source, packet.source_port, packet.destination, packet.destination_port
    )


def tracked(packet: Packet, connection: Connection | None) -> Tracked:
    """What conntrack makes of the packet; RST, FIN and SYN+ACK begin no connection, nor does an echo's answer."""
    if connection is not None:
        left = connection.left
        return Tracked(
            state="established",
            reply=True,
            original=tuple_of(connection.first),
            answer=Tuple(
                left.protocol, left.destination, left.destination_port, left.source, left.source_port
            ),
            dnat=(left.destination, left.destination_port)
            != (connection.first.destination, connection.first.destination_port),
            mark=connection.mark,
        )
    if packet.protocol == "tcp" and packet.flags not in ({"syn"}, {"ack"}, {"psh", "ack"}):
        return Tracked(state="invalid")
    if packet.icmp is not None and packet.icmp[0] == 0:
        return Tracked(state="invalid")
    return Tracked(state="new", original=tuple_of(packet))


def outcomes(
    rules: Nft, chains: Sequence[Chain], packet: Packet, connection: Connection | None
) -> Iterator[tuple[Outcome, Connection | None]]:
    """Everything that may come of the packet, choice by choice; raises UndecidedError."""
    script: list[int] = []
    for _ in range(MOST_OUTCOMES):
        here = Here(script)
        yield Journey(rules, chains, here).go(packet, connection)
        while here.taken and here.taken[-1][0] + 1 >= here.taken[-1][1]:
            here.taken.pop()
        if not here.taken:
            return
        script = [choice for choice, _ in here.taken[:-1]] + [here.taken[-1][0] + 1]
    raise UndecidedError("too many outcomes")


class Kernel:
    """The namespace, in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, nft_sender.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def ask(self, **question: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def observed(self, packets: Sequence[tuple[str, Packet]]) -> list[Outcome]:
        """Sends packets, each with what it comes in by; the IP id of each is its place, from 1."""
        frames = []
        for identity, (device, each) in enumerate(packets, 1):
            to = "ff:ff:ff:ff:ff:ff" if each.destination in BROADCAST else MACS[device]
            frames.append((device.replace("0", "1"), nft_sender.frame(each, identity, to)))
        sets = self.ask(send=frames)
        early, late, connection = (dict(sets[name]) for name in "abc")
        ends = {identity: (number(address), port) for identity, address, port in sets["d"]}
        return [
            Outcome(early.get(at), late.get(at), connection.get(at), ends.get(at))
            for at in range(1, len(packets) + 1)
        ]


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    assert kernel.process.stdin
    kernel.process.stdin.close()
    kernel.process.wait()


def same(seen: Outcome, told: Outcome, packet: Packet) -> bool:
    if packet.destination_port is None and seen.to and told.to:  # those bytes are no port
        told = msgspec.structs.replace(told, to=(told.to[0], seen.to[1]))
    return seen == told


def compared(
    rules: Nft,
    sent: Sequence[tuple[str, Packet]],
    before: Sequence[Connection | None],
    seen: Sequence[Outcome],
) -> tuple[list[str], list[Connection | None], int]:
    """Differences, the connections that the packets left, and how many could not be decided."""
    wrong: list[str] = []
    left: list[Connection | None] = []
    undecided = 0
    chains = sorted((each for each in rules.chains() if each.table == "t"), key=lambda each: each.priority)
    for (_, each), connection, observed in zip(sent, before, seen, strict=True):
        left.append(None)
        told: list[Outcome] = []
        try:
            for outcome, kept in outcomes(rules, chains, each, connection):
                told.append(outcome)
                if same(observed, outcome, each):
                    left[-1] = kept
                    break
            else:
                wrong.append(f"{each} {connection}\n  kernel: {observed}\n  told:   {told}")
        except UndecidedError:
            undecided += 1
    return wrong, left, undecided


def answer(connection: Connection) -> Packet:
    """The reply to a first packet."""
    left = connection.left
    flags = (
        frozenset(("syn", "ack"))
        if left.flags == {"syn"}
        else frozenset(("ack",))
        if left.flags
        else frozenset()
    )
    return msgspec.structs.replace(
        connection.first,
        ttl=64,
        source=left.destination,
        source_port=left.destination_port,
        destination=left.source,
        destination_port=left.source_port,
        flags=flags,
        icmp=(left.icmp[0] - 8 if left.icmp[0] == 8 else 14, 0) if left.icmp else None,
        mark=0,
    )


@pytest.mark.parametrize("turn", range(RULESETS))
def test_kernel(kernel: Kernel, turn: int) -> None:
    seed = int(os.environ.get("NFT_SEED", 0)) or random.SystemRandom().getrandbits(32)
    chance = random.Random(f"{seed} {turn}")
    ruleset = Writer(chance).ruleset()
    listed = kernel.ask(load=ruleset)
    assert "error" not in listed, f"NFT_SEED={seed} turn {turn}: {listed['error']}"
    forms = [Nft(parse(listed[form]).entries) for form in ("text", "json")]
    sent = [("v0", packet(chance, place)) for place in range(FLOWS)]
    seen = kernel.observed(sent)
    left: list[Connection | None] = []
    for rules in forms:
        wrong, left, undecided = compared(rules, sent, [None] * len(sent), seen)
        assert not wrong, f"NFT_SEED={seed} turn {turn}, {len(wrong)} differ:\n" + "\n".join(wrong[:5])
        assert undecided < FLOWS / 2, f"NFT_SEED={seed} turn {turn}"
    connections = [each for each in left if each is not None]
    replies = [("w0", answer(each)) for each in connections]
    seen = kernel.observed(replies)
    for rules in forms:
        wrong, _, _ = compared(rules, replies, connections, seen)
        assert not wrong, f"NFT_SEED={seed} turn {turn}, {len(wrong)} replies differ:\n" + "\n".join(
            wrong[:5]
        )
