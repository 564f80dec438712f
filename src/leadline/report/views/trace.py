"""A Trace → a Document: the verdict, the way drawn, why it ends and what helps, every way, every decision."""

from collections.abc import Iterator, Sequence

from leadline.base.text import Text, same
from leadline.network.result import Branch, Cause, Decision, Disposition, Hop, Trace, Way
from leadline.report.document import (
    Block,
    Callout,
    Cell,
    Column,
    Document,
    Fold,
    Heading,
    Item,
    Items,
    Paragraph,
    Point,
    Table,
    Tag,
    Tone,
)
from leadline.report.units import count
from leadline.report.views.trace_causes import told
from leadline.report.views.trace_path import path
from leadline.report.views.trace_record import record
from leadline.report.views.trace_words import (
    DISPOSITIONS,
    NOTICED,
    chance,
    here,
    outcome,
    target,
    where,
)

_WAYS_SHOWN = 12
_PICTURES = 24
_MATTER = {"rewrite", "route", "neighbour", "fdb", "tunnel", "socket"}
_PASSING = {"continue", "jump", "goto", "return", ""}


def document(trace: Trace, *, everything: bool = False, expand: bool = False) -> Document:
    """The report of `leadline trace`. `everything`: all ways and decisions, not only those that matter. `expand`: the
    reader can unfold, so all of it is inside."""
    shown = decisive(trace)
    blocks: list[Block] = [_verdict(trace, shown)]
    number = trace.branches.index(shown) + 1
    blocks += [
        Heading(Text("The way", "경로"), aside=_which(trace, shown, number)),
        path(trace.flow, shown),
        *_noticed(shown),
        *_causes(trace.causes),
        *_ways(trace, everything=everything or expand),
        *_decisions(shown, everything=everything, folded=not everything and not expand),
    ]
    if expand:
        blocks += _unfolded(trace)
    if trace.notes:
        blocks += [Heading(Text("Notes", "참고")), *(Paragraph(each) for each in trace.notes)]
    return Document(_title(trace, shown), tuple(blocks), lambda: record(trace))


def decisive(trace: Trace) -> Branch:
    """The branch that is shown: the likeliest that does not get through, else the likeliest and longest."""
    failing = [each for each in trace.branches if each.ends.disposition != "delivered"]
    known = [each for each in failing if each.ends.disposition != "insufficient-information"]
    return max(
        known or failing or trace.branches,
        key=lambda each: (round(each.probability or 0, 6), len(each.request.hops)),
    )


def _title(trace: Trace, shown: Branch) -> Text:
    flow, ways = target(trace.flow), len(trace.branches)
    if trace.delivered:
        if ways == 1:
            return Text("{flow}: delivered", "{flow}: 도달").fill(flow=flow)
        return Text("{flow}: delivered, {n} ways", "{flow}: 도달, 경로 {n}개").fill(flow=flow, n=count(ways))
    what = DISPOSITIONS[shown.ends.disposition]
    if shown.direction == "reply":
        what = Text("the answer is lost, {why}", "응답이 돌아오지 못함, {why}").fill(why=what)
    at = where(shown.ends.at, shown.ends.place)
    if shown.ends.disposition == "insufficient-information":
        return Text("{flow}: cannot be told", "{flow}: 판단할 수 없음").fill(flow=flow)
    lost = sum(each.ends.disposition != "delivered" for each in trace.branches)
    if lost < ways:
        partly = Text(
            "{flow}: {lost} of {n} ways fail: {what} at {at}",
            "{flow}: 경로 {n}개 중 {lost}개 실패: {at}에서 {what}",
        )
        return partly.fill(flow=flow, lost=count(lost), n=count(ways), what=what, at=at)
    return Text("{flow}: {what} at {at}", "{flow}: {at}에서 {what}").fill(flow=flow, what=what, at=at)


def _verdict(trace: Trace, shown: Branch) -> Callout:
    if trace.delivered:
        if len(trace.branches) == 1:
            arrives = Text("It arrives, and the answer comes back.", "패킷이 도달하고 응답도 돌아옵니다.")
            return Callout(
                "good", arrives if shown.reply is not None else Text("It arrives.", "패킷이 도달합니다.")
            )
        every = Text(
            "It arrives whichever of {n} ways it goes, and the answer comes back.",
            "{n}개 경로 어느 쪽으로 가도 도달하며 응답도 돌아옵니다.",
        )
        return Callout("good", every.fill(n=count(len(trace.branches))))
    unknown = shown.ends.disposition == "insufficient-information"
    return Callout("warn" if unknown else "bad", shown.ends.why)


def _which(trace: Trace, shown: Branch, number: int) -> Text | None:
    if len(trace.branches) == 1:
        return same(trace.service) if trace.service else None
    said = Text("{n} of {all}, {chance}", "{all}개 중 {n}번째, {chance}").fill(
        n=number, all=count(len(trace.branches)), chance=chance(shown)
    )
    to = f" → {shown.endpoint}" if shown.endpoint else ""
    return Text(said.en + to, said.ko + to)


def _noticed(shown: Branch) -> list[Block]:
    if shown.ends.disposition == "delivered" or shown.ends.noticed == "unknown":
        return []
    said = Text("The sender sees: {seen}.", "보낸 쪽이 받는 결과: {seen}.")
    return [Paragraph(said.fill(seen=NOTICED[shown.ends.noticed]))]


