"""The steps of a rule as its words are read."""

from leadline.network.sight import Step
from leadline.network.trace.nftables.expressions import Named
from leadline.network.trace.nftables.words import Words


class Gathered:
    """A rule under way: its words and the steps they have given so far. `settled`: something was set or ended before,
    so that what follows keeps its place."""

    def __init__(self, words: Words, named: Named) -> None:
        self.words = words
        self.named = named
        self.matches: list[Step] = []
        self.steps: list[Step] = []
        self.settled = False

    def match(self, step: Step) -> None:
        (self.steps if self.settled else self.matches).append(step)

    def ask(self, step: Step) -> None:
        """A match that chance or something unrecorded decides: asked behind those that are certain."""
        self.steps.append(step)

    def act(self, step: Step) -> None:
        self.settled = True
        self.steps.append(step)
