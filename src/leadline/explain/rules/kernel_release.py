"""Another kernel was started: its name and build, and what it is able to do."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import reboot
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

KEYS = {"kernel.osrelease", "kernel.version", "kernel.bootloader_version", "kernel.bootloader_type"}


def match(change: Change, pair: Pair) -> Match | None:
    boot = reboot(pair)
    seen = pair.after.saw("sysctl", f"{change.key}: {change.before} -> {change.after}")
    if boot:
        return Match((*boot, seen))
    release = pair.change("kernel", "release")
    if release is not None:
        return Match((pair.after.saw("kernel", f"release {release.after}"), seen))
    pairs = [pair.change("sysctl", key) for key in ("kernel.osrelease", "kernel.version")]
    return Match((seen,), "likely") if all(pairs) else None


rule = Rule(
    name="kernel-release",
    facts=("sysctl",),
    kinds=("changed",),
    component="distribution",
    class_="config",
    why=Text(
        "The host runs another kernel than before: a package update installed it, and a boot started it.",
        "호스트가 이전과 다른 커널로 실행 중입니다. 패키지 업데이트로 설치되고 재부팅으로 적용되었습니다.",
    ),
    consequence=Text(
        "Defaults may differ and keys come and go with the version; check the release notes of what depends on it "
        "(eBPF programs, out-of-tree modules).",
        "버전에 따라 기본값이 다르고 키가 생기거나 없어질 수 있으므로, 커널에 의존하는 것(eBPF 프로그램, 외부 모듈)을 확인하십시오.",
    ),
    since="every kernel",
    source="linux Documentation/admin-guide/sysctl/kernel.rst",
    keys=KEYS,
    match=match,
)
