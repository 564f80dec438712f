"""A Diagram in box-drawing characters: machines side by side on one network line, as many as the width takes."""

from collections.abc import Iterator

from rich.cells import cell_len

from leadline.base.text import Lang, Text
from leadline.report.cells import plain
from leadline.report.document import Diagram, Machine
from leadline.report.units import count

Spans = list[tuple[str, str]]
"""Pieces of one line, each with its tone (one of document.Tone, or `bold`)."""

_GAP = 2
_MARKS = {True: ("●", "good"), False: ("✗", "bad")}
_MORE_GUESTS = Text("… {n} more pods", "… 파드 {n}개 더")
_MORE_MACHINES = Text("… and {n} more nodes", "… 그 밖에 노드 {n}개")


def draw(diagram: Diagram, lang: Lang, width: int) -> Iterator[Spans]:
    """The lines of the picture, none wider than `width` cells where one machine fits into it."""
    boxes = [_Box(machine, lang) for machine in diagram.machines]
    inner = max((box.width for box in boxes), default=0)
    across = max(1, (width + _GAP) // (inner + 4 + _GAP))
    rows = [boxes[place : place + across] for place in range(0, len(boxes), across)]
    for row in rows:
        height = max(len(box.lines) for box in row)
        drawn = [box.drawn(inner, height) for box in row]
        for lines in zip(*drawn, strict=True):
            yield [span for place, line in enumerate(lines) for span in _after_gap(place, line)]
        yield from _network(diagram, inner, len(row))
    if diagram.more:
        yield [(_MORE_MACHINES.fill(n=count(diagram.more))[lang], "dim")]


def _after_gap(place: int, line: Spans) -> Spans:
    return [(" " * _GAP, "plain"), *line] if place else line


def _network(diagram: Diagram, inner: int, machines: int) -> Iterator[Spans]:
    """The network's line, with a joint below each machine's uplink, and its name."""
    box = inner + 4
    joint = "═" * (box - 3) + "╧" + "═" * 2
    yield [(("═" * _GAP).join([joint] * machines), "note")]
    name = " ".join(filter(None, (diagram.network.name, diagram.network.address)))
    yield [(plain(name), "note"), (f"  {plain(diagram.network.note)}".rstrip(), "dim")]


class _Box:
    """One machine: its lines of (left part, right part), the right parts in a rail along the right edge."""

    def __init__(self, machine: Machine, lang: Lang) -> None:
        self.machine = machine
        self.lines: list[tuple[Spans, str]] = []
        for place, guest in enumerate(machine.guests):
            mark, tone = _MARKS[guest.alive]
            address = plain(guest.wire.address)
            about: Spans = [(mark, tone), (f" {plain(guest.name)}  {address}", "plain")]
            self.lines.append((about, "│" if place else " "))
            peer = f"  {plain(guest.wire.name)} ── {plain(guest.peer)} ─"
            self.lines.append(([(peer, "dim")], "┤" if place else "┐"))
        if machine.more:
            self.lines.append(([("  " + _MORE_GUESTS.fill(n=count(machine.more))[lang], "dim")], "│"))
        if machine.bridge is not None:
            self.lines.append(([(f"{plain(machine.bridge.name)} {machine.bridge.address} ─", "plain")], "┘"))
        if machine.tunnel is not None:
            self.lines.append(([(f"{plain(machine.tunnel.name)} {machine.tunnel.address} ─", "plain")], "┐"))
        uplink = f"{plain(machine.uplink.name)} {machine.uplink.address} ─"
        self.lines.append(([(uplink, "plain")], "┐" if machine.tunnel is None else "┤"))
        title = cell_len(plain(machine.name)) + 2
        self.width = max([title, *(sum(cell_len(text) for text, _ in left) + 1 for left, _ in self.lines)])

    def drawn(self, inner: int, height: int) -> Iterator[Spans]:
        """The box with room for `inner` cells and `height` lines; what is not needed stays empty at the top."""
        mark, tone = _MARKS[self.machine.alive]
        name = plain(self.machine.name)
        yield [
            ("┌ ", "plain"),
            (mark, tone),
            (f" {name} ", "bold"),
            ("─" * (inner - cell_len(name) - 2) + "┐", "plain"),
        ]
        for _ in range(height - len(self.lines)):
            yield [(f"│ {' ' * inner} │", "plain")]
        for left, rail in self.lines:
            used = sum(cell_len(text) for text, _ in left)
            joined = "─" if left[-1][0].endswith("─") else " "
            tone = left[-1][1] if joined == "─" else "dim"
            yield [("│ ", "plain"), *left, (joined * (inner - used - 1) + rail, tone), (" │", "plain")]
        yield [("└" + "─" * inner + "┼─┘", "plain")]
