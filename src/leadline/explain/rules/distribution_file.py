"""A setting that a file of the distribution or of a package asks for."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_files import asked
from leadline.explain.sysctl_keys import interface_of
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "removed" or (change.kind == "added" and interface_of(change.key)):
        return None  # what a new interface inherits is its tree's, whatever file is behind the default
    line = asked(pair.after, change.key, change.after)
    if line is None or line.owner != "distribution":
        return None
    text = pair.after.saw("sysctl_conf", f"{line.file} {change.key} = {line.value}")
    return Match(
        (text, pair.after.saw("sysctl", f"{change.key} = {change.after}")), values={"file": line.file}
    )


rule = Rule(
    name="distribution-file",
    facts=("sysctl",),
    component="distribution",
    class_="config",
    why=Text(
        "{file}, which comes with the distribution or a package, asks for this value; it was applied by a boot, by "
        "`sysctl --system` or by an installer that runs it.",
        "배포판이나 패키지의 파일 {file}에 이 값이 적혀 있습니다. 부팅, `sysctl --system` 또는 이를 실행하는 설치 프로그램이 "
        "적용하였습니다.",
    ),
    consequence=Text(
        "A value set by hand while the host runs is lost each time these files are applied; a file of your own under "
        "/etc/sysctl.d with a later name keeps it.",
        "실행 중에 직접 바꾼 값은 이 파일들이 적용될 때마다 사라집니다. 이름이 더 뒤에 오는 파일을 /etc/sysctl.d에 두면 유지됩니다.",
    ),
    since="every version",
    source="sysctl.d(5)",
    match=match,
)
