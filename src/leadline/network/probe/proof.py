"""A trace held against its probe: confirmed, contradicted, or not to be told."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from leadline.base.text import Text
from leadline.network.netns import Netns
from leadline.network.probe.clocks import departure, offsets
from leadline.network.probe.connections import Connection, connections
from leadline.network.probe.lineup import Lineup, Point, lineup
from leadline.network.probe.observation import PathMtu, Probed
from leadline.network.result import Branch, Seen, Trace

Verdict = Literal["confirmed", "contradicted", "insufficient-information"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One connection beside the branch that it took. `latencies`: of each point, seconds from when the packet left until
    it was seen there; None where it was not, or the host's clock does not tell. `last`: where it was seen last on its way,
    the reply's where the request arrived. `offsets`: seconds by host that a clock is off, of those that are."""

    connection: Connection
    lineup: Lineup
    latencies: tuple[float | None, ...]
    last: Point | None
    offsets: Mapping[str, float]
    verdict: Verdict


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe says of a trace. `shown`: the line that decides. `whys`: why it is no confirmation. `expected`: what
    the sender should notice by the shown branch."""

    trace: Trace
    probed: Probed
    lines: tuple[Line, ...]
    verdict: Verdict
    whys: tuple[Text, ...] = ()
    mtu: PathMtu | None = None

    @property
    def shown(self) -> Line:
        return next(each for each in self.lines if each.verdict == self.verdict)

    @property
    def branch(self) -> Branch:
        return self.trace.branches[self.shown.lineup.branch]

    @property
    def expected(self) -> Seen:
        return "answer" if self.branch.ends.disposition == "delivered" else self.branch.ends.noticed

    @property
    def delivered(self) -> bool:
        """Whether everything that was sent was answered."""
        return all(each.connection.heard == "answer" for each in self.lines)


def proof(
    trace: Trace, probed: Probed, netns: Mapping[tuple[str, str], Netns], mtu: PathMtu | None = None
) -> Proof:
    """The trace held against what was seen. `netns`: the namespaces that the trace knows."""
    begins = _OUTSIDE if trace.flow.outside else trace.flow.host
    lines = tuple(_line(trace, each, probed, netns) for each in connections(probed, begins))
    order: tuple[Verdict, ...] = ("contradicted", "insufficient-information", "confirmed")
    verdict = next(each for each in order if any(line.verdict == each for line in lines))
    shown = next(each for each in lines if each.verdict == verdict)
    whys = tuple(_whys(trace, probed, shown)) if verdict == "insufficient-information" else ()
    return Proof(trace=trace, probed=probed, lines=lines, verdict=verdict, whys=whys, mtu=mtu)


_OUTSIDE = "outside"
_NOT_SENT = (None, "unknown")
"""What is heard where nothing was sent, or its sender failed in a way that is none of the network's."""
_NOT_CAPTURED = Text(
    "{where} was not captured, so it is not known whether the packet passed there",
    "{where}에서 캡처하지 못해 패킷이 지나갔는지 알 수 없습니다",
)
_SILENT = Text(
    "the packet arrived as predicted, but {who} did not answer it; whether an answer would come back stays unproven",
    "패킷은 예측대로 도착했으나 {who}이(가) 응답하지 않았습니다. 응답이 돌아올 수 있는지는 확인되지 않았습니다",
)
_REFUSED = Text(
    "the packet left as predicted, and {who} turned it away, which no trace can know",
    "패킷은 예측대로 나갔으나 {who}이(가) 거부했습니다. 추적으로는 알 수 없는 일입니다",
)
_BEYOND = Text("whoever is outside of what is recorded", "기록 범위 밖의 상대")
_PROGRAM = Text("the program there", "그곳의 프로그램")


def _line(
    trace: Trace, connection: Connection, probed: Probed, netns: Mapping[tuple[str, str], Netns]
) -> Line:
    found = lineup(trace, connection, captured=probed.captured, netns=netns)
    host, place = (trace.flow.host, trace.flow.place) if not trace.flow.outside else (_OUTSIDE, "")
    left = departure(connection, host, place)
    off = offsets(connection, host, left) if left is not None else {}
    return Line(
        connection=connection,
        lineup=found,
        latencies=tuple(_latency(each, left, off) for each in found.points),
        last=_last(found),
        offsets={name: ahead / 1e9 for name, ahead in off.items() if ahead},
        verdict=_verdict(trace.branches[found.branch], found, connection.heard),
    )


def _verdict(branch: Branch, found: Lineup, heard: Seen | None) -> Verdict:
    if heard in _NOT_SENT:
        return "insufficient-information"
    if not found.agrees:
        return "contradicted"
    unknown = branch.ends.disposition == "insufficient-information" or found.noticed is None
    if unknown or any(each.found == "not-captured" for each in found.points):
        return "insufficient-information"
    return "confirmed"


def _latency(point: Point, left: int | None, off: Mapping[str, int | None]) -> float | None:
    if point.seen is None or left is None:
        return None
    ahead = off.get(point.host)
    return (point.seen.time - left - ahead) / 1e9 if ahead is not None else None


def _last(found: Lineup) -> Point | None:
    """The last interface on the predicted way that saw it; where it went on otherwise that is among the differences."""
    seen = [each for each in found.points if each.seen is not None and each.on_way]
    reply = [each for each in seen if each.role == "reply"]
    return next(reversed(reply or seen), None)


def _whys(trace: Trace, probed: Probed, shown: Line) -> Iterator[Text]:
    """What is missing."""
    branch, heard = trace.branches[shown.lineup.branch], shown.connection.heard
    if branch.ends.disposition == "insufficient-information":
        yield branch.ends.why
    yield from (each.text for each in probed.problems)
    if heard == "unknown" and probed.sent is not None:
        yield probed.sent.detail
    if heard in _NOT_SENT:
        return
    named = {each.host for each in probed.problems}
    gone = {(each.host, each.place): None for each in shown.lineup.points if each.found == "not-captured"}
    for host, place in gone:
        if host not in named:
            yield _NOT_CAPTURED.fill(where=f"{place} ({host})" if place else host)
    if shown.lineup.silent:
        yield _SILENT.fill(who=_BEYOND if branch.request.at == _OUTSIDE else _PROGRAM)
    elif shown.lineup.noticed is None and branch.ends.disposition == "delivered":
        yield _REFUSED.fill(who=_BEYOND)
