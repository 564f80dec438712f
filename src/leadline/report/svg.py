"""A Diagram as an SVG that stands in a page: its colours are the page's, so it is light or dark with it."""

from collections.abc import Iterator
from html import escape

from leadline.base.text import Lang, Text
from leadline.report.cells import plain
from leadline.report.document import Diagram, Guest, Machine, Wire
from leadline.report.units import count

# All in SVG's user units, which are the page's pixels where there is room.
_ACROSS = 3
_GAP = 24
_MARGIN = 14
_WIDE = 300
_GUEST, _GUEST_HIGH, _ROW = 128, 44, 54
_BAR = _WIDE - 34
_TOP = 38
_PART, _STEP = 42, 60
_BUS = 30
_ROUTES = Text("routes", "라우팅")
_ENCAPSULATES = Text("encapsulates", "캡슐화")
_MORE_GUESTS = Text("… {n} more pods", "… 파드 {n}개 더")
_MORE_MACHINES = Text("… and {n} more nodes", "… 그 밖에 노드 {n}개")


def svg(diagram: Diagram, lang: Lang) -> str:
    """The element; every name in it is escaped."""
    machines = diagram.machines
    rows = [machines[place : place + _ACROSS] for place in range(0, len(machines), _ACROSS)]
    wide = _MARGIN * 2 + min(len(machines), _ACROSS) * (_WIDE + _GAP) - _GAP
    parts: list[str] = []
    top, buses = 2, []
    for row in rows:
        high = max(_height(machine) for machine in row)
        bus = top + high + _BUS
        for place, machine in enumerate(row):
            left = _MARGIN + place * (_WIDE + _GAP)
            below = top + high - _height(machine)
            parts.append(f'<g transform="translate({left} {below})">')
            parts += _machine(machine, bus - below, lang)
            parts.append("</g>")
        parts.append(f'<path class="bus" d="M2 {bus}H{wide - 2}"/>')
        buses.append(bus)
        top = bus + _GAP
    if len(buses) > 1:
        parts.append(f'<path class="bus" d="M2 {buses[0]}V{buses[-1]}"/>')
    network = diagram.network
    named = " ".join(filter(None, (network.name, network.address)))
    parts.append(_text(_MARGIN, top, named, "name") + _text(wide - _MARGIN, top, network.note, "end soft"))
    if diagram.more:
        top += _GAP
        parts.append(_text(_MARGIN, top, _MORE_MACHINES.fill(n=count(diagram.more))[lang], "soft"))
    caption = escape(plain(diagram.caption[lang]))
    return (
        f'<svg class="diagram" viewBox="0 0 {wide} {top + 10}" style="min-width:{wide * 3 // 4}px;max-width:{wide}px" '
        f'role="img" aria-label="{caption}">\n' + "\n".join(parts) + "\n</svg>"
    )


def _height(machine: Machine) -> int:
    guests = len(machine.guests) * _ROW + (_GAP if machine.more else 0)
    parts = [machine.bridge, machine.tunnel, machine.uplink]
    return _TOP + guests + sum(part is not None for part in parts) * _STEP - (_STEP - _PART) + 12


def _machine(machine: Machine, bus: int, lang: Lang) -> Iterator[str]:
    alive = "" if machine.alive else " dead"
    yield f'<rect class="machine{alive}" width="{_WIDE}" height="{_height(machine)}" rx="10"/>'
    yield _text(14, 25, machine.name, f"name{alive}")
    y = _TOP
    for guest in machine.guests:
        yield from _guest(guest, y)
        y += _ROW
    if machine.more:
        yield _text(14, y + 12, _MORE_GUESTS.fill(n=count(machine.more))[lang], "soft")
        y += _GAP
    if machine.bridge is not None:
        if machine.guests:
            yield f'<path class="bridge" d="M{_BAR} {_TOP + _GUEST_HIGH // 2}V{y + 6}"/>'
        yield from _part(machine.bridge, y, "bridge")
        said = _ROUTES[lang]
        yield f'<path class="routed" d="M40 {y + _PART}v{_STEP - _PART}"/>' + _text(
            50, y + _PART + 13, said, "small soft"
        )
        y += _STEP
    if machine.tunnel is not None:
        yield from _part(machine.tunnel, y, "tunnel")
        said = _ENCAPSULATES[lang]
        yield f'<path class="wire" d="M40 {y + _PART}v{_STEP - _PART}"/>' + _text(
            50, y + _PART + 13, said, "small soft"
        )
        y += _STEP
    yield f'<path class="wire" d="M{_WIDE // 2} {y + _PART}V{bus}"/>'
    yield f'<circle class="joint" cx="{_WIDE // 2}" cy="{bus}" r="4"/>'
    yield from _part(machine.uplink, y, "uplink")


def _guest(guest: Guest, y: int) -> Iterator[str]:
    middle = y + _GUEST_HIGH // 2
    alive = "" if guest.alive else " dead"
    yield f'<rect class="guest{alive}" x="14" y="{y}" width="{_GUEST}" height="{_GUEST_HIGH}" rx="6"/>'
    yield _text(24, y + 18, guest.name, f"name{alive}") + _text(24, y + 35, guest.wire.address, "mono")
    yield f'<path class="wire" d="M{14 + _GUEST} {middle}H{_BAR}"/>'
    yield f'<circle class="joint" cx="{14 + _GUEST}" cy="{middle}" r="3.5"/>'
    yield _text(20 + _GUEST, middle - 6, guest.wire.name, "mono small")
    yield f'<circle class="joint" cx="{_BAR}" cy="{middle}" r="3.5"/>'
    yield _text(_BAR - 8, middle + 15, guest.peer, "mono small end")


def _part(wire: Wire, y: int, kind: str) -> Iterator[str]:
    yield f'<rect class="part {kind}" x="14" y="{y}" width="{_WIDE - 28}" height="{_PART}" rx="6"/>'
    yield _text(24, y + 18, wire.name, "name") + _text(_WIDE - 24, y + 18, wire.address, "mono end")
    yield _text(24, y + 34, wire.note, "small soft")


def _text(x: int, y: int, said: str, style: str) -> str:
    return f'<text x="{x}" y="{y}" class="{style}">{escape(plain(said))}</text>' if said else ""
