"""What hangs on how much came before, or on the time. None of it is recorded, so both outcomes are followed: first the
one that the first packet of a new connection has on a host that is not busy.
"""

from collections.abc import Sequence

from leadline.base.text import Text
from leadline.network.sight import Sight
from leadline.network.trace.extension import Last, Match, Option, span

_RATE = Text("packets come faster than {limit}", "패킷이 {limit}보다 빠르게 들어옴")
_CONNECTIONS = Text("more than {limit} connections are open at once", "동시 연결이 {limit}개를 넘음")
_QUOTA = Text("the quota of {limit} bytes is used up", "할당량 {limit}바이트를 모두 사용함")
_OUTSIDE = Text("it is not the time of `{when}`", "현재 시각이 `{when}`에 해당하지 않음")
_CARRIED = Text("its connection has carried {range} {mode}", "연결에서 오간 양이 {range} {mode} 범위 안임")
_NOT_CARRIED = Text(
    "its connection has not carried {range} {mode}", "연결에서 오간 양이 {range} {mode} 범위 밖임"
)


def _hangs(what: Text, *, usual: bool) -> Last:
    return Last(lambda seen: (seen.here.choose(None, what) == 0) is usual)


def _limit(options: Sequence[Option]) -> list[Last]:
    [limit] = [option.value for option in options if option.name == "--limit"]
    return [_hangs(_RATE.fill(limit=limit), usual=True)]


def _hash_limit(options: Sequence[Option]) -> list[Last]:
    [option] = [option for option in options if option.name in _RATES]
    above = (option.name == "--hashlimit-above") is not option.negated
    return [_hangs(_RATE.fill(limit=option.value), usual=not above)]


def _connection_limit(options: Sequence[Option]) -> list[Last]:
    [option] = [option for option in options if option.name in ("--connlimit-above", "--connlimit-upto")]
    above = (option.name == "--connlimit-above") is not option.negated
    return [_hangs(_CONNECTIONS.fill(limit=option.value), usual=not above)]


def _quota(options: Sequence[Option]) -> list[Last]:
    [option] = options
    return [_hangs(_QUOTA.fill(limit=option.value), usual=not option.negated)]


def _carried(options: Sequence[Option]) -> list[Last]:
    given = {option.name: option for option in options}
    option = given["--connbytes"]
    mode, direction = given["--connbytes-mode"].value, given["--connbytes-dir"].value
    first, last = span(option.value, highest=1 << 64)

    def step(seen: Sight) -> bool:
        own = "reply" if seen.tracked is not None and seen.tracked.reply else "original"
        so_far = 0 if direction not in (own, "both") else 1 if mode == "packets" else seen.packet.size
        usual = first <= so_far <= last
        what = (_NOT_CARRIED if usual else _CARRIED).fill(range=option.value, mode=mode)
        return ((seen.here.choose(None, what) == 0) is usual) is not option.negated

    return [Last(step)]


def _time(options: Sequence[Option]) -> list[Last]:
    words = [
        word for option in options for word in ("!" * option.negated, option.name, *option.values) if word
    ]
    return [_hangs(_OUTSIDE.fill(when=" ".join(words)), usual=True)]


_RATES = {"--hashlimit-upto": 1, "--hashlimit-above": 1, "--hashlimit": 1}
matches = (
    Match(name="limit", options={"--limit": 1, "--limit-burst": 1}, build=_limit),
    Match(
        name="hashlimit",
        options={
            **_RATES,
            "--hashlimit-burst": 1,
            "--hashlimit-mode": 1,
            "--hashlimit-name": 1,
            "--hashlimit-srcmask": 1,
            "--hashlimit-dstmask": 1,
            "--hashlimit-htable-size": 1,
            "--hashlimit-htable-max": 1,
            "--hashlimit-htable-expire": 1,
            "--hashlimit-htable-gcinterval": 1,
            "--hashlimit-rate-match": 0,
            "--hashlimit-rate-interval": 1,
        },
        build=_hash_limit,
    ),
    Match(
        name="connlimit",
        options={
            "--connlimit-above": 1,
            "--connlimit-upto": 1,
            "--connlimit-mask": 1,
            "--connlimit-saddr": 0,
            "--connlimit-daddr": 0,
        },
        build=_connection_limit,
    ),
    Match(name="quota", options={"--quota": 1}, build=_quota),
    Match(
        name="connbytes",
        options={"--connbytes": 1, "--connbytes-mode": 1, "--connbytes-dir": 1},
        build=_carried,
    ),
    Match(
        name="time",
        options={
            "--timestart": 1,
            "--timestop": 1,
            "--datestart": 1,
            "--datestop": 1,
            "--monthdays": 1,
            "--weekdays": 1,
            "--kerneltz": 0,
            "--contiguous": 0,
        },
        build=_time,
    ),
)
