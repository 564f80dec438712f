"""A setting that a file under /etc asks for: the person or script that wrote the file decided it."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_files import asked, recorded
from leadline.explain.sysctl_keys import interface_of
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "removed" or (change.kind == "added" and interface_of(change.key)):
        return None  # what a new interface inherits is its tree's, whatever file is behind the default
    side, value = pair.after, change.after
    line = asked(side, change.key, value)
    if line is None and change.kind == "changed" and asked(pair.after, change.key, change.before) is None:
        side, value = pair.before, change.before
        line = asked(side, change.key, value) if recorded(pair.after) else None
    if line is None or line.owner != "administrator":
        return None
    text = side.saw("sysctl_conf", f"{line.file} {change.key} = {line.value}")
    gone = side is pair.before
    return Match(
        (text, side.saw("sysctl", f"{change.key} = {value}")),
        "likely" if gone else "shown",
        {"file": line.file, "value": line.value, "gone": _GONE if gone else _THERE},
    )


_GONE = Text("; the line is gone now", " 지금은 그 줄이 없습니다.")
_THERE = Text("", "")

rule = Rule(
    name="sysctl-file",
    facts=("sysctl",),
    component="administrator",
    class_="config",
    why=Text(
        "{file} asks for {value}: a person or an installation script wrote it there{gone}.",
        "{file}에 값 {value}이(가) 적혀 있습니다. 사람이나 설치 스크립트가 쓴 것입니다.{gone}",
    ),
    consequence=Text(
        "It comes back at each boot and with `sysctl --system`, until the file is removed.",
        "파일을 지우기 전까지 부팅할 때와 `sysctl --system`을 실행할 때 다시 적용됩니다.",
    ),
    since="every version",
    source="sysctl.d(5)",
    match=match,
)
