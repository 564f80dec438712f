"""Services that follow their own switch: enabled or disabled, masked or unmasked in the same difference."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.units import own, state, what_happened
from leadline.snapshot.diff import Change

_ON = ("enabled", "enabled-runtime")
_OFF = ("disabled", "masked", "masked-runtime")


def match(change: Change, pair: Pair) -> Match | None:
    switch = pair.change("unit_files", change.key)
    if switch is None or switch.kind != "changed" or "enabled" not in switch.fields:
        return None
    began = _active(change.after) and not _active(change.before)
    ended = _active(change.before) and not _active(change.after)
    if not ((began and switch.after.enabled in _ON) or (ended and switch.after.enabled in _OFF)):
        return None
    proof = pair.after.saw("unit_files", f"{change.key}: {state(switch.before)} -> {state(switch.after)}")
    values = {"happened": what_happened(change), "before": state(switch.before), "after": state(switch.after)}
    return Match((own(change, pair), proof), values=values)


def _active(entry: object) -> bool:
    return getattr(entry, "active", "") == "active"


rule = Rule(
    name="switched-units",
    facts=("services",),
    component="systemd",
    class_="derived",
    why=Text(
        "{happened}. It follows its switch: the unit was {before} and is {after} now.",
        "{happened}. 유닛의 활성화 상태가 {before}에서 {after}(으)로 바뀐 결과입니다.",
    ),
    since="every version of systemd",
    source="systemctl(1) enable --now, disable --now, mask --now",
    match=match,
)
