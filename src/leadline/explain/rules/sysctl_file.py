"""A setting that a file under /etc asks for: the person or script that wrote the file decided it."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_files import asked
from leadline.explain.sysctl_tree import interface_of
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "removed" or (change.kind == "added" and interface_of(change.key)):
        return None  # what a new interface inherits is its tree's, whatever file is behind the default
    line = asked(pair.after, change.key, change.after)
    if line is None or line.owner != "administrator":
        return None
    text = pair.after.saw("sysctl_conf", f"{line.file} {change.key} = {line.value}")
    return Match(
        (text, pair.after.saw("sysctl", f"{change.key} = {change.after}")), values={"file": line.file}
    )


rule = Rule(
    name="sysctl-file",
    facts=("sysctl",),
    component="administrator",
    class_="config",
    why=Text(
        "{file} asks for this value: a person or an installation script wrote it there.",
        "{file}에 이 값이 적혀 있습니다. 사람이나 설치 스크립트가 쓴 것입니다.",
    ),
    consequence=Text(
        "It comes back at each boot and with `sysctl --system`, until the file is removed.",
        "파일을 지우기 전까지 부팅할 때와 `sysctl --system`을 실행할 때 다시 적용됩니다.",
    ),
    since="every version",
    source="sysctl.d(5)",
    match=match,
)
