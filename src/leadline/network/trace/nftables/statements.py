"""A whole rule: its matches and statements, one after the other, as steps."""

import re
from collections.abc import Callable

from leadline.network.sight import Step
from leadline.network.trace.nftables import asides, verdicts
from leadline.network.trace.nftables.expressions import Named, expression
from leadline.network.trace.nftables.gathering import Gathered
from leadline.network.trace.nftables.matches import match, verdict_map, verdict_of
from leadline.network.trace.nftables.setting import setting
from leadline.network.trace.nftables.words import NotUnderstoodError, Words, always, strange

_COMMENT = re.compile(r' ?comment "[^"]*"$')


def compiled(text: str, named: Named) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """A rule's text → its matches and its steps. What is not understood is one Unknown at its place, the last."""
    rule = Gathered(Words(_COMMENT.sub("", text)), named)
    try:
        while rule.words.next:
            _statement(rule)
    except (NotUnderstoodError, ValueError, RecursionError) as wrong:
        unknown = strange(wrong.words if isinstance(wrong, NotUnderstoodError) else text)
        rule.match(always(unknown))
        rule.act(always(unknown))
    return tuple(rule.matches), tuple(rule.steps)


def _statement(rule: Gathered) -> None:
    words, named = rule.words, rule.named
    known = _STATEMENTS.get(words.next)
    if known is not None:
        known(rule)
        return
    if words.next == "ct" and asides.connection_statement(rule):
        return
    of = expression(words)
    if words.taken("vmap"):
        there, found = verdict_map(words, of, named, verdict_of)
        if there is not None:
            rule.match(there)
        rule.act(found)
    elif words.taken("set"):
        setting(rule, of)
    elif of.draws:
        rule.ask(match(words, of, named))
    else:
        rule.match(match(words, of, named))


_STATEMENTS: dict[str, Callable[[Gathered], None]] = {
    **dict.fromkeys(("accept", "drop", "return"), verdicts.verdict),
    **dict.fromkeys(("jump", "goto"), verdicts.jump),
    **dict.fromkeys(("dnat", "snat", "masquerade", "redirect"), verdicts.rewrite),
    **dict.fromkeys(("counter", "last"), asides.nothing),
    **dict.fromkeys(("limit", "quota"), asides.limit),
    **dict.fromkeys(("add", "update", "delete", "meter"), asides.update),
    **dict.fromkeys(("xt", "XT", "#"), asides.extension),
    "continue": verdicts.go_on,
    "reject": verdicts.reject,
    "queue": verdicts.queue,
    "notrack": verdicts.notrack,
    "log": asides.log,
    "flow": asides.flow,
}
