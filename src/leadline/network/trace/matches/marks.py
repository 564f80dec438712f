"""Firewall marks: of the packet, and of its connection."""

from leadline.network.sight import Sight, Step
from leadline.network.trace.extension import Match, Option, each, masked


def _mark(option: Option) -> Step:
    value, mask = masked(option.value)
    positive = not option.negated
    return lambda seen: (seen.packet.mark & mask == value) is positive


def _connection_mark(option: Option) -> Step:
    value, mask = masked(option.value)
    positive = not option.negated

    def step(seen: Sight) -> bool:
        tracked = seen.tracked
        if tracked is None or tracked.state in ("invalid", "untracked"):
            return False  # also with `!` (net/netfilter/xt_connmark.c)
        mark = tracked.mark if seen.connection_mark is None else seen.connection_mark
        return (mark & mask == value) is positive

    return step


matches = (
    Match(name="mark", options={"--mark": 1}, build=lambda options: [*each(options, {"--mark": _mark})]),
    Match(
        name="connmark",
        options={"--mark": 1},
        build=lambda options: [*each(options, {"--mark": _connection_mark})],
    ),
)
