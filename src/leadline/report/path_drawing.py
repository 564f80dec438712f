"""A Passage in box-drawing characters: one line from top to bottom through boxes, with a stop for every interface."""

from collections.abc import Iterator
from itertools import groupby

from rich.cells import cell_len

from leadline.base.text import Lang, Text
from leadline.report.cells import word
from leadline.report.document import Course, Leg, Passage, Station, Stop
from leadline.report.drawing import Spans
from leadline.report.layout import wrap
from leadline.report.path_steps import ALIKE, ANSWER

_LINE, _PIPE = "│", "║"
_STOPS = {"port": "○", "uplink": "○", "inner": "○", "tunnel": "◎"}
_ENDS = {"good": "✓", "bad": "✗"}
_LEAST, _MOST = 30, 92
_RAIL = 6
"""Column of the packet's line, counted from the picture's left edge; boxes within boxes leave it where it is."""


def draw(path: Passage, lang: Lang, width: int) -> Iterator[Spans]:
    """The lines of the picture, none wider than `width` cells."""
    yield from _Drawing(path.course, lang, width).lines()
    if path.answer is None:
        return
    yield []
    if path.alike:
        yield [(ALIKE[lang], "dim")]
        return
    yield [(ANSWER[lang], "bold")]
    yield from _Drawing(path.answer, lang, width).lines()


