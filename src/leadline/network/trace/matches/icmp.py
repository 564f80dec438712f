"""ICMP types and codes."""

from leadline.base.text import Text
from leadline.network.sight import Sight, Step, Unknown
from leadline.network.trace.extension import Match, Option, each

_ANY = 255  # as a type, every type (net/netfilter/xt_tcpudp.c)
_UNKNOWN = Unknown(Text("its ICMP type is not known", "ICMP 타입을 알 수 없습니다"))


def _type(option: Option) -> Step:
    kind, _, code = option.value.partition("/")
    wanted_kind = _ANY if kind == "any" else int(kind)
    wanted_code = int(code) if code else None
    positive = not option.negated

    def step(seen: Sight) -> bool | Unknown:
        if wanted_kind == _ANY:
            return positive
        if seen.packet.icmp is None:
            return _UNKNOWN
        kind, code = seen.packet.icmp
        return (kind == wanted_kind and wanted_code in (None, code)) is positive

    return step


match = Match(
    name="icmp",
    options={"--icmp-type": 1},
    build=lambda options: [*each(options, {"--icmp-type": _type})],
)
