"""The state of an interface that moves with its cable or its peer."""

from leadline.base.text import Text
from leadline.explain.links import UP_BY_ITSELF
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, "flags", "state", "addresses", "lifetimes", "index"):
        return None
    old, new = change.before, change.after
    flags = set(old.flags or ()) ^ set(new.flags or ())
    if not {"flags", "state"} & set(change.fields) or not flags <= UP_BY_ITSELF:
        return None
    if not flags and old.flags is not None:
        return None
    if "addresses" in change.fields and any(
        not each.startswith("fe80") for each in set(old.addresses) ^ set(new.addresses)
    ):
        return None
    seen = f"{change.key}: {old.state} {','.join(sorted(old.flags or ()))} -> {new.state} {','.join(sorted(new.flags or ()))}"
    return Match(
        (pair.after.saw("ip_addr", seen),), values={"before": old.state or "-", "after": new.state or "-"}
    )


rule = Rule(
    name="interface-carrier",
    facts=("ip_addr",),
    component="kernel",
    class_="runtime",
    why=Text(
        "Only the carrier moved ({before} → {after}): the cable, the switch or the interface at the other end came or "
        "went; nobody set this interface up or down (that would be the flag UP).",
        "carrier만 바뀌었습니다({before} → {after}). 케이블이나 스위치 또는 반대쪽 인터페이스가 연결되거나 끊긴 것으로, "
        "누가 이 인터페이스를 올리거나 내린 것이 아닙니다(그랬다면 UP 플래그가 바뀝니다).",
    ),
    since="every kernel",
    source="linux net/core/link_watch.c, Documentation/networking/operstates.rst",
    match=match,
)
