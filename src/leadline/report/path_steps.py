"""The numbered steps of a Course, as its picture marks them and its legend tells them."""

from collections.abc import Iterator

import msgspec

from leadline.base.text import Lang, Text
from leadline.report.cells import word
from leadline.report.document import Act, Course, Leg

ANSWER = Text("The answer", "응답")
ALIKE = Text("The answer comes back the same way.", "응답은 같은 경로로 되돌아옵니다.")


class Step(msgspec.Struct, frozen=True):
    """One step: an act at a station, or the leg behind it."""

    number: int
    station: int
    act: Act | None = None
    leg: Leg | None = None

    def told(self, lang: Lang) -> tuple[str, str]:
        """What happens, and the packet or the line that it is about."""
        if self.act is not None:
            return word(self.act.label, lang), word(self.act.text, lang)
        if self.leg is None:
            return "", ""
        packet = word(self.leg.packet, lang) + f"  {word(self.leg.note, lang)}"
        return word(
            self.leg.text, lang
        ), f"{word(self.leg.outer, lang)} | {packet}" if self.leg.outer else packet


def steps(course: Course) -> Iterator[Step]:
    """The steps in order, from 1."""
    number = 0
    for place, station in enumerate(course.stations):
        for act in station.acts:
            number += 1
            yield Step(number, place, act=act)
        if place < len(course.legs):
            number += 1
            yield Step(number, place, leg=course.legs[place])