class _Drawing:
    """One Course. Every line is (what stands right of the packet's line, its sign, its tone)."""

    def __init__(self, course: Course, lang: Lang, width: int) -> None:
        self.course = course
        self.lang: Lang = lang
        self.room = max(_LEAST, min(width, _MOST, self._needed() + _RAIL + 7))
        self.tone = "note" if course.end.tone == "good" else "warn"

    def _needed(self) -> int:
        """How many cells the longest text beside the line takes, not counting the last sentence, which folds."""
        said = [f"{word(leg.packet, self.lang)}  {leg.note[self.lang]}" for leg in self.course.legs]
        for station in self.course.stations:
            note = station.note[self.lang] if station.note is not None else ""
            said += [f"{word(stop.name, self.lang)}  {note}" for stop in station.stops]
            said += [f"{act.label[self.lang]}  {word(act.text, self.lang)}" for act in station.acts]
            said += [station.machine, word(station.name, self.lang)]
        return max(60, *map(cell_len, said)) + 4

    def lines(self) -> Iterator[Spans]:
        place = 0
        for machine, group in groupby(self.course.stations, key=lambda each: each.machine):
            members = list(group)
            if machine:
                yield from self._machine(machine, members, place)
            else:
                for each in members:
                    yield from self._world(each, place)
            place += len(members)
            if place < len(self.course.stations):
                yield from self._leg(self.course.legs[place - 1], "", "")

    def _machine(self, name: str, members: list[Station], place: int) -> Iterator[Spans]:
        yield self._edge("┌", "┐", word(name, self.lang), place > 0 and self._sign(place - 1), "", "")
        for each in members:
            left, right = "│ ", " │"
            if each.name:
                yield self._edge(
                    "┌", "┐", word(each.name, self.lang), place > 0 and self._sign(place - 1), left, right
                )
                yield from self._station(each, place, left + "│ ", " │" + right)
                out = place < len(self.course.legs) and self._sign(place)
                yield self._edge("└", "┘", "", out, left, right)
            else:
                yield from self._station(each, place, left, right)
            place += 1
            if place < len(self.course.stations) and each is not members[-1]:
                yield from self._leg(self.course.legs[place - 1], left, right)
        yield self._edge("└", "┘", "", place - 1 < len(self.course.legs) and self._sign(place - 1), "", "")

    def _station(self, station: Station, place: int, left: str, right: str) -> Iterator[Spans]:
        first, last = place == 0, place == len(self.course.stations) - 1
        sign = self._sign(place - 1) if place else _LINE
        for number, stop in enumerate(station.stops):
            mark = "●" if first and not number else _STOPS[stop.kind]
            yield from self._stop(mark, stop, station.note if not number else None, left, right)
            if stop.kind == "tunnel":
                leaves = number >= len(station.stops) // 2
                sign = _PIPE if leaves and not last and self.course.legs[place].outer else _LINE
            for act in station.acts:
                if act.stop == number:
                    label, text = act.label[self.lang], word(act.text, self.lang)
                    yield from self._said(sign, label, text, act.tone, left, right)
        if not station.stops and station.note is not None:
            yield from self._said("●" if first else sign, "", station.note[self.lang], "plain", left, right)
        if last:
            end = self.course.end
            yield from self._said(
                _ENDS.get(end.tone, "?"), "", end.text[self.lang], end.tone, left, right, end.tone
            )

    def _stop(self, mark: str, stop: Stop, note: Text | None, left: str, right: str) -> Iterator[Spans]:
        name = word(stop.name, self.lang)
        said = "  ".join(
            filter(None, (word(stop.note, self.lang), note[self.lang] if note is not None else ""))
        )
        fits = cell_len(name) + 2 + cell_len(said) <= self._inner(right)
        for number, line in enumerate(wrap(name, self._inner(right))):
            aside = f"  {said}" if said and fits else ""
            yield self._row(mark if not number else _LINE, [(line, "bold"), (aside, "dim")], left, right)
        if said and not fits:
            yield from self._said(_LINE, "", said, "dim", left, right)

    def _world(self, station: Station, place: int) -> Iterator[Spans]:
        first, last = place == 0, place == len(self.course.stations) - 1
        end = self.course.end
        mark = "●" if first else _ENDS.get(end.tone, "?") if last else "○"
        yield self._row(mark, [(word(station.name, self.lang), "bold")], "", "")
        if last:
            sign = _ENDS.get(end.tone, "?") if first else " "
            yield from self._said(sign, "", end.text[self.lang], end.tone, "", "", end.tone)

    def _leg(self, leg: Leg, left: str, right: str) -> Iterator[Spans]:
        sign = _PIPE if leg.outer else _LINE
        if leg.outer:
            yield from self._said(sign, "", word(leg.outer, self.lang), "warn", left, right)
        packet, note = word(leg.packet, self.lang), leg.note[self.lang]
        if cell_len(packet) + cell_len(note) + 2 <= self._inner(right) - 2:
            yield self._row(sign, [("  ", "plain"), (packet, "plain"), (f"  {note}", "dim")], left, right)
            return
        for text, tone in ((packet, "plain"), (note, "dim")):
            yield from self._said(sign, "", text, tone, left, right)

    def _sign(self, leg: int) -> str:
        return _PIPE if self.course.legs[leg].outer else _LINE

    def _inner(self, right: str) -> int:
        return self.room - _RAIL - 2 - cell_len(right)

    def _said(
        self, sign: str, label: str, text: str, tone: str, left: str, right: str, mark: str = ""
    ) -> Iterator[Spans]:
        """A text beside the line, folded; `label` before it."""
        before = "" if sign in _ENDS.values() or sign == "?" else "  "
        head = f"{before}{label}  " if label else before
        room = self._inner(right) - cell_len(head)
        if room < 12:
            yield self._row(sign, [(head.rstrip(), "note")], left, right, mark)
            head, room = before, self._inner(right) - cell_len(before)
        for number, line in enumerate(wrap(text, room)):
            lead = head if not number else " " * cell_len(head)
            beside = sign if not number or not mark else " "
            yield self._row(beside, [(lead, "note"), (line, tone)], left, right, mark)

    def _row(self, sign: str, said: Spans, left: str, right: str, mark: str = "") -> Spans:
        used = sum(cell_len(text) for text, _ in said)
        tone = mark or ("bad" if sign == _ENDS["bad"] else "warn" if sign == _PIPE else self.tone)
        pad = " " * (self._inner(right) - used) if right else ""
        return [
            (left + " " * (_RAIL - cell_len(left)), "plain"),
            (sign, tone),
            (" ", "plain"),
            *said,
            (pad + right, "plain"),
        ]

    def _edge(self, begin: str, end: str, name: str, crossed: str | bool, left: str, right: str) -> Spans:
        """The top or bottom of a box; the packet's line crosses it where it goes through."""
        here = _RAIL - cell_len(left) - 1
        wide = self.room - cell_len(left) - cell_len(right) - 2
        joint = {_LINE: "┼", _PIPE: "╫"}[crossed] if isinstance(crossed, str) else ""
        before = "─" * here + joint if joint else "─"
        titled = f" {name} " if name else ""
        rest = "─" * (wide - cell_len(before) - cell_len(titled))
        tone = "warn" if crossed == _PIPE else self.tone
        spans: Spans = [(left + begin, "plain")]
        spans += [("─" * here, "plain"), (joint, tone)] if joint else [("─", "plain")]
        return [*spans, (titled, "bold"), (rest + end + right, "plain")]
