"""Services that a timer starts: they run for a moment now and then."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.units import own, what_happened
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

# Of services that run to their end; a failed one is no routine.
_ROUTINE = frozenset(
    {"dead", "exited", "start", "running", "start-pre", "start-post", "stop-post", "elapsed", "waiting"}
)


def match(change: Change, pair: Pair) -> Match | None:
    if not change.key.endswith(".service"):
        return None
    if any(
        each is not None and (each.sub not in _ROUTINE or each.load != "loaded")
        for each in (change.before, change.after)
    ):
        return None
    timer = _timer(pair.after, change.key) or _timer(pair.before, change.key)
    if timer is None:
        return None
    return Match(
        (own(change, pair), timer), values={"happened": what_happened(change), "timer": timer.text.split()[0]}
    )


def _timer(witness: Witness, service: str) -> Evidence | None:
    name = service.removesuffix(".service") + ".timer"
    for fact in ("unit_files", "services"):
        if name in witness.entries(fact):
            return witness.saw(fact, name)
    return None


rule = Rule(
    name="timer-units",
    facts=("services",),
    component="systemd",
    class_="runtime",
    why=Text(
        "{happened}. {timer} starts it now and then; systemd lists it while it runs and for a while after.",
        "{happened}. {timer}이(가) 주기적으로 시작하며, systemd는 실행 중과 그 직후에만 목록에 보여 줍니다.",
    ),
    group=Text("services started by timers", "타이머가 시작하는 서비스"),
    since="systemd 183",
    source="systemd.timer(5)",
    match=match,
)
