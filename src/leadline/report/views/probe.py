"""A Proof → a Document: the verdict, the way drawn with what was seen at every interface, differences, causes."""

from collections.abc import Iterator, Sequence

import msgspec

from leadline.base.text import Text, same
from leadline.network.packet import Packet
from leadline.network.probe.lineup import Point
from leadline.network.probe.observation import PathMtu
from leadline.network.probe.proof import Line, Proof
from leadline.report.document import (
    Block,
    Callout,
    Cell,
    Code,
    Column,
    Course,
    Document,
    Heading,
    Item,
    Items,
    Paragraph,
    Passage,
    Table,
    Tag,
)
from leadline.report.document import Point as Said
from leadline.report.units import count
from leadline.report.views import probe_words as words
from leadline.report.views.probe_record import packet_of, record
from leadline.report.views.trace_causes import told
from leadline.report.views.trace_path import path
from leadline.report.views.trace_words import NOTICED, chance, ends, inner, outer, where

_LISTED = 20


def document(proof: Proof, *, everything: bool = False, again: str = "") -> Document:
    """The report of `leadline probe`. `everything`: every interface as a row, too, as a page has it. `again`: the command
    that gave it."""
    shown = proof.shown
    blocks: list[Block] = [*_verdict(proof)]
    if proof.verdict == "contradicted":
        blocks += _differences(shown)
        blocks += [Paragraph(words.SEND_US), Code(f"{again} -o json --to probe.json --capture probe.pcapng")]
    blocks += [Heading(Text("The way", "경로"), aside=_which(proof)), _marked(proof, shown)]
    blocks += _back(proof, shown)
    blocks += _causes(proof)
    blocks += _measured(proof)
    blocks += _connections(proof)
    if everything or proof.verdict != "confirmed":
        blocks += _interfaces(shown)
    blocks += _notes(proof, shown)
    return Document(words.title(proof), tuple(blocks), lambda: record(proof))


def _verdict(proof: Proof) -> Iterator[Callout]:
    """What becomes of the packet, and whether that is proven."""
    ends = proof.branch.ends
    if proof.verdict == "contradicted":
        yield Callout("bad", words.CONTRADICTED)
    elif proof.verdict == "insufficient-information":
        why = "; ".join(each.en for each in proof.whys), "; ".join(each.ko for each in proof.whys)
        yield Callout("warn", words.UNTOLD.fill(why=Text(*why)))
    elif ends.disposition == "delivered":
        yield Callout("good", words.CONFIRMED)
    else:
        yield Callout("bad", ends.why)
        seen, last = NOTICED[proof.shown.connection.heard or "unknown"], proof.shown.last
        if last is None:
            yield Callout("good", words.NOWHERE.fill(seen=seen))
        else:
            yield Callout("good", words.CONFIRMED_LOST.fill(last=words.at(last), seen=seen))


def _differences(line: Line) -> Iterator[Block]:
    items = []
    for each in line.lineup.differences[:_LISTED]:
        observed = _packet(packet_of(each.seen)) if each.seen is not None else ""
        predicted = _packet(each.predicted) if each.predicted is not None else ""
        said = Text("{role}: {what}", "{role}: {what}").fill(role=_role(each), what=words.FOUND[each.found])
        points = [Said(said)]
        if predicted and each.found != "not-predicted":
            points.append(Said(Text("predicted", "예측"), (predicted,)))
        if observed:
            points.append(Said(Text("observed", "관측"), (observed,)))
        items.append(Item(words.at(each), tuple(points)))
    if items:
        yield Heading(Text("Differences", "예측과 다른 점"), aside=same(count(len(line.lineup.differences))))
        yield Items(tuple(items))


def _role(point: Point) -> Text:
    return Text("the answer", "응답") if point.role == "reply" else Text("the request", "요청")


def _packet(packet: Packet) -> str:
    return f"{ends(inner(packet))} ({outer(packet)})" if packet.frame is not None else ends(packet)


