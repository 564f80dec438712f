"""`recent`: who was here before. kube-proxy keeps a Service's session affinity by it, others slow down log-ins.

Whom the kernel remembers is not recorded. Outcome 0 of the choice is a client's first packet: it is in no list. Outcome 1
is a client that the kernel remembers, which `what` says.
"""

from collections.abc import Sequence

from leadline.base.text import Text
from leadline.network.packet import dotted
from leadline.network.sight import Sight, Step
from leadline.network.trace.extension import Last, Match, Option

_AFFINITY = "KUBE-SEP-"
_ENDPOINT = Text(
    "{client} asked within the last {seconds} s and was sent to this endpoint",
    "{client}이(가) 최근 {seconds}초 안에 이 엔드포인트로 연결한 적이 있음",
)
_WITHIN = Text(
    "{client} was put into the list {name} within the last {seconds} s",
    "{client}이(가) 최근 {seconds}초 안에 {name} 목록에 올라 있었음",
)
_OFTEN = Text(
    "{client} was put into the list {name} {times} times within the last {seconds} s",
    "{client}이(가) 최근 {seconds}초 안에 {name} 목록에 {times}번 올라 있었음",
)
_EVER = Text("{client} is in the list {name}", "{client}이(가) {name} 목록에 있음")
_ASKING = ("--rcheck", "--update", "--remove")


def _build(options: Sequence[Option]) -> list[Step | Last]:
    given = {option.name: option for option in options}
    if "--set" in given:
        return [lambda _: False] if given["--set"].negated else []
    [asking] = [option for option in options if option.name in _ASKING]
    name = given["--name"].value if "--name" in given else "DEFAULT"
    seconds = given["--seconds"].value if "--seconds" in given else ""
    times = given["--hitcount"].value if "--hitcount" in given else ""
    said = (
        _ENDPOINT
        if seconds and name.startswith(_AFFINITY)
        else _OFTEN
        if seconds and times
        else _WITHIN
        if seconds
        else _EVER
    )

    def step(seen: Sight) -> bool:
        client = seen.packet.destination if "--rdest" in given else seen.packet.source
        what = said.fill(client=dotted(client), name=name, seconds=seconds, times=times)
        remembered = seen.here.choose(None, what) == 1
        return remembered is not asking.negated

    return [Last(step)]


match = Match(
    name="recent",
    options={
        "--set": 0,
        "--rcheck": 0,
        "--update": 0,
        "--remove": 0,
        "--seconds": 1,
        "--reap": 0,
        "--hitcount": 1,
        "--rttl": 0,
        "--name": 1,
        "--mask": 1,
        "--rsource": 0,
        "--rdest": 0,
    },
    build=_build,
)
