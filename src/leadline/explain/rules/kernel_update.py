"""Another kernel after a reboot, and the release files of an updated distribution."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import reboot
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change

_KERNEL = ("release", "version", "cmdline BOOT_IMAGE")
_KERNEL_PACKAGE = re.compile(r"(linux-(image|modules)|kernel(-core|-modules)?)\b.*")
_RELEASE_PACKAGE = re.compile(r"base-files|\w+-(release|release-common|repos)|lsb-release|os-release")


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind != "changed":
        return None
    if change.fact == "kernel":
        if change.key not in _KERNEL:
            return None
        proof = _package(pair, _KERNEL_PACKAGE) or next(iter(reboot(pair)), None)
    else:
        proof = _package(pair, _RELEASE_PACKAGE)
    if proof is None:
        return None
    own = pair.after.saw(change.fact, f"{change.key}: {change.before} -> {change.after}")
    values = {"key": change.key, "before": change.before, "after": change.after, "proof": proof.text}
    return Match((own, proof), values=values)


def _package(pair: Pair, names: re.Pattern[str]) -> Evidence | None:
    for kind in ("added", "changed"):
        for moved in pair.changes("packages", kind):
            if names.fullmatch(moved.key.partition(":")[0]):
                return pair.after.saw("packages", f"{moved.key} {moved.entry.version} ({kind})")
    return None


rule = Rule(
    name="kernel-update",
    facts=("kernel", "os_release"),
    component="distribution",
    class_="config",
    why=Text(
        "{key}: {before}, then {after}. An update of the distribution brought it ({proof}).",
        "{key}: {before} → {after}. 배포판 업데이트에 따른 변경입니다({proof}).",
    ),
    consequence=Text(
        "Modules built outside the distribution and settings that a new kernel no longer knows deserve a look.",
        "배포판 밖에서 빌드한 모듈과 새 커널에서 사라진 설정이 없는지 확인하십시오.",
    ),
    since="every distribution",
    source="uname(1), os-release(5)",
    match=match,
)
