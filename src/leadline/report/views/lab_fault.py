"""Faults of a lab → Documents."""

from collections.abc import Collection, Sequence
from typing import Any

from leadline.base.text import Text
from leadline.lab.fault import Fault, Flow
from leadline.report.document import Block, Code, Column, Detail, Document, Item, Items, Point, Table, Tag

_SEEN = {
    "answer": Text("an answer", "응답을 받음"),
    "timeout": Text("silence", "응답 없음(시간 초과)"),
    "refused": Text("connection refused", "연결 거부(connection refused)"),
    "unreachable": Text("no route to host", "호스트에 도달할 수 없음(no route to host)"),
    "too-big": Text("message too long", "메시지가 너무 큼(message too long)"),
}
_INJECTED = Tag(Text("injected", "주입됨"), "warn")


def listed(faults: Sequence[Fault], injected: Collection[str]) -> Document:
    """Every fault, and which of them the lab has now."""
    columns = (
        Column(Text("fault", "장애"), "name"),
        Column(Text("what is wrong", "내용"), "text"),
        Column(Text("what people see", "증상"), "text"),
        Column(Text("now", "현재"), "text"),
    )
    rows = tuple(
        (each.name, each.title, each.symptom, _INJECTED if each.name in injected else None) for each in faults
    )
    title = Text("{n} faults", "장애 {n}가지").fill(n=len(faults))
    return Document(title, (Table(columns, rows),), lambda: _record(faults, injected))


def injected(fault: Fault, lab: str) -> Document:
    """What is wrong now, how it shows, and how it is taken back."""
    named = "" if lab == "lab" else f" --name {lab}"
    details = [
        Detail(Text("try", "확인"), (_flow(fault.flow),)),
        Detail(Text("seen then", "보이는 것"), (_SEEN[fault.expected.seen],)),
        Detail(Text("met", "실제 사례"), (fault.met,)),
    ]
    blocks: list[Block] = [
        Items(
            (Item(fault.title, (Point(fault.description),), follows=fault.symptom, details=tuple(details)),)
        )
    ]
    commands = [f"leadline lab fault recover{named} {fault.name}"]
    if tried := _tried(fault.flow):
        commands.insert(0, f"leadline lab exec{named} {fault.flow.source} -- {tried}")
    blocks.append(Code("\n".join(commands)))
    title = Text("Fault {name} is injected into lab {lab}", "{lab} 랩에 {name} 장애를 주입했습니다")
    return Document(
        title.fill(name=fault.name, lab=lab), tuple(blocks), lambda: _record([fault], [fault.name])
    )


def _tried(flow: Flow) -> str:
    """A command that sends what the flow sends; empty where no usual program does."""
    if flow.protocol == "tcp":
        return f"curl -sS -m 3 http://{flow.destination}:{flow.port}/"
    # an echo request has as much header as a datagram has
    return f"ping -c 1 -W 2 -M do -s {flow.size} {flow.destination}" if flow.df else ""


def _flow(flow: Flow) -> Text:
    large = f", {flow.size} B" + (", DF" if flow.df else "") if flow.protocol == "udp" else ""
    return Text(
        "{source} to {destination}, port {port}/{protocol}{large}",
        "{source}에서 {destination} 포트 {port}/{protocol}{large}",
    ).fill(
        source=flow.source,
        destination=flow.destination,
        port=flow.port,
        protocol=flow.protocol,
        large=large,
    )


def _record(faults: Sequence[Fault], injected: Collection[str]) -> dict[str, Any]:
    """The JSON record `leadline/lab-faults/v1`."""
    return {
        "schema": "leadline/lab-faults/v1",
        "faults": [
            {
                "name": each.name,
                "title": each.title,
                "description": each.description,
                "symptom": each.symptom,
                "met": each.met,
                "flow": each.flow,
                "expected": each.expected,
                "backend": each.backend,
                "proxy": each.proxy,
                "injected": each.name in injected,
            }
            for each in faults
        ],
    }
