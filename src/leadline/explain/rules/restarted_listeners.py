"""A socket that stayed while the program behind it was started anew."""

from leadline.base.text import Text
from leadline.explain.listening import line
from leadline.explain.pair import Pair
from leadline.explain.proof import only, reboot
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, "pids", "fds", "port") or not change.entry.processes:
        return None
    before, after = change.before.pids, change.after.pids
    values = {"process": ", ".join(change.entry.processes), "before": _list(before), "after": _list(after)}
    return Match((line(change, pair), *reboot(pair)), values=values)


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers)) or "-"


rule = Rule(
    name="restarted-listeners",
    facts=("ss",),
    component="kernel",
    class_="runtime",
    why=Text(
        "The same program ({process}) holds the same address; only its process and file numbers are others "
        "(pid {before}, then {after}), which every start of a program or worker draws anew.",
        "같은 프로그램({process})이 같은 주소를 열고 있으며, 프로그램이나 워커가 시작할 때마다 새로 정해지는 프로세스와 "
        "파일 번호만 다릅니다(pid {before} → {after}).",
    ),
    group=Text("listeners of programs that were restarted", "재시작된 프로그램의 listen 소켓"),
    since="every version",
    source="ss(8) -p; linux kernel/pid.c alloc_pid",
    match=match,
)
