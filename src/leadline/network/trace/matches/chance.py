"""`statistic`: by chance, or every nth packet."""

from collections.abc import Sequence

from leadline.base.text import Text
from leadline.network.sight import Sight, Step
from leadline.network.trace.extension import Last, Match, Option

_CHANCE = Text("chance decides otherwise", "무작위로 다른 쪽이 선택됨")
_NTH = Text(
    "another packet than this one is the one of {every} that the rule is for",
    "{every}개마다 하나에 적용되는 규칙이 이 패킷에는 적용되지 않음",
)


def _build(options: Sequence[Option]) -> list[Step | Last]:
    given = {option.name: option for option in options}
    mode = given["--mode"].value if "--mode" in given else ""
    if mode == "random" and "--probability" in given:
        return _random(given["--probability"])
    if mode == "nth" and "--every" in given:
        return [Last(_nth(given["--every"]))]
    raise ValueError(mode)


def _random(option: Option) -> list[Step | Last]:
    likely = float(option.value)
    if option.negated:
        likely = 1 - likely
    if likely <= 0 or likely >= 1:
        return [lambda _: likely >= 1]
    return [Last(lambda seen: seen.here.choose((likely, 1 - likely), _CHANCE) == 0)]


def _nth(option: Option) -> Step:
    what = _NTH.fill(every=option.value)
    usual = not option.negated

    def step(seen: Sight) -> bool:
        return (seen.here.choose(None, what) == 0) is usual

    return step


match = Match(
    name="statistic",
    options={"--mode": 1, "--probability": 1, "--every": 1, "--packet": 1},
    build=_build,
)
