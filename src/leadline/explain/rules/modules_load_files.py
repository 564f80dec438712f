"""Files that ask for modules at boot."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    entry = change.entry
    if not entry.file.startswith("/etc/"):
        return None
    line = pair.side(change).saw("modules_load", f"{entry.file}: {entry.module}")
    return Match((line,), values={"file": entry.file, "module": entry.module})


rule = Rule(
    name="modules-load-files",
    facts=("modules_load",),
    component="administrator",
    class_="config",
    why=Text(
        "A person or an installation script wrote {module} into {file}, to have it loaded at each boot.",
        "사람이나 설치 스크립트가 부팅할 때마다 올리도록 {file}에 {module}을(를) 썼습니다.",
    ),
    since="every systemd",
    source="modules-load.d(5)",
    match=match,
)
