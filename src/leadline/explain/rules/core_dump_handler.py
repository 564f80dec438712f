"""The program that takes core dumps puts itself into core_pattern."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

HANDLERS = {
    "/apport": ("apport", {"kernel.core_pipe_limit": "10", "fs.suid_dumpable": "2"}),
    "/systemd-coredump": ("systemd-coredump", {"kernel.core_pipe_limit": "16", "fs.suid_dumpable": "2"}),
    "/abrt-hook-ccpp": ("abrt", {"kernel.core_pipe_limit": "4", "fs.suid_dumpable": "2"}),
}
PATTERN = "kernel.core_pattern"


def match(change: Change, pair: Pair) -> Match | None:
    pattern = pair.change("sysctl", PATTERN)
    if pattern is None or pattern.kind != "changed":
        return None
    for value in (pattern.after, pattern.before):
        program = value.split()[0] if value.startswith("|") else ""
        for end, (name, others) in HANDLERS.items():
            if not program.endswith(end):
                continue
            mine = change.after if value == pattern.after else change.before
            if change.key != PATTERN and others.get(change.key) != mine:
                return None
            seen = pair.after.saw("sysctl", f"{PATTERN}: {pattern.before} -> {pattern.after}")
            return Match((seen,), values={"name": name})
    return None


rule = Rule(
    name="core-dump-handler",
    facts=("sysctl",),
    kinds=("changed",),
    component="distribution",
    class_="config",
    why=Text(
        "{name} takes the core dumps of crashed programs; it names itself here when it is installed or starts, and "
        "leaves when it stops.",
        "{name}이(가) 비정상 종료한 프로그램의 core dump를 받습니다. 설치되거나 시작할 때 자신을 등록하고, 멈출 때 해제합니다.",
    ),
    consequence=Text(
        "The setting is the same for all containers: their core dumps go to this program on the host.",
        "모든 컨테이너에 같은 설정이 적용되므로, 컨테이너의 core dump도 호스트의 이 프로그램으로 전달됩니다.",
    ),
    since="every kernel",
    source="core(5); systemd-coredump(8) 50-coredump.conf; apport etc/init.d/apport",
    keys=(PATTERN, "kernel.core_pipe_limit", "fs.suid_dumpable"),
    match=match,
)
