"""Who sent a packet on this host, as net/netfilter/xt_owner.c and xt_cgroup.c tell it."""

from collections.abc import Sequence

from leadline.base.text import Text
from leadline.network.sight import Sight, Step, Unknown
from leadline.network.trace.extension import Match, Option

_WHO = ("--uid-owner", "--gid-owner")
_SENDER = Text(
    "the sender's {option} is not known on this host",
    "이 호스트에서 송신 프로세스의 {option} 값을 알 수 없습니다",
)


def _owner(options: Sequence[Option]) -> list[Step]:
    # the kernel takes all inverted options together where there is no socket: each of them must be inverted
    without_socket = all(option.negated for option in options if option.name != "--suppl-groups")

    def made(option: Option) -> Step:
        unknown = Unknown(_SENDER.fill(option=option.name))
        positive = not option.negated
        first, _, last = option.value.partition("-") if option.values else ("0", "", "0")
        low, high = int(first), int(last or first)

        def step(seen: Sight) -> bool | Unknown:
            if seen.forwarded:
                return without_socket
            if option.name == "--socket-exists":
                return positive
            if option.name == "--gid-owner" or seen.local_uid is None:
                return unknown
            return (low <= seen.local_uid <= high) is positive

        return step

    return [made(option) for option in options if option.name in (*_WHO, "--socket-exists")]


def _cgroup(options: Sequence[Option]) -> list[Step]:
    unknown = Unknown(_SENDER.fill(option="cgroup"))
    return [lambda seen: False if seen.forwarded else unknown for _ in options[:1]]


matches = (
    Match(
        name="owner",
        options={"--uid-owner": 1, "--gid-owner": 1, "--socket-exists": 0, "--suppl-groups": 0},
        build=_owner,
    ),
    Match(name="cgroup", options={"--cgroup": 1, "--path": 1}, build=_cgroup),
)
