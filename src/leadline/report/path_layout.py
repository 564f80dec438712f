"""Where everything of a Passage stands in its picture: machines side by side, pods above, interfaces below them."""

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from leadline.base.text import Text
from leadline.report.document import Course, Passage, Station, Stop
from leadline.report.path_steps import Step, steps

# All in SVG's user units.
MARGIN, GAP = 12, 52
COLUMN, LANE = 380, 21
LANES = 2
INSET, BETWEEN = 14, 10
POD, PORT, BAR = 66, 26, 34
TITLE, SPACE, ROW = 40, 30, 19
BUS = 40

Point = tuple[float, float]


class Box(msgspec.Struct):
    """A machine in the picture. `pods`: by name, with the interface that is theirs and the machine's end of it; `bars`:
    its other interfaces from top to bottom. `acts`: the steps that are told below (True) or above a bar."""

    name: str | Text
    pods: dict[str, tuple[str, str]] = {}
    bars: dict[str, Stop] = {}
    acts: dict[tuple[str, bool], list[Step]] = {}
    lanes: dict[str, int] = {}
    reserved: int = LANES
    world: bool = False
    x: float = 0
    y: float = 0
    high: float = 0

    @property
    def across(self) -> float:
        """How wide one column is."""
        return COLUMN + LANE * (self.reserved - LANES)

    @property
    def wide(self) -> float:
        if self.world:
            return 132
        columns = max(1, len(self.pods))
        return INSET * 2 + columns * (self.across + BETWEEN) - BETWEEN

    @property
    def label(self) -> float:
        """How far right of a column's edge names begin: right of every lane."""
        return 22 + LANE * self.reserved

    def column(self, pod: str) -> float:
        """The left edge of a pod's column."""
        place = list(self.pods).index(pod) if pod in self.pods else 0
        return self.x + (24 if self.world else INSET + place * (self.across + BETWEEN))

    def lane(self, pod: str) -> float:
        """A new line through a column."""
        column = pod if pod in self.pods else next(iter(self.pods), "")
        taken = self.lanes.get(column, 0)
        self.lanes[column] = taken + 1
        return self.column(pod) + 18 + taken * LANE

    def measure(self) -> None:
        """Sets the height."""
        empty = not self.pods and not self.bars
        self.high = 64 if self.world or empty else self.bar(None) + 12

    def inside(self) -> float:
        """Where a packet is in a machine that shows no interface which it passes: at its end of a pod's pair, else below
        its name."""
        return self.y + (self.port_top() + PORT / 2 if self.pods else self.high / 2 + 8)

    def pod_top(self) -> float:
        return TITLE

    def port_top(self) -> float:
        return TITLE + POD + SPACE

    def bar(self, name: str | None) -> float:
        """The top of a bar, from the machine's own; of None, the bottom of all."""
        y: float = TITLE
        if self.pods:
            y = self.port_top() + (PORT if any(port for _, port in self.pods.values()) else -SPACE)
            y += SPACE if self.bars else 0
        for position, each in enumerate(self.bars):
            y += ROW * len(self.acts.get((each, False), ()))
            if each == name:
                return y
            y += BAR + ROW * len(self.acts.get((each, True), ()))
            if position < len(self.bars) - 1:
                y += 22
        return y


class Drawn(msgspec.Struct):
    """One Course on the sheet: its points, where its legs' numbers stand, and its pipes (from, to, y, what)."""

    course: Course
    points: list[Point] = []
    marks: list[tuple[Step, Point]] = []
    pipes: list[tuple[float, float, float, str]] = []
    hit: str = ""


