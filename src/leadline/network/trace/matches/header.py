"""The IP header's other fields."""

from leadline.base.text import Text
from leadline.network.sight import Step, Unknown
from leadline.network.trace.extension import Match, Option, Range, each, masked, span, within

_SIZE = Text("its size is not known", "크기를 알 수 없습니다")
_TTL = Text("its TTL is not known", "TTL을 알 수 없습니다")
_ECN = Text("TCP's ECN flags are not traced", "TCP의 ECN 플래그는 추적하지 않습니다")
_HIGHEST_TTL = 255


def _length(option: Option) -> Step:
    return within(lambda seen: seen.packet.size, [span(option.value)], option, _SIZE)


def _ttl(option: Option) -> Step:
    value = int(option.value)
    bounds = {
        "--ttl-eq": Range(value, value),
        "--ttl-gt": Range(value + 1, _HIGHEST_TTL),
        "--ttl-lt": Range(0, value - 1),
    }[option.name]
    return within(lambda seen: seen.packet.ttl, [bounds], option, _TTL)


def _tos(option: Option) -> Step:
    value, mask = masked(option.value)
    positive = not option.negated
    return lambda seen: (seen.packet.tos & mask == value) is positive


def _dscp(option: Option) -> Step:
    value, positive = int(option.value, 0), not option.negated
    return lambda seen: (seen.packet.tos >> 2 == value) is positive


def _ect(option: Option) -> Step:
    value, positive = int(option.value, 0), not option.negated
    return lambda seen: (seen.packet.tos & 3 == value) is positive


def _ecn_of_tcp(_: Option) -> Step:
    return lambda _: Unknown(_ECN)


matches = (
    Match(name="length", options={"--length": 1}, build=lambda given: [*each(given, {"--length": _length})]),
    Match(
        name="ttl",
        options={"--ttl-eq": 1, "--ttl-gt": 1, "--ttl-lt": 1},
        build=lambda given: [*each(given, {"--ttl-eq": _ttl, "--ttl-gt": _ttl, "--ttl-lt": _ttl})],
    ),
    Match(name="tos", options={"--tos": 1}, build=lambda given: [*each(given, {"--tos": _tos})]),
    Match(name="dscp", options={"--dscp": 1}, build=lambda given: [*each(given, {"--dscp": _dscp})]),
    Match(
        name="ecn",
        options={"--ecn-ip-ect": 1, "--ecn-tcp-cwr": 0, "--ecn-tcp-ece": 0},
        build=lambda given: [
            *each(given, {"--ecn-ip-ect": _ect, "--ecn-tcp-cwr": _ecn_of_tcp, "--ecn-tcp-ece": _ecn_of_tcp})
        ],
    ),
)
