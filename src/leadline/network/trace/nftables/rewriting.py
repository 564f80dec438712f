"""Statements that rewrite addresses and ports: dnat, snat, masquerade, redirect."""

from collections.abc import Callable
from typing import Any, Literal

from leadline.network.sight import Answer, Sight, Step, Unknown, Verdict
from leadline.network.trace.nftables import kinds
from leadline.network.trace.nftables.expressions import Named, drawn, expression, mapped
from leadline.network.trace.nftables.kinds import Kind
from leadline.network.trace.nftables.words import NotUnderstoodError, Words, always

_NAMES: dict[str, Literal["dnat", "snat", "masquerade", "redirect"]] = {
    "dnat": "dnat",
    "snat": "snat",
    "masquerade": "masquerade",
    "redirect": "redirect",
}
_FLAGS = frozenset(("random", "fully-random", "persistent", "netmap"))

Target = Callable[[Sight], Any]
"""What is rewritten to: (first, last) address or None, (first, last) port or None, each; None where a map has nothing."""


def rewriting(words: Words, named: Named) -> tuple[Step | None, Step]:
    """A rewriting from its first word on: a match it implies (None without one), and what it does."""
    name = _NAMES[words.take()]
    family = words.take() if words.next in ("ip", "ip6") else ""
    prefix = words.taken("prefix")
    words.taken("addr", ".", "port")
    words.taken("interval")
    if family == "ip6":
        words.place = len(words.all)
        return always(False), always(False)
    target = _target(words, named) if words.taken("to") else _nothing
    while words.next in _FLAGS:
        prefix = words.take() == "netmap" or prefix
        words.taken(",")
    whose = "destination" if name == "dnat" else "source"

    def step(seen: Sight) -> Answer:
        to = target(seen)
        if to is None:
            return False
        if to.__class__ is Unknown:
            return to
        address, port = to
        if prefix and address is not None:
            first, last = address
            whole: int = getattr(seen.packet, whose)
            address = (first | whole & (first ^ last),) * 2
        return Verdict(
            kind=name,
            address=address and address[0],
            last_address=address[1] if address and address[1] != address[0] else None,
            port=port and port[0],
            last_port=port[1] if port and port[1] != port[0] else None,
        )

    return None, step


def _nothing(_: Sight) -> Any:
    return None, None


def _span(word: str, kind: Kind) -> tuple[Any, Any]:
    try:
        return kind.span(word)
    except ValueError as wrong:
        raise NotUnderstoodError(word) from wrong


def _target(words: Words, named: Named) -> Target:
    word = words.next
    if word[:1].isdecimal() or word.startswith(":"):
        return _plain(words, named)
    of = expression(words)
    words.expect("map")
    found = mapped(words, of, (kinds.ADDRESS, kinds.PORT), named).read
    if words.next.startswith(":"):
        port = _port(words, named)
        return lambda seen: _both(_address(found(seen)), port(seen))
    return lambda seen: _parts(found(seen))


def _address(found: Any) -> Any:
    parts = _parts(found)
    return parts if parts is None or parts.__class__ is Unknown else parts[0]


def _parts(found: Any) -> Any:
    """What a map gave: an address, or an address and a port."""
    if found is None or found.__class__ is Unknown:
        return found
    return found[0], found[1] if len(found) > 1 else None


def _both(address: Any, port: Any) -> Any:
    for each in (address, port):
        if each is None or each.__class__ is Unknown:
            return each
    return address, port


def _plain(words: Words, named: Named) -> Target:
    """`10.0.0.1`, `10.0.0.1-10.0.0.9:80-90`, `:80`, `10.0.0.1:tcp dport map { … }`."""
    word = words.next
    base, colon, _ = word.partition(":")
    address = _span(base, kinds.ADDRESS) if base else None
    if not colon:
        words.take()
        return lambda _: (address, None)
    port = _port(words, named)
    if address is None:

        def ports(seen: Sight) -> Any:
            found = port(seen)
            return found if found is None or found.__class__ is Unknown else (None, found)

        return ports
    return lambda seen: _both(address, port(seen))


def _port(words: Words, named: Named) -> Target:
    """The port behind the colon in the word that comes."""
    place = words.place
    word = words.take().partition(":")[2]
    if word[:1].isdecimal():
        span = _span(word, kinds.PORT)
        return lambda _: span
    rest = Words([word, *words.all[words.place :]] if word else words.all[words.place :])
    of = expression(rest)
    if rest.taken("map"):
        of = mapped(rest, of, (kinds.PORT,), named)
    words.place = len(words.all) - (len(rest.all) - rest.place)
    read = drawn(of, lambda number: number) if of.draws else of.read
    if words.place <= place:
        raise NotUnderstoodError(words.since(place))

    def found(seen: Sight) -> Any:
        value = read(seen)
        return value if value is None or value.__class__ is Unknown else (value, value)

    return found