def _which(proof: Proof) -> Text | None:
    if len(proof.trace.branches) == 1:
        return None
    branch = proof.branch
    said = Text("{n} of {all}, {chance}", "{all}개 중 {n}번째, {chance}").fill(
        n=proof.shown.lineup.branch + 1, all=count(len(proof.trace.branches)), chance=chance(branch)
    )
    to = f" → {branch.endpoint}" if branch.endpoint else ""
    return Text(said.en + to, said.ko + to)


def _marked(proof: Proof, line: Line) -> Passage:
    """The way as a trace draws it, with what was seen beside each interface."""
    passage = path(proof.trace.flow, proof.branch)
    marks = {
        role: [
            words.mark(each, took)
            for each, took in zip(line.lineup.points, line.latencies, strict=True)
            if each.role == role and each.on_way
        ]
        for role in ("request", "reply")
    }
    answer = passage.answer
    alike = passage.alike and not any(each.role == "reply" for each in line.lineup.differences)
    return msgspec.structs.replace(
        passage,
        course=_with(passage.course, marks["request"]),
        answer=_with(answer, marks["reply"]) if answer is not None else None,
        alike=alike,
    )


def _with(course: Course, marks: Sequence[str]) -> Course:
    left = iter(marks)
    stations = tuple(
        msgspec.structs.replace(
            station,
            stops=tuple(msgspec.structs.replace(stop, note=next(left, "")) for stop in station.stops),
        )
        for station in course.stations
    )
    return msgspec.structs.replace(course, stations=stations)


def _back(proof: Proof, line: Line) -> Iterator[Block]:
    """What text does not draw: the answer that comes back the same way."""
    if proof.branch.ends.disposition != "delivered":
        return
    reply = line.lineup.way("reply")
    seen = [each for each in reply if each.seen is not None]
    last = [
        took for each, took in zip(line.lineup.points, line.latencies, strict=True) if each in seen and took
    ]
    if seen and last and not any(each.role == "reply" for each in line.lineup.differences):
        yield Paragraph(words.WAY_BACK.fill(n=count(len(seen)), ms=words.milliseconds(last[-1])))


def _causes(proof: Proof) -> Iterator[Block]:
    if proof.verdict == "contradicted" or not proof.trace.causes:
        return
    several = len(proof.trace.causes) > 1
    yield Heading(Text("Causes", "원인") if several else Text("Cause", "원인"))
    for each in proof.trace.causes:
        yield from told(each)


def _measured(proof: Proof) -> Iterator[Block]:
    rows: list[tuple[Cell, ...]] = []
    heard = proof.shown.connection.heard
    if heard is not None:
        same_as = proof.shown.lineup.noticed is not False
        expected = NOTICED[proof.expected]
        tag = Tag(NOTICED[heard], "plain" if same_as else "bad")
        rows.append((words.HEARD, expected, tag, proof.probed.sent.detail if proof.probed.sent else None))
    sent = proof.probed.sent
    if sent is not None and sent.latency is not None:
        least, middle, most = (words.milliseconds(each) for each in sent.latency)
        spread = f"{least} / {middle} / {most} ms" if len(sent.rtts) > 1 else f"{middle} ms"
        one = Text("round trip", "왕복 시간")
        several = Text("round trip, min / median / max of {n}", "왕복 시간, {n}회의 최소 / 중앙 / 최대")
        title = several.fill(n=count(len(sent.rtts))) if len(sent.rtts) > 1 else one
        rows.append((title, None, spread, None))
    if proof.mtu is not None:
        rows.append(
            (Text("path MTU", "경로 MTU"), _predicted_mtu(proof), _mtu(proof.mtu), _mtu_told(proof.mtu))
        )
    if rows:
        yield Heading(Text("Measured", "측정"))
        columns = (
            Column(Text("what", "항목"), "name"),
            Column(words.PREDICTED, "value"),
            Column(words.OBSERVED, "value"),
            Column(Text("more", "자세히")),
        )
        yield Table(columns, tuple(rows))


