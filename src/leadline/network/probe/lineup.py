"""What was predicted beside what was seen: interface by interface, there and back."""

from collections.abc import Collection, Iterator
from typing import Literal

import msgspec

from leadline.network.packet import Packet
from leadline.network.probe.belonging import innermost
from leadline.network.probe.decode import decode
from leadline.network.probe.observation import Direction, Observation, Probed, Role
from leadline.network.result import Branch, Hop, Trace, Way

Found = Literal[
    "as-predicted", "otherwise", "not-seen", "by-passed", "at-its-end", "not-captured", "not-predicted"
]
"""How a prediction and what was seen agree at an interface. `otherwise`: the packet was there with other addresses,
ports or in another tunnel; `by-passed`: the bridge carried it without it being given to the bridge's own interface, or
a rule rewrote it in the bridge; `at-its-end`: it is lost here as predicted, and whether a capture still sees it hangs on
the driver, the neighbour table or how it is refused; `not-captured`: nothing can be told, for no capture ran there."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One interface on the way. `place` as in Hop. `direction`: None where the way only passes it. `predicted`: how the
    packet should be there, None where that is not told; `seen`: the first frame there, None where there was none."""

    found: Found
    role: Role
    host: str
    place: str
    interface: str
    direction: Direction | None
    predicted: Packet | None = None
    seen: Observation | None = None


class Lineup(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of a trace and what was seen of it. `branch`: its place in the trace. `points`: of the request and the
    reply in the order of the prediction, then what was seen though it was not predicted. `noticed`: whether the sender
    was told what it should be; None where it sent nothing or that was not predicted."""

    branch: int
    points: tuple[Point, ...]
    noticed: bool | None

    @property
    def differences(self) -> tuple[Point, ...]:
        """Where prediction and observation contradict each other: a failure of the prediction."""
        return tuple(each for each in self.points if each.found in ("otherwise", "not-seen", "not-predicted"))

    @property
    def agrees(self) -> bool:
        return not self.differences and self.noticed is not False


def lineup(trace: Trace, probed: Probed, *, recorded: Collection[str]) -> Lineup:
    """The branch that the packets took, which is the one that fits best. Namespaces must have been captured under the
    names that Hop.place gives them. `recorded`: hosts that the trace knows; what is seen at others, between them, could
    not be predicted."""
    lined = [_lined(number, each, probed, recorded) for number, each in enumerate(trace.branches)]
    return min(lined, key=lambda each: (len(each.differences), each.noticed is False))


def _lined(number: int, branch: Branch, probed: Probed, recorded: Collection[str]) -> Lineup:
    ways: list[tuple[Role, Way]] = [("request", branch.request)]
    if branch.reply is not None:
        ways.append(("reply", branch.reply))
    points: list[Point] = []
    ends: set[tuple[Role, str]] = set()
    known: set[tuple[Role, str, str, str]] = set()
    for role, way in ways:
        for hop in way.hops:
            known |= {(role, hop.host, hop.place, each) for each in hop.through}
            points += _hop(role, hop, probed)
        if way.disposition == "link-down":
            ends.add((role, way.hops[-1].host))
        elif way.disposition == "too-big" and points and points[-1].found == "not-seen":
            points[-1] = msgspec.structs.replace(points[-1], found="at-its-end")
    refused = branch.reply is None and branch.request.noticed == "refused"
    for each in probed.observations:
        where = (each.role, each.host, each.netns, each.interface)
        # of a frame that is another station's a bridge gives copies to all of its ports
        if (
            each.host in recorded
            and each.role != "error"
            and each.direction != "other"
            and where not in known
        ):
            known.add(where)
            points.append(
                Point(
                    found="at-its-end"
                    if (each.role, each.host) in ends or (refused and each.role == "reply")
                    else "not-predicted",
                    role=each.role,
                    host=each.host,
                    place=each.netns,
                    interface=each.interface,
                    direction=each.direction,
                    seen=each,
                )
            )
    return Lineup(branch=number, points=tuple(points), noticed=_noticed(branch, probed))


def _noticed(branch: Branch, probed: Probed) -> bool | None:
    way = branch.ends
    predicted = {"answer" if way.disposition == "delivered" else way.noticed}
    if probed.sent is None or "unknown" in predicted:
        return None
    if way.disposition == "link-down":
        # who still has the neighbour in its table hears nothing, who asks for it anew hears that it is not there
        predicted |= {"timeout", "unreachable"}
    return probed.sent.seen in predicted


def _hop(role: Role, hop: Hop, probed: Probed) -> Iterator[Point]:
    captured = (hop.host, hop.place) in probed.captured
    own = [
        each
        for each in probed.observations
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
            and (direction is None or direction == ("out" if each.direction == "out" else "in"))
        ]
        seen = there[0] if there else None
        found: Found = "as-predicted"
        if not captured:
            found = "not-captured"
        elif seen is None:
            found = "by-passed" if direction is None and passed else "not-seen"
        elif predicted is not None and not any(_fits(each, predicted) for each in there):
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


def _fits(seen: Observation, predicted: Packet) -> bool:
    """Whether a frame is as predicted: its addresses, the port of the destination, the tunnel. The port of the one that
    asked is drawn by the sender, and anew by a rule that masquerades."""
    outer = decode(seen.frame, seen.link)
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
