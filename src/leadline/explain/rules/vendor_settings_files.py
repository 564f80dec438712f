"""Settings in files that packages install."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_FOLDERS = ("/usr/lib/sysctl.d/", "/lib/sysctl.d/", "/usr/local/lib/sysctl.d/")


def match(change: Change, pair: Pair) -> Match | None:
    file, _, key = change.key.partition(" ")
    if not file.startswith(_FOLDERS):
        return None
    line = pair.side(change).saw("sysctl_conf", f"{change.key} = {change.entry}")
    return Match((line,), values={"file": file, "key": key})


rule = Rule(
    name="vendor-settings-files",
    facts=("sysctl_conf",),
    component="distribution",
    class_="config",
    why=Text(
        "{file} came or went with a package and asks for {key}.",
        "{file}은(는) 패키지와 함께 설치되거나 삭제되는 파일로, {key}을(를) 설정합니다.",
    ),
    group=Text("settings of packages", "패키지의 커널 설정"),
    since="every version",
    source="sysctl.d(5)",
    match=match,
)
