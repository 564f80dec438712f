"""Targets that set marks, as net/netfilter/xt_mark.c and xt_connmark.c do."""

from collections.abc import Callable, Sequence

import msgspec

from leadline.network.sight import Sight, Step
from leadline.network.trace.extension import Option, Target, masked

_ALL = 0xFFFFFFFF
_SETTING = {"--set-mark": 1, "--set-xmark": 1, "--and-mark": 1, "--or-mark": 1, "--xor-mark": 1}


def _exclusive(option: Option) -> tuple[int, int]:
    """The value and mask that `--set-xmark` has for the same."""
    if option.name == "--set-xmark":
        return masked(option.value)
    if option.name == "--set-mark":
        value, mask = masked(option.value)
        return value, value | mask
    bits = int(option.value, 0)
    return {"--and-mark": (0, ~bits & _ALL), "--or-mark": (bits, bits), "--xor-mark": (bits, 0)}[option.name]


def _mark(options: Sequence[Option]) -> Step:
    [(value, mask)] = [_exclusive(option) for option in options]

    def step(seen: Sight) -> bool:
        _set(seen, seen.packet.mark & ~mask ^ value)
        return True

    return step


def _set(seen: Sight, mark: int) -> None:
    seen.packet = msgspec.structs.replace(seen.packet, mark=mark & _ALL)


def _connection_mark(options: Sequence[Option]) -> Step:
    given = {option.name: option for option in options}
    packet_mask, connection_mask = (
        int(given[name].value, 0) if name in given else _ALL for name in ("--nfmask", "--ctmask")
    )
    if "--mask" in given:
        packet_mask = connection_mask = int(given["--mask"].value, 0)
    shifted = _shift(given)
    if "--save-mark" in given:

        def changed(seen: Sight, mark: int) -> None:
            seen.connection_mark = (mark & ~connection_mask ^ shifted(seen.packet.mark & packet_mask)) & _ALL

    elif "--restore-mark" in given:

        def changed(seen: Sight, mark: int) -> None:
            _set(seen, seen.packet.mark & ~packet_mask ^ shifted(mark & connection_mask))

    else:
        [(value, mask)] = [_exclusive(option) for option in options if option.name in _SETTING]

        def changed(seen: Sight, mark: int) -> None:
            seen.connection_mark = shifted(mark & ~mask ^ value) & _ALL

    def step(seen: Sight) -> bool:
        tracked = seen.tracked
        if tracked is not None and tracked.state not in ("invalid", "untracked"):
            changed(seen, tracked.mark if seen.connection_mark is None else seen.connection_mark)
        return True

    return step


def _shift(given: dict[str, Option]) -> Callable[[int], int]:
    if "--left-shift-mark" in given:
        left = int(given["--left-shift-mark"].value, 0)
        return lambda mark: mark << left & _ALL
    if "--right-shift-mark" in given:
        right = int(given["--right-shift-mark"].value, 0)
        return lambda mark: (mark & _ALL) >> right
    return lambda mark: mark


targets = (
    Target(name="MARK", options=_SETTING, build=_mark),
    Target(
        name="CONNMARK",
        options={
            **_SETTING,
            "--save-mark": 0,
            "--restore-mark": 0,
            "--mask": 1,
            "--nfmask": 1,
            "--ctmask": 1,
            "--left-shift-mark": 1,
            "--right-shift-mark": 1,
        },
        build=_connection_mark,
    ),
)
