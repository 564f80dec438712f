"""Names that systemd knows only because another unit names them."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.units import own, what_happened
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed" or (change.entry.active, change.entry.sub) != ("inactive", "dead"):
        return None
    # A unit that is installed on both sides, too, is only in systemd's memory while something refers to it.
    if change.entry.load != "not-found" and not _installed_all_along(change, pair):
        return None
    proof = _referring(change, pair)
    if proof is None:
        return None
    return Match((own(change, pair), proof), values={"happened": what_happened(change)})


def _installed_all_along(change: Change, pair: Pair) -> bool:
    files = [side.entries("unit_files") for side in (pair.before, pair.after)]
    return all(change.key in each for each in files) and pair.change("unit_files", change.key) is None


def _referring(change: Change, pair: Pair) -> Evidence | None:
    """Another unit that systemd loaded, or let go, together with it."""
    for other in pair.changes("services", change.kind):
        if other.key != change.key and other.entry.load == "loaded" and other.entry.active == "active":
            return own(other, pair)
    return None


rule = Rule(
    name="unit-references",
    facts=("services",),
    component="systemd",
    class_="derived",
    why=Text(
        "{happened}. Nothing of it runs: systemd lists the name because a unit loaded or unloaded at the same time names "
        "it in Before=, After=, Conflicts= or Wants=.",
        "{happened}. 실행되는 것은 없습니다. 같은 시점에 올라오거나 내려간 유닛이 Before=, After=, Conflicts=, Wants= 등에서 "
        "이 이름을 언급하기 때문에 목록에 보입니다.",
    ),
    group=Text("units that are only named by others", "다른 유닛이 이름만 언급하는 유닛"),
    since="every version of systemd",
    source="systemd/systemd src/core/unit.c (unit_load, LOADED not-found); systemctl(1) list-units --all",
    match=match,
)
