"""Statements that set something: marks and header fields."""

from collections.abc import Callable

import msgspec

from leadline.network.sight import Answer, Sight, Unknown
from leadline.network.trace.nftables.asides import there
from leadline.network.trace.nftables.connections import tracked
from leadline.network.trace.nftables.expressions import Expression, value
from leadline.network.trace.nftables.gathering import Gathered
from leadline.network.trace.nftables.words import NotUnderstoodError

_HARMLESS_META = frozenset(("nftrace", "priority", "pkttype", "secmark", "cpu"))


def setting(rule: Gathered, of: Expression) -> None:
    words, target = rule.words, of.words
    if target.removeprefix("meta ") in _HARMLESS_META:
        words.take()
        return
    if target.startswith("tcp option "):
        rule.match(there(of))
        if not words.taken("rt", "mtu"):
            words.take()
        return
    setter = _SETTERS.get(target)
    if setter is None:
        raise NotUnderstoodError(f"{target} set {words.next}")
    read = value(words, of.kind, rule.named)

    def step(seen: Sight) -> Answer:
        found = read(seen)
        if found is None:
            return False
        if found.__class__ is Unknown:
            return found
        setter(seen, found)
        return True

    rule.act(step)


def _set_mark(seen: Sight, mark: int) -> None:
    seen.packet = msgspec.structs.replace(seen.packet, mark=mark)


def _set_connection_mark(seen: Sight, mark: int) -> None:
    if tracked(seen):
        seen.connection_mark = mark


def _set_ttl(seen: Sight, ttl: int) -> None:
    seen.packet = msgspec.structs.replace(seen.packet, ttl=ttl)


def _set_dscp(seen: Sight, dscp: int) -> None:
    seen.packet = msgspec.structs.replace(seen.packet, tos=dscp << 2 | seen.packet.tos & 3)


def _set_ecn(seen: Sight, ecn: int) -> None:
    seen.packet = msgspec.structs.replace(seen.packet, tos=seen.packet.tos & ~3 | ecn)


_SETTERS: dict[str, Callable[[Sight, int], None]] = {
    "meta mark": _set_mark,
    "mark": _set_mark,
    "ct mark": _set_connection_mark,
    "ip ttl": _set_ttl,
    "ip dscp": _set_dscp,
    "ip ecn": _set_ecn,
}
