"""Targets that tell connection tracking what to do with a packet."""

from collections.abc import Sequence

from leadline.base.text import Text
from leadline.network.sight import Step, Unknown, Verdict
from leadline.network.trace.extension import Option, Target

_ZONE = Unknown(
    Text("connection tracking zones are not traced (`-j CT {option}`)", "연결 추적 영역은 추적하지 않습니다(`-j CT {option}`)")
    .fill(option="--zone")
)  # fmt: skip
_NOT_TRACKED = Verdict(kind="notrack")
_ZONES = ("--zone", "--zone-orig", "--zone-reply")


def _connection(options: Sequence[Option]) -> Step | None:
    names = {option.name for option in options}
    if "--notrack" in names:
        return lambda _: _NOT_TRACKED
    if names.intersection(_ZONES):
        return lambda _: _ZONE
    return None


targets = (
    Target(name="NOTRACK", options={}, build=lambda _: lambda _: _NOT_TRACKED),
    Target(
        name="CT",
        options={
            "--notrack": 0,
            **dict.fromkeys(_ZONES, 1),
            "--helper": 1,
            "--ctevents": 1,
            "--expevents": 1,
            "--timeout": 1,
        },
        build=_connection,
    ),
)
