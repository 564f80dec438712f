"""systemd raises the limits on open files when it starts as PID 1."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.pair import Pair
from leadline.explain.proof import reboot
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import first
from leadline.snapshot.diff import Change

LIMITS = {"fs.file-max": "9223372036854775807", "fs.nr_open": "1073741816"}


def match(change: Change, pair: Pair) -> Match | None:
    if LIMITS.get(change.key) != change.after:
        return None
    boot = reboot(pair)
    if boot:
        return Match(boot)
    author = first(pair.after.process("systemd", "systemd-journald", "systemd-logind")) or seen(
        pair.after, "systemd"
    )
    return Match(author, "likely")


rule = Rule(
    name="systemd-limits",
    facts=("sysctl",),
    kinds=("changed",),
    component="systemd",
    class_="config",
    why=Text(
        "systemd takes the limits on open files off when it starts as PID 1 (a container with its own systemd does "
        "it too, for the whole machine): each process is held by its own RLIMIT_NOFILE instead.",
        "systemd가 PID 1로 시작할 때 열린 파일 수의 한도를 풉니다(자체 systemd가 있는 컨테이너도 머신 전체에 적용합니다). "
        "대신 프로세스마다 RLIMIT_NOFILE로 제한합니다.",
    ),
    since="systemd 240",
    source="systemd/systemd src/core/main.c bump_file_max_and_nr_open",
    keys=LIMITS,
    match=match,
)
