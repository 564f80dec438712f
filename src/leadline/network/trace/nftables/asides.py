"""Statements that change nothing here, and those that ask what no recording holds."""

from leadline.base.text import Text
from leadline.network.sight import Step
from leadline.network.trace.nftables.expressions import Expression, expression
from leadline.network.trace.nftables.gathering import Gathered
from leadline.network.trace.nftables.words import NotUnderstoodError, Words, always, strange

_HARMLESS_CT = frozenset(("helper", "timeout", "event", "expectation", "label", "secmark"))
_BEYOND = Text("it is beyond `{what}`", "`{what}`을(를) 넘었습니다")


def nothing(rule: Gathered) -> None:
    """`counter`, `counter name X`, `last`."""
    words = rule.words
    word = words.take()
    if word == "counter":
        if words.taken("name"):
            words.take()
        elif words.taken("packets"):
            words.place += 3
    elif words.taken("used"):
        words.take()


def log(rule: Gathered) -> None:
    words = rule.words
    words.take()
    while words.next in ("prefix", "level", "group", "snaplen", "queue-threshold", "flags"):
        if words.take() == "flags":
            while words.next in ("all", "tcp", "ip", "skuid", "ether", "sequence", "options", "flags", ","):
                words.take()
        else:
            words.take()


def limit(rule: Gathered) -> None:
    """`limit`, `quota`, `ct count`: how much there was before is not recorded; outcome 0 is within it."""
    _limited(rule.words, rule)


def _limited(words: Words, rule: Gathered) -> None:
    place = words.place
    kind = words.take()
    if words.taken("name"):
        words.take()
        over = False
    else:
        words.taken("rate")
        over = words.taken("over")
        words.taken("until")
        words.take()
        if kind == "quota" or words.next.endswith(("/second", "/minute", "/hour", "/day", "/week")):
            words.take()
        if words.taken("burst"):
            words.place += 2
        if words.taken("used"):
            words.place += 2
    _unrecorded(" ".join(words.all[place : words.place]), over, rule)


def _unrecorded(what: str, over: bool, rule: Gathered) -> None:
    beyond = _BEYOND.fill(what=what)
    rule.ask(lambda seen: bool(seen.here.choose(None, beyond)) is over)


def connection_statement(rule: Gathered) -> bool:
    """The statements that begin as `ct` expressions do."""
    words = rule.words
    if words.taken("ct", "count"):
        place = words.place - 2
        over = words.taken("over")
        words.take()
        _unrecorded(" ".join(words.all[place : words.place]), over, rule)
        return True
    key, *more = words.all[words.place + 1 : words.place + 3] or [""]
    if key in _HARMLESS_CT and more == ["set"]:
        words.place += 4
        while words.taken(","):
            words.take()
        return True
    return False


def flow(rule: Gathered) -> None:
    """`flow add @name`: only what is established is offloaded, other packets end the rule there."""
    words = rule.words
    place = words.place
    words.place += 3
    if words.next:
        raise NotUnderstoodError(words.since(place))


def extension(rule: Gathered) -> None:
    """What iptables-nft put here. Without a comment's match, what it does is in iptables-save only."""
    words = rule.words
    place = words.place
    if words.next.startswith("#"):
        words.take()
        name = words.take().removeprefix("xt_") if words.place < len(words.all) else ""
    else:
        words.take()
        name = f"{words.take()} {words.take()}".replace('"', "")
        words.taken("not", "found")
    if name in ("match comment", "comment"):
        return
    unknown = strange(words.since(place) if not name else f"xt {name}")
    (rule.match if name.startswith("match") else rule.act)(always(unknown))


def update(rule: Gathered) -> None:
    """`add @set { … }`: the rule goes on where its key can be read. A limit in it is asked."""
    words = rule.words
    words.take()
    words.take()
    if words.taken("size"):
        words.take()
    place = words.place
    members = words.braced()
    key = " ".join(members[0]) if members else ""
    inner = Words(members[0] if members else [])
    of = expression(inner)
    rule.match(there(of))
    if inner.taken(":"):
        while inner.next:
            inner.take()
    while inner.next in ("timeout", "expires", "counter", "comment"):
        if inner.take() != "counter":
            inner.take()
        elif inner.taken("packets"):
            inner.place += 3
    if inner.next in ("limit", "quota"):
        _limited(inner, rule)
    elif inner.taken("ct", "count"):
        over = inner.taken("over")
        inner.take()
        _unrecorded(key, over, rule)
    if inner.next:
        raise NotUnderstoodError(words.since(place))


def there(of: Expression) -> Step:
    """That an expression has a value for the packet."""
    read = of.read
    return lambda seen: read(seen) is not None
