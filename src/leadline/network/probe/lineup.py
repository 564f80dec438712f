"""What was predicted beside what was seen: interface by interface, there and back."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from leadline.network.netns import Netns
from leadline.network.packet import Packet
from leadline.network.probe.belonging import innermost
from leadline.network.probe.connections import Connection
from leadline.network.probe.observation import Direction, Observation, Role
from leadline.network.result import Branch, Hop, Trace, Way

Found = Literal[
    "as-predicted",
    "otherwise",
    "not-seen",
    "by-passed",
    "at-its-end",
    "not-captured",
    "not-predicted",
    "copy",
    "not-told",
    "refusal",
]
"""How a prediction and what was seen agree at an interface. `otherwise`: the packet was there with other addresses,
ports or in another tunnel; `by-passed`: the bridge carried it without it being given to the bridge's own interface, or
a rule rewrote it in the bridge; `at-its-end`: it is lost here as predicted, and whether a capture still sees it hangs on
the driver, the neighbour table or how it is refused; `not-captured`: nothing can be told, for no capture ran there;
`copy`: a bridge sent it by another of its ports, too, as it does while it does not know behind which the receiver is, or
by itself while it asks for it; `not-told`: the trace ends before, for something is not recorded, or hangs on what is
outside of all that is; `refusal`: it is no answer but what the sender is told of the end, as predicted."""

DIFFERENCES = frozenset(("otherwise", "not-seen", "not-predicted"))


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One interface on the way. `place` as in Hop. `direction`: None where the way only passes it. `predicted`: how the
    packet should be there, None where that is not told; `seen`: the first frame there, None where there was none.
    `on_way`: it is on the predicted way."""

    found: Found
    role: Role
    host: str
    place: str
    interface: str
    direction: Direction | None
    predicted: Packet | None = None
    seen: Observation | None = None
    on_way: bool = True


