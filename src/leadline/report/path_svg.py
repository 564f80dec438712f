"""A Passage as an SVG that stands in a page: the packet's way as a thick line with numbered steps through machines, pods
and interfaces, the answer's as a thin one. Its colours are the page's."""

from collections.abc import Iterator
from html import escape

from rich.cells import cell_len

from leadline.base.text import Lang
from leadline.report.cells import plain, word
from leadline.report.document import Passage
from leadline.report.path_layout import BAR, INSET, POD, PORT, ROW, Box, Drawn, Point, Sheet, key
from leadline.report.path_steps import Step

_MARK = {"good": "✓", "bad": "✗", "warn": "?"}
_SIGN_WIDE = 6.4


def svg(path: Passage, lang: Lang) -> str:
    """The element; every name in it is escaped."""
    sheet = Sheet(path)
    parts: list[str] = []
    hit = {(key(each.course.stations[-1]), each.hit) for each in sheet.ways if each.course.end.tone == "bad"}
    for each, box in sheet.boxes.items():
        parts += _box(box, {name for where, name in hit if where == each}, lang)
    for number, drawn in reversed([*enumerate(sheet.ways)]):
        parts += _way(drawn, lang, main=number == 0)
    caption = escape(plain(path.caption[lang]))
    wide, high = round(sheet.wide), round(sheet.high)
    return (
        f'<svg class="diagram path" viewBox="0 0 {wide} {high}" style="min-width:{wide * 3 // 4}px;'
        f'max-width:{wide}px" role="img" aria-label="{caption}">\n' + "\n".join(parts) + "\n</svg>"
    )


def _box(box: Box, hit: set[str], lang: Lang) -> Iterator[str]:
    yield f'<g transform="translate({box.x:g} {box.y:g})">'
    kind = "world" if box.world else "machine"
    yield f'<rect class="{kind}" width="{box.wide:g}" height="{box.high:g}" rx="{32 if box.world else 14}"/>'
    name = word(box.name, lang)
    yield _text(box.wide / 2 if box.world else INSET + 4, 26, name, "name middle" if box.world else "name")
    for pod, (own, port) in box.pods.items():
        left = box.column(pod) - box.x
        failed = " dead" if pod in hit else ""
        yield f'<rect class="guest{failed}" x="{left:g}" y="{box.pod_top():g}" width="{box.across:g}" height="{POD}" rx="9"/>'
        yield _text(left + box.label, box.pod_top() + 22, pod, f"name{failed}")
        if own:
            yield from _part(left + 6, box.pod_top() + POD - 32, 150, PORT, own, "port", left + box.label)
        if port:
            yield from _part(left + 6, box.port_top(), 190, PORT, port, "port", left + box.label)
    for name, stop in box.bars.items():
        top, wide = box.bar(name), box.wide - 2 * INSET
        failed = " dead" if name in hit else ""
        kind = {"inner": "bridge", "tunnel": "tunnel", "uplink": "uplink", "port": "port"}[stop.kind]
        # between columns packets go along the bar: there its name stands at the far end
        label = box.wide - 120 if len(box.pods) > 1 else INSET + box.label
        yield from _part(INSET, top, wide, BAR, name, kind + failed, label)
        above = len(box.acts.get((name, False), ()))
        for place, step in enumerate(box.acts.get((name, False), [])[::-1]):
            yield from _told(step, lang, box, top - ROW * (above - place) + 5)
        for place, step in enumerate(box.acts.get((name, True), [])):
            yield from _told(step, lang, box, top + BAR + ROW * place + 12)
    yield "</g>"


def _part(x: float, y: float, wide: float, high: float, name: str, kind: str, label: float) -> Iterator[str]:
    yield f'<rect class="part {kind}" x="{x:g}" y="{y:g}" width="{wide:g}" height="{high}" rx="6"/>'
    yield _text(label, y + high / 2 + 4.5, name, "name small")


def _told(step: Step, lang: Lang, box: Box, y: float) -> Iterator[str]:
    """An act: its number, its word and what it is about, shortened, for the legend has all of it."""
    label, text = step.told(lang)
    x = INSET + box.label
    yield _circle(step.number, (x + 8, y), "act")
    room = int((box.wide - x - 34) / _SIGN_WIDE - cell_len(label) * 1.15)
    text = text if len(text) <= room else text[: max(0, room - 1)] + "…"
    said = f'<tspan class="said">{escape(plain(label))}</tspan> {escape(plain(text))}'
    yield f'<text x="{x + 22:g}" y="{y + 4:g}" class="mono small">{said}</text>'


def _way(drawn: Drawn, lang: Lang, *, main: bool) -> Iterator[str]:
    kind = "way" if main else "back"
    for here, there, y, outer in drawn.pipes:
        left, right = sorted((here, there))
        if outer:
            yield f'<path class="pipe" d="M{left + 16:g} {y:g}H{right - 16:g}"/>'
            if main:
                yield _text(left + 26, y - 15, outer, "mono small over")
    yield f'<path class="{kind}" d="{_line(drawn.points)}"/>'
    for before, after in zip(drawn.points, drawn.points[1:], strict=False):
        yield from _arrow(before, after, kind)
    if main:
        for step, point in drawn.marks:
            yield _circle(step.number, point, "step")
        if drawn.points:
            x, y = drawn.points[0]
            yield f'<circle class="begin" cx="{x:g}" cy="{y:g}" r="5"/>'
    tone = drawn.course.end.tone
    if drawn.points and (main or tone != "good"):
        x, y = drawn.points[-1]
        yield f'<circle class="end {tone}" cx="{x:g}" cy="{y:g}" r="11"><title>{escape(plain(drawn.course.end.text[lang]))}</title></circle>'
        yield _text(x, y + 5, _MARK.get(tone, ""), f"mark {tone}")


def _line(points: list[Point]) -> str:
    return "".join(f"{'L' if place else 'M'}{x:g} {y:g}" for place, (x, y) in enumerate(points))


def _arrow(before: Point, after: Point, kind: str) -> Iterator[str]:
    """A head in the middle of what is long enough; numbers stand in the middle of level lines."""
    across, down = after[0] - before[0], after[1] - before[1]
    if abs(across) + abs(down) < 60:
        return
    if abs(across) > abs(down):
        x, y, sign = before[0] + across * 0.8, after[1], 1 if across > 0 else -1
        shape = f"M{x:g} {y - 6:g}l{sign * 10} 6l{-sign * 10} 6z"
    else:
        x, y, sign = after[0], before[1] + down * 0.5, 1 if down > 0 else -1
        shape = f"M{x - 6:g} {y:g}l6 {sign * 10}l6 {-sign * 10}z"
    yield f'<path class="head {kind}" d="{shape}"/>'


def _circle(number: int, point: Point, kind: str) -> str:
    x, y = point
    return f'<circle class="{kind}" cx="{x:g}" cy="{y:g}" r="8.5"/>' + _text(
        x, y + 4, str(number), f"number {kind}"
    )


def _text(x: float, y: float, said: str, style: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{style}">{escape(plain(said))}</text>' if said else ""
