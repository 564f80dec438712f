"""Membership in an ipset."""

from collections.abc import Sequence

from leadline.base.text import Text
from leadline.network.sight import Sight, Step, Unknown
from leadline.network.trace.extension import Match, Option

_PLAIN = {"--match-set": 2, "--update-counters": 0, "--update-subcounters": 0}
_OTHERS = {
    "--return-nomatch": 0,
    "--packets-eq": 1,
    "--packets-lt": 1,
    "--packets-gt": 1,
    "--bytes-eq": 1,
    "--bytes-lt": 1,
    "--bytes-gt": 1,
}
_OPTION = Text("the match `-m set {option}` is not traced", "`-m set {option}` 매치는 추적하지 않습니다")


def _member(option: Option) -> Step:
    name, written = option.values
    directions = tuple(written.split(","))
    if not set(directions) <= {"src", "dst"}:
        raise ValueError(written)
    positive = not option.negated

    def step(seen: Sight) -> bool | Unknown:
        answer = seen.here.in_set(name, directions, seen)
        return answer if isinstance(answer, Unknown) else answer is positive

    return step


def _other(option: Option) -> Step:
    unknown = Unknown(_OPTION.fill(option=option.name))
    return lambda _: unknown


def _build(options: Sequence[Option]) -> list[Step]:
    return [
        _member(option) if option.name == "--match-set" else _other(option)
        for option in options
        if option.name == "--match-set" or option.name in _OTHERS
    ]


match = Match(name="set", options={**_PLAIN, **_OTHERS}, build=_build)
