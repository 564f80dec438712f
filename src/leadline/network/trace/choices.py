"""Outcomes that nothing recorded decides: a trace is run once for each row of them."""

from collections.abc import Iterator, Sequence
from math import prod

from leadline.base.text import Text

MOST = 4096
"""Ways of one flow that are followed."""


class Choices:
    """The outcomes of one run, in the order they are met: those of `script`, then the first one of each further."""

    def __init__(self, script: Sequence[int] = ()) -> None:
        self._script = tuple(script)
        self._met: list[tuple[int, Sequence[float] | None, int, Text]] = []

    def choose(self, weights: Sequence[float] | None, what: Text, outcomes: int = 2) -> int:
        """One of several outcomes, as Surroundings.choose says; `outcomes`: their number where there are no weights."""
        count = outcomes if weights is None else len(weights)
        place = len(self._met)
        chosen = self._script[place] if place < len(self._script) else 0
        while weights is not None and chosen < count - 1 and weights[chosen] <= 0:
            chosen += 1
        self._met.append((chosen, weights, count, what))
        return chosen

    @property
    def probability(self) -> float | None:
        """Of this row; None where something unrecorded turned out otherwise than it usually does."""
        if self.conditions:
            return None
        return prod(weights[chosen] / sum(weights) for chosen, weights, _, _ in self._met if weights)

    @property
    def conditions(self) -> tuple[Text, ...]:
        """What must be so for this row, of what is not recorded."""
        return tuple(what for chosen, weights, _, what in self._met if weights is None and chosen)

    def others(self) -> Iterator[tuple[int, ...]]:
        """The rows that begin as this one and differ first beyond its script."""
        for place in range(len(self._script), len(self._met)):
            chosen, weights, count, _ = self._met[place]
            for other in range(chosen + 1, count):
                if weights is None or weights[other] > 0:
                    yield (*(met[0] for met in self._met[:place]), other)
