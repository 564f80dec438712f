"""Statements that say where a packet goes."""

from leadline.network.sight import Answer, Sight, Tracked, Verdict
from leadline.network.trace.nftables.gathering import Gathered
from leadline.network.trace.nftables.matches import verdict_of
from leadline.network.trace.nftables.reading import protocol
from leadline.network.trace.nftables.rewriting import rewriting
from leadline.network.trace.nftables.words import NotUnderstoodError, always

_TCP = 6
_ICMP = {
    "net-unreachable": "icmp-net-unreachable",
    "host-unreachable": "icmp-host-unreachable",
    "prot-unreachable": "icmp-proto-unreachable",
    "port-unreachable": "icmp-port-unreachable",
    "net-prohibited": "icmp-net-prohibited",
    "host-prohibited": "icmp-host-prohibited",
    "admin-prohibited": "icmp-admin-prohibited",
}
_ICMPX = {
    "no-route": "icmp-net-unreachable",
    "port-unreachable": "icmp-port-unreachable",
    "host-unreachable": "icmp-host-unreachable",
    "admin-prohibited": "icmp-admin-prohibited",
}


def verdict(rule: Gathered) -> None:
    rule.act(always(verdict_of(rule.words.take())))


def jump(rule: Gathered) -> None:
    words = rule.words
    kind = words.take()
    if words.next == "{":
        chain = f"{{ {'; '.join(' '.join(rule) for rule in words.braced(';'))}; }}"
    else:
        chain = words.take()
    verdict = Verdict(kind="jump" if kind == "jump" else "goto", chain=chain)
    rule.act(always(verdict))


def go_on(rule: Gathered) -> None:
    rule.words.take()
    rule.act(always(True))


def queue(rule: Gathered) -> None:
    words = rule.words
    while words.next:
        words.take()
    verdict = Verdict(kind="queue")
    rule.act(always(verdict))


def reject(rule: Gathered) -> None:
    words = rule.words
    place = words.place
    words.take()
    kind, code = "icmp", "port-unreachable"
    if words.taken("with"):
        kind = words.take()
        words.taken("type")
        code = words.take()
    if (kind, code) == ("tcp", "reset"):
        rule.match(lambda seen: protocol(seen.packet) == _TCP)
        verdict = Verdict(kind="reject", answer="tcp-reset")
    elif kind == "icmpv6":
        rule.match(always(False))
        return
    else:
        answer = {"icmp": _ICMP, "icmpx": _ICMPX}.get(kind, {}).get(code)
        if answer is None:
            raise NotUnderstoodError(words.since(place))
        verdict = Verdict(kind="reject", answer=answer)
    rule.act(always(verdict))


def rewrite(rule: Gathered) -> None:
    words = rule.words
    implied, step = rewriting(words, rule.named)
    if implied is not None:
        rule.match(implied)
    rule.act(step)


def notrack(rule: Gathered) -> None:
    """The packet is without a connection from here on; the rule goes on where more follows."""
    words = rule.words
    words.take()
    verdict = Verdict(kind="notrack")
    more = bool(words.next)

    def step(seen: Sight) -> Answer:
        seen.tracked = Tracked(state="untracked")
        return True if more else verdict

    rule.act(step)
