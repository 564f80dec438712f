"""Services that the message bus starts when somebody asks for them, and that end by themselves."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.units import own, what_happened
from leadline.snapshot.diff import Change

_ROUTINE = frozenset({"dead", "running", "exited"})


def match(change: Change, pair: Pair) -> Match | None:
    name = change.key.removeprefix("systemd-").removesuffix("d.service")
    if name == change.key or any(
        each is not None and (each.sub not in _ROUTINE or each.load != "loaded")
        for each in (change.before, change.after)
    ):
        return None
    for witness in (pair.after, pair.before):
        # a bus-activated service is aliased to its bus name; systemd's own are called after it
        alias = next(
            (
                unit
                for unit in witness.entries("unit_files")
                if unit.startswith("dbus-org.") and name[:8] in unit
            ),
            None,
        )
        if alias is not None:
            return Match(
                (own(change, pair), witness.saw("unit_files", alias)),
                values={"happened": what_happened(change), "alias": alias},
            )
    return None


rule = Rule(
    name="bus-units",
    facts=("services",),
    component="systemd",
    class_="runtime",
    why=Text(
        "{happened}. The message bus starts it when a program asks for it ({alias}); idle, it ends after a while.",
        "{happened}. 프로그램이 요청하면 D-Bus가 시작하고({alias}) 할 일이 없으면 잠시 뒤 스스로 끝납니다.",
    ),
    group=Text("services started by the message bus", "D-Bus가 시작하는 서비스"),
    since="systemd 30",
    source="systemd.service(5) Type=dbus; org.freedesktop.timedate1(5), hostname1(5), locale1(5)",
    match=match,
)
