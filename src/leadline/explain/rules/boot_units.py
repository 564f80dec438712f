"""Services that run once at boot: how far they got differs from boot to boot."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import only, reboot
from leadline.explain.rule import Match, Rule
from leadline.explain.units import own, what_happened
from leadline.snapshot.diff import Change

_ONCE = {("active", "exited"), ("inactive", "dead")}


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed" and not only(change, "active", "sub"):
        return None
    sides = [each for each in (change.before, change.after) if each is not None]
    if any((each.active, each.sub) not in _ONCE or each.load != "loaded" for each in sides):
        return None
    if change.kind != "changed" and not change.key.startswith("systemd-"):
        return None
    if not (proof := reboot(pair)):
        return None
    return Match((own(change, pair), *proof), values={"happened": what_happened(change)})


rule = Rule(
    name="boot-units",
    facts=("services",),
    component="systemd",
    class_="runtime",
    why=Text(
        "{happened}. It runs once at boot if its conditions hold, and the host was booted between the recordings.",
        "{happened}. 조건이 맞으면 부팅할 때 한 번 실행되는 서비스이며, 두 기록 사이에 호스트가 부팅되었습니다.",
    ),
    group=Text("services of the boot", "부팅 때 실행되는 서비스"),
    since="every version of systemd",
    source="systemd.service(5) Type=oneshot",
    match=match,
)
