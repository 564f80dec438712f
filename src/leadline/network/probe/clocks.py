"""When the hosts of a probe saw its packets, on one clock: each host has its own."""

from collections.abc import Iterable, Mapping

from leadline.network.probe.connections import Connection
from leadline.network.probe.observation import Observation


def departure(connection: Connection, host: str, place: str) -> int | None:
    """When the first packet left, in nanoseconds by the sender's clock: when its own interface had it, else when the
    program sent it; None where nothing was sent."""
    own = [
        each.time
        for each in connection.observations
        if each.role == "request" and (each.host, each.netns) == (host, place)
    ]
    sent = [int(each.at * 1e9) for each in connection.attempts if each.at]
    return min(own, default=None) or min(sent, default=None)


def offsets(connection: Connection, host: str, left: int) -> Mapping[str, int | None]:
    """Host → nanoseconds that its clock is ahead of the sender's, as far as cause and effect tell: no packet is seen
    before it left, no answer behind its arrival. 0 where the clocks do not contradict that, None where they do and no
    answer tells by how much."""
    answered = _first(connection.observations, host, "reply")
    found: dict[str, int | None] = {host: 0}
    for other in {each.host for each in connection.observations} - {host}:
        came, back = (_first(connection.observations, other, role) for role in ("request", "reply"))
        most = came - left if came is not None else None
        least = back - answered if back is not None and answered is not None else None
        if (most is None or most >= 0) and (least is None or least <= 0):
            found[other] = 0
        elif most is not None and least is not None:
            found[other] = (most + least) // 2
        else:
            found[other] = None
    return found


def _first(seen: Iterable[Observation], host: str, role: str) -> int | None:
    return min((each.time for each in seen if (each.host, each.role) == (host, role)), default=None)
