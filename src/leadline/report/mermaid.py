"""A Passage as Mermaid's sequence diagram, which GitHub and GitLab draw: machines as frames, network namespaces as
participants, what goes between them as arrows."""

import re
from collections.abc import Iterable, Iterator

from leadline.base.text import Lang
from leadline.report.cells import word
from leadline.report.document import Course, Passage, Station
from leadline.report.layout import wrap

# what would end a statement or a text there, or begin markup; `#` begins their own entities
_SPECIAL = re.compile(r"[#;<>\"`%{}\\|&*_~]")
_SIGN = {"good": "✓", "bad": "✗", "warn": "?"}
_END = "<br/>"
_WIDE = 60


def mermaid(passage: Passage, lang: Lang) -> Iterator[str]:
    """The lines of the diagram. Every name in it is escaped."""
    courses = [passage.course, *([passage.answer] if passage.answer is not None else [])]
    names: dict[str, dict[str, str]] = {}
    for course in courses:
        for station in course.stations:
            inside = names.setdefault(station.machine, {})
            inside.setdefault(_name(station, lang), f"p{sum(map(len, names.values()))}")
    yield "sequenceDiagram"
    yield "  autonumber"
    for machine, inside in names.items():
        if machine:
            yield f"  box transparent {_safe(machine, lang)}"
        for name, alias in inside.items():
            yield f"  participant {alias} as {_safe(name, lang)}"
        if machine:
            yield "  end"
    for number, course in enumerate(courses):
        yield from _course(course, names, lang, answer=number > 0)


def _name(station: Station, lang: Lang) -> str:
    return word(station.name or station.machine, lang)


def _course(course: Course, names: dict[str, dict[str, str]], lang: Lang, *, answer: bool) -> Iterator[str]:
    aliases = [names[each.machine][_name(each, lang)] for each in course.stations]
    for place, station in enumerate(course.stations):
        if not answer:
            yield from _note(station, aliases[place], lang)
        if place < len(course.legs):
            leg = course.legs[place]
            said = [leg.outer, f"{leg.packet} {leg.note[lang]}"] if leg.outer and not answer else [leg.packet]
            arrow = "-->>" if answer else "->>"
            yield f"  {aliases[place]}{arrow}{aliases[place + 1]}: {_folded(said, lang)}"
    tone = course.end.tone
    if answer and tone == "good":
        return
    end = f"{_SIGN.get(tone, '?')} {course.end.text[lang]}"
    yield f"  Note over {aliases[-1]}: {_folded([end], lang)}"


def _note(station: Station, alias: str, lang: Lang) -> Iterator[str]:
    """The interfaces in order, and what is done behind them."""
    lines = [" → ".join(stop.name for stop in station.stops)] if len(station.stops) > 1 else []
    lines += [f"{act.label[lang]} {word(act.text, lang)}".strip() for act in station.acts]
    if lines:
        yield f"  Note over {alias}: {_folded(lines, lang)}"


def _folded(texts: Iterable[str], lang: Lang) -> str:
    """Lines of one note or arrow, none too long for it."""
    lines = [line for text in texts for line in wrap(word(text, lang), _WIDE)]
    return _END.join(_safe(line, lang) for line in lines)


def _safe(text: str, lang: Lang) -> str:
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", word(text, lang))
