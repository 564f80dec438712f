"""What connection tracking knows of a packet: `conntrack` and the older `state`.

As net/netfilter/xt_conntrack.c: a packet of no connection is INVALID (before connection tracking has seen it, too) or
UNTRACKED, and of all options only --ctstate can be true of it.
"""

from collections.abc import Callable, Sequence

from leadline.base.text import Text
from leadline.network.packet import ICMP, PROTOCOLS, network
from leadline.network.sight import Sight, State, Step, Tracked, Tuple, Unknown
from leadline.network.trace.extension import Match, Option, span

_STATES: dict[str, State] = {
    "NEW": "new",
    "ESTABLISHED": "established",
    "RELATED": "related",
    "INVALID": "invalid",
    "UNTRACKED": "untracked",
}
_TUPLE = Text(
    "the addresses of its connection are not known ({option})", "연결의 주소를 알 수 없습니다({option})"
)
_PORT = Text("the ports of its connection are not known ({option})", "연결의 포트를 알 수 없습니다({option})")
_STATUS = Text("whether its connection is {status} is not known", "연결이 {status} 상태인지 알 수 없습니다")
_EXPIRES = Text("when its connection expires is not known", "연결의 만료 시간을 알 수 없습니다")


def _connected(seen: Sight) -> Tracked | None:
    tracked = seen.tracked
    return None if tracked is None or tracked.state in ("invalid", "untracked") else tracked


def _state(option: Option) -> Step:
    words = option.value.split(",")
    rewritten = {word for word in words if word in ("SNAT", "DNAT")}
    wanted = {_STATES[word] for word in words if word not in rewritten}
    positive = not option.negated

    def step(seen: Sight) -> bool:
        tracked = seen.tracked
        state = "invalid" if tracked is None else tracked.state
        matched = state in wanted
        if not matched and rewritten and tracked is not None and _connected(seen):
            matched = ("SNAT" in rewritten and tracked.snat) or ("DNAT" in rewritten and tracked.dnat)
        return matched is positive

    return step


def _direction(option: Option) -> Callable[[Tracked], bool]:
    if option.value not in ("ORIGINAL", "REPLY"):
        raise ValueError(option.value)
    reply = (option.value == "REPLY") is not option.negated
    return lambda tracked: tracked.reply is reply


def _tuple(option: Option, tracked: Tracked) -> Tuple | None:
    return tracked.original if option.name.startswith("--ctorig") else tracked.answer


def _address(option: Option) -> Callable[[Tracked], bool | Unknown]:
    base, mask = network(option.value)
    source, positive = option.name.endswith("src"), not option.negated
    unknown = Unknown(_TUPLE.fill(option=option.name))

    def test(tracked: Tracked) -> bool | Unknown:
        if (ends := _tuple(option, tracked)) is None:
            return unknown
        return ((ends.source if source else ends.destination) & mask == base) is positive

    return test


def _port(option: Option) -> Callable[[Tracked], bool | Unknown]:
    first, last = span(option.value)
    source, positive = option.name.endswith("srcport"), not option.negated
    unknown = Unknown(_PORT.fill(option=option.name))

    def test(tracked: Tracked) -> bool | Unknown:
        ends = _tuple(option, tracked)
        # of ICMP the kernel takes the type and code for the destination's port
        if ends is None or (ends.protocol == ICMP and not source):
            return unknown
        port = ends.source_port if source else ends.destination_port
        return unknown if port is None else (first <= port <= last) is positive

    return test


def _protocol(option: Option) -> Callable[[Tracked], bool | Unknown]:
    wanted = int(option.value) if option.value.isdecimal() else PROTOCOLS[option.value]
    positive = not option.negated
    unknown = Unknown(_TUPLE.fill(option=option.name))

    def test(tracked: Tracked) -> bool | Unknown:
        if tracked.original is None:
            return unknown
        protocol = tracked.original.protocol
        return (PROTOCOLS.get(protocol) == wanted or protocol == str(wanted)) is positive

    return test


def _status(option: Option) -> Callable[[Tracked], bool | Unknown]:
    words = option.value.split(",")
    if not set(words) <= {"NONE", "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"}:
        raise ValueError(option.value)
    positive = not option.negated

    def test(tracked: Tracked) -> bool | Unknown:
        doubt: str = ""
        for word in words:
            known = _known(word, tracked)
            if known:
                return positive
            if known is None:
                doubt = word
        return Unknown(_STATUS.fill(status=doubt)) if doubt else not positive

    return test


def _known(status: str, tracked: Tracked) -> bool | None:
    """Whether a connection has a status, None where this cannot be told. NONE is none of them: no connection has it. A
    packet of a new connection is its first one, which confirms it when it has passed."""
    if status == "NONE" or tracked.state == "new":
        return False
    if tracked.state == "established":
        return {"SEEN_REPLY": True, "CONFIRMED": True, "EXPECTED": False}.get(status)
    return None


def _expires(_: Option) -> Callable[[Tracked], bool | Unknown]:
    return lambda _: Unknown(_EXPIRES)


_TESTS: dict[str, Callable[[Option], Callable[[Tracked], bool | Unknown]]] = {
    "--ctdir": _direction,
    "--ctorigsrc": _address,
    "--ctorigdst": _address,
    "--ctreplsrc": _address,
    "--ctrepldst": _address,
    "--ctproto": _protocol,
    "--ctorigsrcport": _port,
    "--ctorigdstport": _port,
    "--ctreplsrcport": _port,
    "--ctrepldstport": _port,
    "--ctstatus": _status,
    "--ctexpire": _expires,
}


def _of_connection(test: Callable[[Tracked], bool | Unknown], *, unless: bool) -> Step:
    """`unless`: what is true of a packet without a connection."""

    def step(seen: Sight) -> bool | Unknown:
        tracked = _connected(seen)
        return unless if tracked is None else test(tracked)

    return step


def _build(options: Sequence[Option]) -> list[Step]:
    states = [_state(option) for option in options if option.name in ("--ctstate", "--state")]
    return [
        *states,
        *(
            _of_connection(_TESTS[option.name](option), unless=bool(states))
            for option in options
            if option.name in _TESTS
        ),
    ]


matches = (
    Match(name="conntrack", options={"--ctstate": 1, **dict.fromkeys(_TESTS, 1)}, build=_build),
    Match(name="state", options={"--state": 1}, build=_build),
)