def _causes(causes: Sequence[Cause]) -> Iterator[Block]:
    if not causes:
        return
    yield Heading(Text("Cause", "원인") if len(causes) == 1 else Text("Causes", "원인"))
    for each in causes:
        yield from told(each)


def _ways(trace: Trace, *, everything: bool) -> Iterator[Block]:
    branches = trace.branches
    if len(branches) == 1 and not branches[0].conditions:
        return
    yield Heading(Text("Ways", "가능한 경로"), aside=same(count(len(branches))))
    columns = [
        Column(same("#"), "number"),
        Column(Text("chance", "확률"), "value"),
        Column(Text("sent to", "목적지"), "name"),
        Column(Text("ends at", "끝나는 곳"), "value"),
        Column(Text("outcome", "결과")),
    ]
    rows: list[tuple[Cell, ...]] = []
    order = list(enumerate(branches, 1))
    if not everything and len(order) > _WAYS_SHOWN:
        order.sort(key=lambda each: each[1].ends.disposition == "delivered")
    for number, each in order if everything else order[:_WAYS_SHOWN]:
        at = where(each.request.at, each.request.place)
        rows.append((number, chance(each), each.endpoint or None, at, _outcome(each)))
    if not any(row[2] for row in rows):
        columns.pop(2)
        rows = [row[:2] + row[3:] for row in rows]
    yield Table(tuple(columns), tuple(rows))
    if len(rows) < len(branches):
        more = Text("{n} more ways; --all shows them", "경로 {n}개 더 있음(--all로 표시)")
        yield Paragraph(more.fill(n=count(len(branches) - len(rows))))
    conditions = [(number, text) for number, each in order for text in each.conditions]
    if conditions:
        yield Items(
            tuple(
                Item(Text("way {n} is taken where", "경로 {n}의 조건").fill(n=number), (Point(text),))
                for number, text in conditions
            )
        )


def _outcome(branch: Branch) -> Tag:
    tones: dict[Disposition, Tone] = {"delivered": "good", "insufficient-information": "warn"}
    return Tag(outcome(branch), tones.get(branch.ends.disposition, "bad"))


def _decisions(shown: Branch, *, everything: bool, folded: bool) -> Iterator[Block]:
    request = _items(shown.request, everything=everything)
    reply: tuple[Item, ...] = ()
    if shown.reply is not None and (everything or shown.direction == "reply"):
        reply = _items(shown.reply, everything=everything)
    if not request and not reply:
        return
    said = Text("those that matter; --all shows every one", "주요 판단만, --all로 전체 표시")
    yield Heading(Text("Decisions", "커널의 판단"), aside=said if folded else None)
    if request:
        yield Items(request)
    if reply:
        yield Heading(Text("of the answer", "응답"), 3)
        yield Items(reply)


def _items(way: Way, *, everything: bool) -> tuple[Item, ...]:
    items = [_hop(hop, way, everything=everything) for hop in way.hops]
    if way.decisive is not None and not any(way.decisive in hop.decisions for hop in way.hops):
        items.append(Item(here(way), (_point(way.decisive, way),)))
    return tuple(each for each in items if each is not None)


def _hop(hop: Hop, way: Way, *, everything: bool) -> Item | None:
    kept = [each for each in hop.decisions if everything or _matters(each, way)]
    if not kept:
        return None
    tags = [Tag(same(hop.host), "dim")] if hop.place else []
    return Item(here(hop), tuple(_point(each, way) for each in kept), tuple(tags))


def _matters(decision: Decision, way: Way) -> bool:
    if decision == way.decisive or decision.kind in _MATTER:
        return True
    first = decision.verdict.partition(" ")[0]
    policy = decision.chain is not None and decision.chain[3] < 0
    return decision.kind == "rule" and first not in _PASSING and not (policy and first == "accept")


def _point(decision: Decision, way: Way) -> Point:
    stage = decision.stage
    if decision.chain is not None:
        stage += f" {decision.chain[1]}/{decision.chain[2]}"
    mark = "✗ " if decision == way.decisive else ""
    said = Text("{mark}{stage}: {said}", "{mark}{stage}: {said}").fill(
        mark=mark, stage=stage, said=decision.said
    )
    return Point(said, (decision.cite,) if decision.cite else ())


def _unfolded(trace: Trace) -> Iterator[Block]:
    """Every way with its picture and every decision, to be unfolded."""
    many = len(trace.branches) > 1
    title = Text("Every way, every decision", "모든 경로와 모든 판단")
    yield Heading(title if many else Text("Every decision", "모든 판단"))
    for number, each in enumerate(trace.branches, 1):
        one = Text("decisions, way {n} ({chance})", "개 판단, 경로 {n}({chance})")
        title = one.fill(n=number, chance=chance(each)) if many else Text("decisions", "개 판단")
        inside = (path(trace.flow, each),) if many and number <= _PICTURES else ()
        endpoint = (Tag(same(each.endpoint), "plain"),) if each.endpoint else ()
        tags = (*endpoint, _outcome(each))
        hops = [*each.request.hops, *(each.reply.hops if each.reply is not None else ())]
        decided = sum(len(hop.decisions) for hop in hops)
        decisions = tuple(_decisions(each, everything=True, folded=False))
        if inside or decisions:
            yield Fold(title, decided, tags=tags, blocks=(*inside, *decisions))
