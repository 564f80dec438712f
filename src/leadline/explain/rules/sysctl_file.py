"""A setting that a file under /etc asks for: the person or script that wrote the file decided it."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Witness
from leadline.snapshot.diff import Change


def asked_by(witness: Witness, key: str, value: str, folder: str) -> str | None:
    """The `file key` below `folder` that gives this setting this value; the last file wins."""
    names = {key, key.replace(".", "/")}
    found = None
    for entry, text in witness.entries("sysctl_conf").items():
        file, _, name = entry.partition(" ")
        if file.startswith(folder) and name.lstrip("-") in names and text.split() == value.split():
            found = entry
    return found


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "removed" or (entry := asked_by(pair.after, change.key, change.after, "/etc/")) is None:
        return None
    line = pair.after.saw("sysctl_conf", f"{entry} = {change.after}")
    return Match((line, pair.after.saw("sysctl", f"{change.key} = {change.after}")), values={"file": entry.split()[0]})


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
