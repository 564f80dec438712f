"""One host's recorded texts, parsed when they are asked for."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from leadline.base.errors import ParseError
from leadline.facts.catalogue import notes, sources
from leadline.facts.source import Fact, Parsed, Problem
from leadline.facts.text import decode


class Recorded(msgspec.Struct, frozen=True):
    """A saved text: the `fact` (source's name) it belongs to, its `variant` (the file name without what people add to
    it, so that the same command's texts meet), where it lies, and its bytes."""

    fact: str
    variant: str
    file: str
    raw: bytes


class FileProblem(msgspec.Struct, frozen=True):
    """A Problem with the host and the file it is in."""

    host: str
    file: str
    problem: Problem


class Snapshot:
    """One host at one moment. `taken`: seconds since the epoch, None where the folder does not say."""

    def __init__(
        self,
        host: str,
        recorded: Iterable[Recorded],
        taken: float | None = None,
        problems: Iterable[FileProblem] = (),
    ) -> None:
        self.host = host
        self.taken = taken
        self._problems = list(problems)
        self._recorded: dict[str, list[Recorded]] = {}
        for each in recorded:
            self._recorded.setdefault(each.fact, []).append(each)
        for name, texts in self._recorded.items():
            order = notes()[name].files
            texts.sort(
                key=lambda each: (order.index(each.variant) if each.variant in order else 99, each.variant)
            )
        self._facts: dict[tuple[str, str], Fact | None] = {}
        self._entries: dict[str, Mapping[str, Any]] = {}

    @property
    def problems(self) -> tuple[FileProblem, ...]:
        """What could not be read so far, of all that was asked for."""
        return tuple(self._problems)

    def names(self) -> list[str]:
        """The sources that have a text here."""
        return list(self._recorded)

    def variants(self, name: str) -> list[str]:
        """The texts of one source, the most exact first."""
        return [each.variant for each in self._recorded.get(name, ())]

    def fact(self, name: str, variant: str) -> Fact | None:
        """One text's typed value; None where its parser refused it (then `problems` says why)."""
        if (name, variant) not in self._facts:
            recorded = next(each for each in self._recorded[name] if each.variant == variant)
            self._facts[name, variant] = self._parse(recorded)
        return self._facts[name, variant]

    def entries(self, name: str) -> Mapping[str, Any]:
        """All that is known of one source: the most exact text, joined by others where it is only a part."""
        if name not in self._entries:
            joined: dict[str, Any] = {}
            for variant in self.variants(name):
                fact = self.fact(name, variant)
                if fact is None:
                    continue
                joined = {**fact.entries, **joined}
                if fact.parsed.covers is None:
                    break
            self._entries[name] = joined
        return self._entries[name]

    def _parse(self, recorded: Recorded) -> Fact | None:
        source = sources()[recorded.fact]
        text, doubts = decode(recorded.raw)
        parsed: Parsed | None
        try:
            parsed = source.parse(text)
            problems = doubts + parsed.problems
        except ParseError as error:
            parsed = None
            problems = (*doubts, Problem(error.text, error.line))
        self._problems += [FileProblem(self.host, recorded.file, problem) for problem in problems]
        return None if parsed is None else Fact(source, self.host, recorded.file, text, parsed)
