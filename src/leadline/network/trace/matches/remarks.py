"""Matches that every packet passes: comments, and counters by name."""

from collections.abc import Sequence

from leadline.base.text import Text
from leadline.network.trace.extension import Last, Match, Option

_OWN = frozenset(("ct_state_invalid_dropped_pkts", "localhost_nps_accepted_pkts"))
_QUOTA = Text(
    "the nfacct object {name} has a quota that is not used up", "nfacct 객체 {name}의 할당량이 남아 있음"
)


def _count(options: Sequence[Option]) -> list[Last]:
    """kube-proxy's objects have no quota; one that has lets packets match when it is used up only."""
    [name] = [option.value for option in options]
    if name in _OWN:
        return []
    what = _QUOTA.fill(name=name)
    return [Last(lambda seen: seen.here.choose(None, what) == 0)]


matches = (
    Match(name="comment", options={"--comment": 1}, build=lambda _: []),
    Match(name="nfacct", options={"--nfacct-name": 1}, build=_count),
)
