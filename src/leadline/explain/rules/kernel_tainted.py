"""The kernel's mark that something happened which its developers do not vouch for."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

BITS = (
    Text("a proprietary module", "독점 라이선스 모듈"),
    Text("a module loaded by force", "강제로 적재한 모듈"),
    Text("a CPU out of specification", "규격을 벗어난 CPU"),
    Text("a module unloaded by force", "강제로 내린 모듈"),
    Text("a machine check error", "하드웨어 오류(machine check)"),
    Text("a bad page", "손상된 메모리 페이지"),
    Text("a mark set from user space", "사용자 공간에서 설정한 표시"),
    Text("an oops", "커널 oops"),
    Text("an overridden ACPI table", "재정의된 ACPI 테이블"),
    Text("a kernel warning", "커널 경고"),
    Text("a staging driver", "staging 드라이버"),
    Text("a firmware bug worked around", "펌웨어 버그 우회"),
    Text("a module from outside the kernel tree", "커널 소스 밖의 모듈"),
    Text("an unsigned module", "서명되지 않은 모듈"),
    Text("a soft lockup", "soft lockup"),
    Text("a live patch", "라이브 패치"),
    Text("a distribution's own mark", "배포판 고유 표시"),
    Text("randomised structure layout", "구조체 배치 무작위화"),
    Text("an in-kernel test", "커널 내 테스트"),
)


def match(change: Change, pair: Pair) -> Match | None:
    if not (change.before.isdigit() and change.after.isdigit()):
        return None
    moved = int(change.before) ^ int(change.after)
    names = [text for bit, text in enumerate(BITS) if moved >> bit & 1]
    if not names:
        return None
    what = Text(", ".join(name.en for name in names), ", ".join(name.ko for name in names))
    seen = pair.after.saw("sysctl", f"kernel.tainted: {change.before} -> {change.after}")
    return Match((seen,), values={"what": what})


rule = Rule(
    name="kernel-tainted",
    facts=("sysctl",),
    kinds=("changed",),
    component="kernel",
    class_="runtime",
    why=Text(
        "The kernel sets a bit here when something happens that its developers do not vouch for: {what}.",
        "개발자가 보증하지 않는 일이 생기면 커널이 여기에 비트를 세웁니다: {what}.",
    ),
    consequence=Text(
        "An oops or a warning is worth reading in the kernel log; the mark stays until the next boot.",
        "oops나 경고라면 커널 로그를 확인하십시오. 표시는 다음 부팅까지 남습니다.",
    ),
    since="every kernel",
    source="linux Documentation/admin-guide/tainted-kernels.rst",
    keys=("kernel.tainted",),
    match=match,
)