class Lineup(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of a trace and what was seen of it. `branch`: its place in the trace. `points`: of the request and the
    reply in the order of the prediction, then what was seen though it was not predicted. `noticed`: whether the sender
    was told what it should be; None where it sent nothing or that was not predicted. `silent`: all was as predicted
    until the one who is asked, who gave no answer of its own."""

    branch: int
    points: tuple[Point, ...]
    noticed: bool | None
    silent: bool = False

    @property
    def differences(self) -> tuple[Point, ...]:
        """Where prediction and observation contradict each other: a failure of the prediction."""
        return tuple(each for each in self.points if each.found in DIFFERENCES)

    @property
    def agrees(self) -> bool:
        return not self.differences and self.noticed is not False

    def way(self, role: Role) -> tuple[Point, ...]:
        """The points of a way that were predicted, in its order."""
        return tuple(each for each in self.points if each.role == role and each.on_way)


def lineup(
    trace: Trace,
    connection: Connection,
    *,
    captured: frozenset[tuple[str, str]],
    netns: Mapping[tuple[str, str], Netns],
) -> Lineup:
    """The branch that the packets took, which is the one that fits best. Namespaces must have been captured under the
    names that Hop.place gives them. `netns`: the namespaces that the trace knows; what is seen at other hosts, between
    them, could not be predicted."""
    lined = [
        _Branch(number, each, connection, captured, netns).lined()
        for number, each in enumerate(trace.branches)
    ]
    return min(lined, key=lambda each: (len(each.differences), each.noticed is False))


class _Branch:
    """One branch held against a connection."""

    def __init__(
        self,
        number: int,
        branch: Branch,
        connection: Connection,
        captured: frozenset[tuple[str, str]],
        netns: Mapping[tuple[str, str], Netns],
    ) -> None:
        self.number = number
        self.branch = branch
        self.connection = connection
        self.captured = captured
        self.netns = netns

    def lined(self) -> Lineup:
        points = [*self._way("request", self.branch.request)]
        answered = any(each.role == "reply" for each in self.connection.observations)
        silent = False
        if self.branch.reply is not None:
            reply = [*self._way("reply", self.branch.reply)]
            if not answered and self._may_be_silent(points):
                silent = True
                reply = [_as(each, "not-told") if each.found == "not-seen" else each for each in reply]
            points += reply
        points += self._unpredicted()
        return Lineup(
            branch=self.number,
            points=tuple(points),
            noticed=None if silent else self._noticed(),
            silent=silent,
        )

    def _may_be_silent(self, request: list[Point]) -> bool:
        """Whether no answer at all contradicts nothing: the request arrived as predicted, and what it met is a program
        that need not answer a datagram, or something outside that nobody recorded."""
        way = self.branch.request
        if self.branch.ends.disposition != "delivered":
            return False
        free = way.at == "outside" or (bool(way.hops) and way.hops[-1].packet.protocol == "udp")
        return (
            free
            and self.connection.heard == "timeout"
            and not any(each.found in DIFFERENCES for each in request)
        )

    def _way(self, role: Role, way: Way) -> list[Point]:
        points = [point for hop in way.hops for point in self._hop(role, hop)]
        # what a bridge redirects is given to its own interface only while the neighbour is unresolved
        if way.disposition in ("too-big", "no-hairpin") and points and points[-1].found == "not-seen":
            points[-1] = _as(points[-1], "at-its-end")
        return points

    def _hop(self, role: Role, hop: Hop) -> Iterator[Point]:
        captured = (hop.host, hop.place) in self.captured
        own = [
            each
            for each in self.connection.observations
            if (each.role, each.host, each.netns) == (role, hop.host, hop.place)
        ]
        last = len(hop.through) - 1
        passed = len(own) > 0 and any(each.interface == hop.goes_out for each in own)
        for number, interface in enumerate(hop.through):
            direction: Direction | None = None
            predicted: Packet | None = None
            if number == 0 and hop.came_in:
                direction, predicted = "in", hop.packet
            elif number == last and hop.goes_out:
                direction, predicted = "out", hop.leaves
            there = [
                each
                for each in own
                if each.interface == interface
                and direction in (None, "out" if each.direction == "out" else "in")
            ]
            fitting = [each for each in there if predicted is None or _fits(each, predicted)]
            seen = next(iter(fitting or there), None)
            found: Found = "as-predicted"
            if not captured:
                found = "not-captured"
            elif seen is None:
                found = "by-passed" if direction is None and passed else "not-seen"
            elif not fitting:
                found = "otherwise"
            yield Point(
                found=found,
                role=role,
                host=hop.host,
                place=hop.place,
                interface=interface,
                direction=direction,
                predicted=predicted,
                seen=seen,
            )

    def _unpredicted(self) -> Iterator[Point]:
        """What was seen at interfaces that are not on the way."""
        known = {
            (role, hop.host, hop.place, each)
            for role, way in self._ways()
            for hop in way.hops
            for each in hop.through
        }
        for each in self.connection.observations:
            where = (each.role, each.host, each.netns, each.interface)
            # of a frame that is another station's a bridge gives copies to all of its ports
            if (
                (each.host, "") in self.netns
                and each.role != "error"
                and each.direction != "other"
                and where not in known
            ):
                known.add(where)
                yield Point(
                    found=self._why_there(each),
                    role=each.role,
                    host=each.host,
                    place=each.netns,
                    interface=each.interface,
                    direction=each.direction,
                    seen=each,
                    on_way=False,
                )

    def _why_there(self, seen: Observation) -> Found:
        refused = self.branch.reply is None and self.branch.request.noticed == "refused"
        for role, way in self._ways():
            if role == seen.role and way.disposition == "link-down" and way.hops[-1].host == seen.host:
                return "at-its-end"
            if role == seen.role and way.disposition == "insufficient-information":
                return "not-told"
        if refused and seen.role == "reply":
            return "refusal"
        if seen.role == "reply" and self.branch.request.disposition == "insufficient-information":
            return "not-told"
        return "copy" if self._copied(seen) else "not-predicted"

    def _copied(self, seen: Observation) -> bool:
        """Whether a bridge sent it by other ports, too, or by itself."""
        if seen.netns or seen.direction != "out":
            return False
        bridge = self._bridge(seen.host, seen.interface) or seen.interface
        return any(
            hop.host == seen.host and not hop.place and self._bridge(hop.host, hop.goes_out) == bridge
            for role, way in self._ways()
            for hop in way.hops
            if role == seen.role
        )

    def _bridge(self, host: str, interface: str) -> str:
        """The bridge that an interface is a port of, "" for none."""
        link = self.netns[host, ""].links.get(interface)
        return link.master if link is not None else ""

    def _ways(self) -> Iterator[tuple[Role, Way]]:
        yield "request", self.branch.request
        if self.branch.reply is not None:
            yield "reply", self.branch.reply

    def _noticed(self) -> bool | None:
        way, heard = self.branch.ends, self.connection.heard
        predicted = {"answer" if way.disposition == "delivered" else way.noticed}
        if (
            heard in (None, "unknown")
            or "unknown" in predicted
            or way.disposition == "insufficient-information"
        ):
            return None
        if way.disposition == "link-down":
            # who still has the neighbour in its table hears nothing, who asks for it anew hears that it is not there
            predicted |= {"timeout", "unreachable"}
        if self.branch.request.at == "outside" and way.disposition == "delivered" and heard != "answer":
            return None
        return heard in predicted


def _as(point: Point, found: Found) -> Point:
    return msgspec.structs.replace(point, found=found)


def _fits(seen: Observation, predicted: Packet) -> bool:
    """Whether a frame is as predicted: its addresses, the port of the destination, the tunnel. The port of the one that
    asked is drawn by the sender, and anew by a rule that masquerades."""
    outer = seen.packet
    if (outer.vni is not None) != (predicted.frame is not None):
        return False
    if predicted.frame is not None:
        if (outer.source, outer.destination) != (predicted.source, predicted.destination):
            return False
        predicted = predicted.frame.packet
    packet = innermost(outer)
    if (packet.source, packet.destination) != (predicted.source, predicted.destination):
        return False
    if packet.piece or packet.source_port is None or predicted.protocol == "icmp":
        return True
    if seen.role == "reply":
        return predicted.source_port in (None, packet.source_port)
    return predicted.destination_port in (None, packet.destination_port)
