"""Ports, and what else is in the headers of the protocols that have them."""

from leadline.base.text import Text
from leadline.network.sight import Sight, Step, Unknown
from leadline.network.trace.extension import Match, Option, each, span, within

_SOURCE_PORT = Text("its source port is not known", "출발지 포트를 알 수 없습니다")
_DESTINATION_PORT = Text("its destination port is not known", "목적지 포트를 알 수 없습니다")
_TCP_OPTION = Text("TCP options are not traced", "TCP 옵션은 추적하지 않습니다")
_CONTENT = Text(
    "what the packet carries is not traced ({option})", "패킷의 내용은 추적하지 않습니다({option})"
)


def _source(option: Option) -> Step:
    bounds = [span(part) for part in option.value.split(",")]
    return within(lambda seen: seen.packet.source_port, bounds, option, _SOURCE_PORT)


def _destination(option: Option) -> Step:
    bounds = [span(part) for part in option.value.split(",")]
    return within(lambda seen: seen.packet.destination_port, bounds, option, _DESTINATION_PORT)


def _either(option: Option) -> Step:
    positive = option._replace(negated=False)
    source, destination = _source(positive), _destination(positive)

    def step(seen: Sight) -> bool | Unknown:
        answers = source(seen), destination(seen)
        if True in answers:
            return not option.negated
        doubt = next((answer for answer in answers if isinstance(answer, Unknown)), None)
        return option.negated if doubt is None else doubt

    return step


def _flags(option: Option) -> Step:
    names = {"syn", "ack", "rst", "fin", "psh", "urg"}
    looked_at, wanted = (
        frozenset()
        if written == "NONE"
        else names
        if written == "ALL"
        else frozenset(written.lower().split(","))
        for written in option.values
    )
    if not looked_at | wanted <= names:
        raise ValueError(option.values)
    positive = not option.negated
    return lambda seen: (seen.packet.flags & looked_at == wanted) is positive


def _begins(option: Option) -> Step:
    return _flags(Option("--tcp-flags", ("SYN,RST,ACK,FIN", "SYN"), option.negated))


def _tcp_option(_: Option) -> Step:
    return lambda _: Unknown(_TCP_OPTION)


def _content(option: Option) -> Step:
    unknown = Unknown(_CONTENT.fill(option=option.name))
    return lambda _: unknown


_PORTS = {"--sport": _source, "--dport": _destination}
_TCP = {**_PORTS, "--tcp-flags": _flags, "--syn": _begins, "--tcp-option": _tcp_option}
_SCTP = {**_PORTS, "--chunk-types": _content}
_DCCP = {**_PORTS, "--dccp-types": _content, "--dccp-option": _content}
_MULTIPORT = {"--sports": _source, "--dports": _destination, "--ports": _either}


matches = (
    Match(
        name="tcp",
        options={"--sport": 1, "--dport": 1, "--tcp-flags": 2, "--syn": 0, "--tcp-option": 1},
        build=lambda options: [*each(options, _TCP)],
    ),
    Match(name="udp", options={"--sport": 1, "--dport": 1}, build=lambda options: [*each(options, _PORTS)]),
    Match(
        name="udplite", options={"--sport": 1, "--dport": 1}, build=lambda options: [*each(options, _PORTS)]
    ),
    Match(
        name="sctp",
        options={"--sport": 1, "--dport": 1, "--chunk-types": 2},
        build=lambda options: [*each(options, _SCTP)],
    ),
    Match(
        name="dccp",
        options={"--sport": 1, "--dport": 1, "--dccp-types": 1, "--dccp-option": 1},
        build=lambda options: [*each(options, _DCCP)],
    ),
    Match(
        name="multiport",
        options={"--sports": 1, "--dports": 1, "--ports": 1},
        build=lambda options: [*each(options, _MULTIPORT)],
    ),
)