def _predicted_mtu(proof: Proof) -> str | None:
    told = [hop.mtu for hop in proof.branch.request.hops if hop.mtu is not None]
    return count(min(told)) if told and proof.branch.request.disposition == "delivered" else None


def _mtu(found: PathMtu) -> str | Text:
    if found.largest is None:
        return Text("nothing of {n} bytes passes", "{n}바이트도 지나가지 못함").fill(n=count(found.lost or 0))
    return count(found.largest)


def _mtu_told(found: PathMtu) -> Text:
    by = (
        Text("by what a capture at the receiver saw", "받는 쪽 캡처 기준")
        if found.by == "capture"
        else Text("by answers", "응답 기준")
    )
    heard = ", ".join(f"{count(mtu)} ({who or 'kernel'})" for mtu, who in found.heard)
    if not heard:
        return by
    return Text("{by}; told: {heard}", "{by}, 알림: {heard}").fill(by=by, heard=heard)


def _connections(proof: Proof) -> Iterator[Block]:
    if len(proof.lines) < 2:
        return
    yield Heading(Text("Connections", "연결"), aside=same(count(len(proof.lines))))
    groups: dict[tuple[int, str, str], list[Line]] = {}
    for each in proof.lines:
        groups.setdefault((each.lineup.branch, each.verdict, each.connection.heard or ""), []).append(each)
    rows: list[tuple[Cell, ...]] = []
    for (number, _, _), lines in groups.items():
        branch, first = proof.trace.branches[number], lines[0]
        heard = NOTICED[first.connection.heard or "unknown"]
        tone = {"confirmed": "good", "contradicted": "bad"}.get(first.verdict, "warn")
        rows.append(
            (
                number + 1,
                chance(branch),
                branch.endpoint or proof.trace.flow.destination,
                len(lines),
                heard,
                Tag(words.VERDICTS[first.verdict], tone),  # type: ignore[arg-type]
            )
        )
    columns = (
        Column(Text("way", "경로"), "number"),
        Column(Text("chance", "확률"), "value"),
        Column(Text("went to", "도착"), "name"),
        Column(Text("connections", "연결"), "number"),
        Column(words.HEARD, "value"),
        Column(Text("prediction", "예측")),
    )
    yield Table(columns, tuple(rows))


def _interfaces(line: Line) -> Iterator[Block]:
    rows: list[tuple[Cell, ...]] = []
    for each, took in zip(line.lineup.points, line.latencies, strict=True):
        tag = Tag(words.FOUND[each.found], words.TONES.get(each.found, "dim"))
        observed = ends(packet_of(each.seen, whole=False)) if each.seen is not None else None
        rows.append(
            (
                _role(each),
                where(each.host, each.place),
                each.interface,
                words.milliseconds(took) if took is not None else None,
                observed,
                tag,
            )
        )
    if rows:
        yield Heading(Text("Every interface", "모든 인터페이스"))
        columns = (
            Column(Text("packet", "패킷"), "value"),
            Column(Text("where", "위치"), "value"),
            Column(Text("interface", "인터페이스"), "name"),
            Column(same("ms"), "number"),
            Column(words.OBSERVED, "value"),
            Column(Text("found", "결과")),
        )
        yield Table(columns, tuple(rows))


def _notes(proof: Proof, line: Line) -> Iterator[Block]:
    notes = [*proof.trace.notes]
    if proof.verdict != "insufficient-information":
        notes += [each.text for each in proof.probed.problems]
    notes += [words.OFF.fill(host=host, ms=f"{ahead * 1000:+.1f}") for host, ahead in line.offsets.items()]
    if any(
        each.seen is not None and took is None
        for each, took in zip(line.lineup.points, line.latencies, strict=True)
    ):
        notes.append(words.NO_CLOCK)
    if notes:
        yield Heading(Text("Notes", "참고"))
        yield from (Paragraph(each) for each in notes)