class Sheet:
    """The whole picture: `boxes` by machine, the request's and the answer's way through them."""

    def __init__(self, path: Passage) -> None:
        self.boxes: dict[str, Box] = {}
        courses = [path.course] + ([path.answer] if path.answer is not None else [])
        for number, course in enumerate(courses):
            self._place(course, told=number == 0)
        self.buses, self.bottom = 0, 0.0
        for number, course in enumerate(
            courses
        ):  # only to count the lanes, which machines are to have room for
            self._way(course, answer=number > 0)
        for box in self.boxes.values():
            box.reserved = max(LANES, *box.lanes.values(), 0)
            box.lanes = {}
            box.measure()
        tallest = max((box.high for box in self.boxes.values()), default=0)
        x: float = MARGIN
        for box in self.boxes.values():
            box.x, box.y = x, MARGIN + tallest - box.high
            x += box.wide + GAP
        self.wide = x - GAP + MARGIN
        self.bottom = MARGIN + tallest
        self.buses = 0
        self.ways = [self._way(course, answer=number > 0) for number, course in enumerate(courses)]
        self.high = self.bottom + (BUS * self.buses + 16 if self.buses else MARGIN)

    def _place(self, course: Course, *, told: bool) -> None:
        """Makes room for what a course passes."""
        for before, station, after in _around(course.stations):
            title = station.machine or station.name
            box = self.boxes.setdefault(key(station), Box(title, world=not station.machine))
            if station.name and not box.world:
                known = box.pods.get(str(station.name), ("", ""))
                own = station.stops[0].name if station.stops else known[0]
                box.pods[str(station.name)] = (own, known[1])
            elif not box.world:
                bars = list(station.stops)
                for stop, other in ((0, before), (-1, after)):
                    if other is not None and other.name and other.machine == station.machine and bars:
                        own = box.pods.get(str(other.name), (other.stops[0].name if other.stops else "", ""))[
                            0
                        ]
                        box.pods[str(other.name)] = (own, bars[stop].name)
                        bars.pop(stop)
                came = before is not None and before.machine == station.machine and bool(before.name)
                self._bars(box, bars, down=came)
        if told:
            for step in steps(course):
                self._tell(course, step)

    def _bars(self, box: Box, stops: list[Stop], *, down: bool) -> None:
        order = list(dict.fromkeys(each.name for each in stops))
        order = order if down else order[::-1]
        merged = list(box.bars)
        for position, name in enumerate(order):
            if name not in merged:
                behind = next(
                    (merged.index(each) for each in order[position + 1 :] if each in merged), len(merged)
                )
                merged.insert(behind, name)
        known = {**{each.name: each for each in stops}, **box.bars}
        box.bars = {name: known[name] for name in merged}

    def _tell(self, course: Course, step: Step) -> None:
        """Puts an act beside the bar where it is done, on the side that the packet goes on to."""
        if step.act is None:
            return
        station = course.stations[step.station]
        box = self.boxes[key(station)]
        name = station.stops[step.act.stop].name
        if name not in box.bars:
            names = [each.name for each in station.stops if each.name in box.bars]
            if not names:
                return
            name = names[0] if step.act.stop == 0 else names[-1]
        before = course.stations[step.station - 1] if step.station else None
        down = before is not None and bool(before.name) and before.machine == station.machine
        if not down and step.act.stop > 0 and list(box.bars).index(name) == 0:
            after = course.stations[step.station + 1 : step.station + 2]
            down = not (after and after[0].machine == station.machine)  # it turns here and goes down again
        box.acts.setdefault((name, down), []).append(step)

    def _way(self, course: Course, *, answer: bool) -> Drawn:
        drawn = Drawn(course)
        legs = {step.station: step for step in steps(course) if step.leg is not None}
        stations = course.stations
        x = 0.0
        for place, (before, station, after) in enumerate(_around(stations)):
            box = self.boxes[key(station)]
            crossed = before is None or key(before) != key(station)
            if crossed:
                towards = after if after is not None and after.machine == station.machine else None
                pod = str(station.name or (towards.name if towards is not None else ""))
                new = box.lane(pod)
                if before is not None:
                    self._cross(drawn, legs[place - 1], x, new)
                x = new
            if station.name or box.world:
                drawn.points.append((x, box.inside() if box.world else box.y + box.pod_top() + POD - 19))
                drawn.hit = str(station.name)
                if after is not None and after.machine == station.machine:
                    drawn.marks.append((legs[place], (x, box.y + TITLE + POD + SPACE / 2)))
                continue
            came_by_pod = not crossed
            goes_to_pod = after is not None and after.machine == station.machine and bool(after.name)
            names = [each.name for each in station.stops if each.name in box.bars]
            heights = [box.y + box.bar(name) + BAR / 2 for name in names]
            if after is None:
                y = heights[-1] if heights else box.inside()
                drawn.points.append((x, y))
                drawn.hit = names[-1] if names else ""
            elif came_by_pod and goes_to_pod:
                y = max(heights, default=box.inside()) + (6 if answer else -6)
                new = box.lane(str(after.name))
                drawn.points += [(x, y), (new, y)]
                x = new
                drawn.marks.append((legs[place], (x, box.y + TITLE + POD + SPACE / 2)))
            elif goes_to_pod:
                drawn.marks.append((legs[place], (x, box.y + TITLE + POD + SPACE / 2)))
            elif crossed:
                y = min(heights, default=box.inside())
                new = box.lane("")
                drawn.points += [(x, y), (new, y)]
                x = new
        return drawn

    def _cross(self, drawn: Drawn, step: Step, here: float, there: float) -> None:
        self.buses += 1
        y = self.bottom + BUS * self.buses - 14
        drawn.points += [(here, y), (there, y)]
        drawn.marks.append((step, ((here + there) / 2, y)))
        if step.leg is not None:
            drawn.pipes.append((here, there, y, step.leg.outer))


def key(station: Station) -> str:
    """Which box a station is in: its machine's, or one of what lies outside."""
    return station.machine or str(station.name)


def _around(stations: tuple[Station, ...]) -> Iterator[tuple[Station | None, Station, Station | None]]:
    padded = [None, *stations, None]
    for (before, station), (_, after) in pairwise(pairwise(padded)):
        if station is not None:
            yield before, station, after
