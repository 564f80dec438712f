"""A Matrix of who reaches whom → a Document: hosts × hosts, and the fewest causes that explain what does not arrive."""

from collections.abc import Iterator
from typing import Any

from leadline.base.text import Text, same
from leadline.network.pairs import Cell, Matrix
from leadline.report.document import Block, Callout, Column, Detail, Document, Heading, Paragraph, Table, Tag
from leadline.report.document import Cell as Shown
from leadline.report.units import count
from leadline.report.views.trace_causes import told
from leadline.report.views.trace_words import DISPOSITIONS

_ACROSS, _ON_A_PAGE = 8, 60
_LISTED = 30
_FROM = Text("from ↓ to →", "출발 ↓ 도착 →")


def document(matrix: Matrix, *, expand: bool = False) -> Document:
    """The report of `leadline trace --all-pairs`. `expand`: it is a page, which may be wide and long."""
    blocks: list[Block] = [_verdict(matrix)]
    if len(matrix.hosts) <= (_ON_A_PAGE if expand else _ACROSS) and matrix.cells:
        blocks += [Heading(Text("Between hosts", "호스트 사이"), aside=_about(matrix)), _table(matrix)]
    blocks += _causes(matrix)
    blocks += _lost(matrix, every=expand)
    if matrix.notes:
        blocks += [Heading(Text("Notes", "참고")), *(Paragraph(each) for each in matrix.notes)]
    return Document(_title(matrix), tuple(blocks), lambda: record(matrix))


def _title(matrix: Matrix) -> Text:
    lost = matrix.pairs - matrix.delivered
    values = {"n": count(matrix.pairs), "lost": count(lost), "causes": count(len(matrix.causes))}
    if not lost:
        return Text("All {n} pairs of pods reach each other", "파드 {n}쌍 모두 서로 통신합니다").fill(
            **values
        )
    if len(matrix.causes) == 1:
        one = Text("{lost} of {n} pairs of pods fail, for one cause", "파드 {n}쌍 중 {lost}쌍 실패, 원인 1개")
        return one.fill(**values)
    several = Text(
        "{lost} of {n} pairs of pods fail, for {causes} causes",
        "파드 {n}쌍 중 {lost}쌍 실패, 원인 {causes}개",
    )
    return several.fill(**values)


def _verdict(matrix: Matrix) -> Callout:
    if not matrix.pairs:
        return Callout(
            "warn",
            Text(
                "There are no two pods with recorded addresses.", "주소가 기록된 파드가 두 개 이상 없습니다."
            ),
        )
    if matrix.delivered == matrix.pairs:
        return Callout(
            "good",
            Text("Every packet arrives, and so does its answer.", "모든 패킷이 도달하고 응답도 돌아옵니다."),
        )
    if not matrix.causes:
        return Callout(
            "bad", Text("No known cause explains what is lost.", "실패를 설명하는 알려진 원인이 없습니다.")
        )
    return Callout("bad", matrix.causes[0].cause.what)


def _about(matrix: Matrix) -> Text:
    said = Text(
        "pairs that get through, of the largest {protocol} packet; {n} flows followed",
        "통신하는 쌍 / 전체 쌍, 가장 큰 {protocol} 패킷 기준, 추적한 흐름 {n}개",
    )
    port = f" {matrix.port}" if matrix.port else ""
    return said.fill(protocol=matrix.protocol.upper() + port, n=count(matrix.traced))


def _table(matrix: Matrix) -> Table:
    cells = {(each.source, each.destination): each for each in matrix.cells}
    columns = (Column(_FROM, "name"), *(Column(same(host), "value") for host in matrix.hosts))
    rows = tuple(
        (host, *(_cell(matrix, cells.get((host, other))) for other in matrix.hosts)) for host in matrix.hosts
    )
    return Table(columns, rows)


def _cell(matrix: Matrix, cell: Cell | None) -> Shown:
    """`4/4`; behind what is lost the numbers of its causes."""
    if cell is None or not cell.pairs:
        return None
    said = f"{count(cell.delivered)}/{count(cell.pairs)}"
    if cell.delivered == cell.pairs:
        return Tag(same(said), "good")
    numbers = {each.cause.key: number for number, each in enumerate(matrix.causes, 1)}
    why = "".join(f" [{numbers[key]}]" for key in cell.causes if key in numbers)
    return Tag(same(f"✗ {said}{why}"), "bad" if not cell.delivered else "warn")


def _causes(matrix: Matrix) -> Iterator[Block]:
    if not matrix.causes:
        return
    yield Heading(Text("Cause", "원인") if len(matrix.causes) == 1 else Text("Causes", "원인"))
    for number, each in enumerate(matrix.causes, 1):
        stopped = Text("pairs: {n}", "{n}쌍").fill(n=count(each.pairs))
        source, destination = each.example
        options = f" --proto {matrix.protocol}" + (f" --port {matrix.port}" if matrix.port else "")
        command = f"leadline trace {source} {destination}{options}"
        example = Detail(Text("for example", "예"), (command,))
        yield from told(each.cause, number, (Tag(stopped, "bad"),), (example,))


def _lost(matrix: Matrix, *, every: bool) -> Iterator[Block]:
    """What is lost between which hosts, and how it ends."""
    lost = [each for each in matrix.cells if each.delivered < each.pairs]
    if not lost:
        return
    yield Heading(Text("What is lost", "실패한 쌍"), aside=same(count(len(lost))))
    columns = (
        Column(Text("from", "출발"), "name"),
        Column(Text("to", "도착"), "name"),
        Column(Text("lost", "실패"), "number"),
        Column(Text("pairs", "전체"), "number"),
        Column(Text("how it ends", "결과")),
    )
    shown = lost if every else lost[:_LISTED]
    rows = tuple(
        (each.source, each.destination, each.pairs - each.delivered, each.pairs, _ends(each))
        for each in shown
    )
    yield Table(columns, rows)
    if len(shown) < len(lost):
        more = Text("{n} more; -o json has all of them", "{n}개 더 있음(-o json에 모두 있음)")
        yield Paragraph(more.fill(n=count(len(lost) - len(shown))))


def _ends(cell: Cell) -> Text:
    said = [DISPOSITIONS[each] for each in cell.ends]
    return Text(", ".join(each.en for each in said), ", ".join(each.ko for each in said))


def record(matrix: Matrix) -> dict[str, Any]:
    """The JSON record `leadline/trace-pairs/v1`."""
    return {
        "schema": "leadline/trace-pairs/v1",
        "protocol": matrix.protocol,
        "port": matrix.port,
        "pairs": matrix.pairs,
        "delivered": matrix.delivered,
        "traced": matrix.traced,
        "hosts": list(matrix.hosts),
        "cells": list(matrix.cells),
        "causes": [
            {
                "name": each.cause.name,
                "key": each.cause.key,
                "host": each.cause.host,
                "what": each.cause.what,
                "remedy": each.cause.remedy,
                "commands": list(each.cause.commands),
                "evidence": [
                    {"host": host, "fact": fact, "text": text} for host, fact, text in each.cause.evidence
                ],
                "pairs": each.pairs,
                "example": {"source": each.example[0], "destination": each.example[1]},
            }
            for each in matrix.causes
        ],
        "notes": list(matrix.notes),
    }
