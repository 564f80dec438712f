"""One rule of iptables-save text → what is asked of a packet, and what is done to it."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import leadline.network.trace.matches as matches_package
import leadline.network.trace.targets as targets_package
from leadline.base.discovery import discover
from leadline.base.text import Text, same
from leadline.network.packet import network
from leadline.network.sight import Sight, Step, Unknown, Verdict
from leadline.network.trace import protocols
from leadline.network.trace.extension import Last, Match, Option, Target, interface

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')
_ESCAPED = re.compile(r"\\(.)")
_NO_MATCH = Text("the match `-m {name}` is not known", "알지 못하는 매치 `-m {name}`")
_NO_TARGET = Text("the target or chain `{name}` is not known", "알지 못하는 타깃 또는 체인 `{name}`")
_NO_OPTION = Text("`{option}` of `{part}` is not known", "알지 못하는 `{part}`의 옵션 `{option}`")
_UNREAD = Text("`{part}` cannot be read", "`{part}` 해석 불가")

Compiled = tuple[tuple[Step, ...], tuple[Step, ...]]


@cache
def _matches() -> Mapping[str, Match]:
    return {match.name: match for match in discover(matches_package, Match).values()}


@cache
def _targets() -> Mapping[str, Target]:
    return {target.name: target for target in discover(targets_package, Target).values()}


def compiled(text: str, is_chain: Callable[[str], bool]) -> Compiled:
    """A rule's matches and steps, as Rule has them. `is_chain`: whether a name is one of the table's own chains.

    What hangs on chance or on something unrecorded is asked after all matches, and only where the rule's target does
    something. What is not understood is an Unknown in its place.
    """
    rule = _Words(text)
    matches: list[Step] = []
    last: list[Step] = []
    target: Step | None = None
    while rule.more:
        negated = rule.negation()
        word = rule.take()
        if word in ("-j", "-g"):
            target = _target(rule, goto=word == "-g", is_chain=is_chain)
            continue
        try:
            steps = _match(rule) if word == "-m" else _plain(word, rule, negated=negated)
        except (ValueError, KeyError, IndexError):
            rule.to_next_part()
            steps = [_unknown(_UNREAD.fill(part=rule.part()))]
        for step in steps:
            if isinstance(step, Last):
                last.append(step.step)
            else:
                matches.append(step)
    return tuple(matches), (*last, target) if target is not None else ()


class _Words:
    """A rule's words, taken one after the other."""

    def __init__(self, text: str) -> None:
        self._words = _WORD.findall(text)
        self._place = self._begun = 0

    @property
    def more(self) -> bool:
        return self._place < len(self._words)

    def negation(self) -> bool:
        """Takes the `!` that stands next, where one does; a part of the rule begins here."""
        self._begun = self._place
        return self._negation()

    def _negation(self) -> bool:
        found = self.more and self._words[self._place] == "!"
        self._place += found
        return found

    def take(self) -> str:
        """The next word, without its quotes. Raises IndexError where there is none."""
        word: str = self._words[self._place]
        self._place += 1
        return _ESCAPED.sub(r"\1", word[1:-1]) if word.startswith('"') and len(word) > 1 else word

    def options(self, known: Mapping[str, int]) -> list[Option]:
        """All options that follow and are known, with their words."""
        found = []
        while self.more:
            place = self._place
            negated = self._negation()
            count = known.get(self._words[self._place]) if self.more else None
            if count is None:
                self._place = place
                break
            name = self.take()
            found.append(Option(name, tuple(self.take() for _ in range(count)), negated))
        return found

    @property
    def unknown_option(self) -> str:
        """The option that stands next and belongs to no other part of the rule; "" where there is none."""
        rest = [word for word in self._words[self._place : self._place + 2] if word != "!"]
        return rest[0] if rest and rest[0].startswith("--") else ""

    def to_next_part(self) -> None:
        """Passes over what belongs to a match that is not understood."""
        while self.more and self._words[self._place] not in ("-m", "-j", "-g"):
            self._place += 1

    def to_end(self) -> None:
        self._place = len(self._words)

    def part(self) -> str:
        """What was taken since the last part began."""
        return " ".join(self._words[self._begun : self._place])


def _unknown(what: Text) -> Step:
    unknown = Unknown(what)
    return lambda _: unknown


def _match(rule: _Words) -> Sequence[Step | Last]:
    name = rule.take()
    match = _matches().get(name)
    if match is None:
        rule.to_next_part()
        return [_unknown(_NO_MATCH.fill(name=name))]
    steps = match.build(rule.options(match.options))
    if option := rule.unknown_option:
        rule.to_next_part()
        return [*steps, _unknown(_NO_OPTION.fill(option=option, part=f"-m {name}"))]
    return steps


def _plain(word: str, rule: _Words, *, negated: bool) -> Sequence[Step]:
    positive = not negated
    if word == "-f":
        # whole packets are traced: none is a later fragment
        return [lambda _: negated]
    value = rule.take()
    if word in ("-s", "-d"):
        return [_address(value, source=word == "-s", positive=positive)]
    if word in ("-i", "-o"):
        return [_device(value, incoming=word == "-i", positive=positive)]
    if word == "-p":
        return [_protocol(value, positive=positive)]
    raise ValueError(word)


def _address(value: str, *, source: bool, positive: bool) -> Step:
    base, mask = network(value)
    if source:
        return lambda seen: (seen.packet.source & mask == base) is positive
    return lambda seen: (seen.packet.destination & mask == base) is positive


def _device(value: str, *, incoming: bool, positive: bool) -> Step:
    fits = interface(value)
    if incoming:
        return lambda seen: fits(seen.came_in) is positive
    return lambda seen: fits(seen.goes_out) is positive


def _protocol(value: str, *, positive: bool) -> Step:
    wanted = protocols.written(value)
    if wanted is None:
        raise ValueError(value)

    def step(seen: Sight) -> bool:
        return (protocols.of_packet(seen.packet.protocol) == wanted) is positive

    return step


def _target(rule: _Words, *, goto: bool, is_chain: Callable[[str], bool]) -> Step | None:
    name = rule.take() if rule.more else ""
    target = None if goto else _targets().get(name)
    if target is None:
        rule.to_end()
        if not is_chain(name):
            return _unknown(_NO_TARGET.fill(name=same(name)))
        verdict = Verdict(kind="goto" if goto else "jump", chain=name)
        return lambda _: verdict
    try:
        options = rule.options(target.options) if target.options is not None else []
        option = rule.unknown_option if target.options is not None else ""
        step = target.build(options)
    except (ValueError, KeyError, IndexError):
        rule.to_end()
        return _unknown(_UNREAD.fill(part=rule.part()))
    rule.to_end()
    return _unknown(_NO_OPTION.fill(option=option, part=f"-j {name}")) if option else step
