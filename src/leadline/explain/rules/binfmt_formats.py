"""Executable formats that were registered with the kernel."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

PREFIX = "fs.binfmt_misc."


def match(change: Change, pair: Pair) -> Match | None:
    words = str(change.entry).replace("\n", " ").split()
    if "interpreter" not in words[:-1]:
        return None
    program = words[words.index("interpreter") + 1]
    name = change.key.removeprefix(PREFIX)
    return Match(
        (pair.side(change).saw("sysctl", f"{name}: interpreter {program}"),), values={"program": program}
    )


rule = Rule(
    name="binfmt-formats",
    facts=("sysctl",),
    component="distribution",
    class_="config",
    why=Text(
        "A package (or an image builder with QEMU) registered {program} as the interpreter of an executable format.",
        "패키지(또는 QEMU를 쓰는 이미지 빌드 도구)가 {program}을(를) 실행 파일 형식의 인터프리터로 등록하였습니다.",
    ),
    consequence=Text(
        "A format with the flag F runs its interpreter inside containers too.",
        "F 플래그가 있는 형식은 컨테이너 안에서도 해당 인터프리터로 실행됩니다.",
    ),
    since="every kernel",
    source="linux Documentation/admin-guide/binfmt-misc.rst; binfmt.d(5)",
    keys=(f"{PREFIX}*",),
    match=match,
)
