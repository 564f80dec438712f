"""Policy routing rules of one network namespace, compiled: which flows each of them matches."""

from collections.abc import Callable, Sequence

import msgspec

from leadline.base.text import Text
from leadline.facts.sources.ip_rule import PolicyRule
from leadline.network.packet import PROTOCOLS, network

_ERRORS = {"unreachable": "ENETUNREACH", "prohibit": "EACCES", "blackhole": "EINVAL"}
_STOCK = {(0, "local"), (32766, "main"), (32767, "default")}
_TABLES = {"253": "default", "254": "main", "255": "local"}
_TOS = 0x1C
_TOS_NAMES = {
    "default": 0x00, "lowdelay": 0x10, "throughput": 0x08, "reliability": 0x04, "mincost": 0x02, "EF": 0xB8,
    **{f"CS{level}": level << 5 for level in range(8)},
    **{f"AF{level}{drop}": level << 5 | drop << 3 for level in (1, 2, 3, 4) for drop in (1, 2, 3)},
}  # fmt: skip
_PORTS = frozenset(("tcp", "udp", "sctp", "dccp", "udplite"))


class Undecided(Exception):  # noqa: N818 - an answer, not an error
    """A lookup hangs on something that was not recorded or is not understood: `missing`, a noun."""

    def __init__(self, missing: Text) -> None:
        super().__init__(missing.en)
        self.missing = missing


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What a lookup is asked with. `source`: 0 for none. `came_in`: `lo` for what is made here. `goes_out`: only by
    this interface, "" for any. `uid`: of the asking process, None where it is not known."""

    destination: int
    source: int = 0
    mark: int = 0
    came_in: str = "lo"
    goes_out: str = ""
    tos: int = 0
    protocol: str = ""
    source_port: int | None = None
    destination_port: int | None = None
    uid: int | None = 0


Match = Callable[[Flow], bool | None]
"""One selector; None where it cannot be told whether it matches."""


class PolicyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. `error`: what it refuses with, "" where it does not; `target`: of goto; `suppress`: routes of prefixes
    up to this length are passed over, -1 for none; `doubtful`: so may be others."""

    priority: int
    inverted: bool
    selectors: tuple[Match, ...]
    action: str
    error: str
    table: str
    target: int
    suppress: int
    doubtful: bool
    cite: str

    def matches(self, flow: Flow) -> bool:
        """Whether it is for this flow. Raises Undecided."""
        answers = [match(flow) for match in self.selectors]
        if False in answers:
            return self.inverted
        if None in answers:
            raise self.undecided
        return not self.inverted

    def suppresses(self, length: int) -> bool:
        """Whether it passes over a route it found, by its prefix' length. Raises Undecided."""
        if length <= self.suppress:
            return True
        if self.doubtful:
            raise self.undecided
        return False

    @property
    def undecided(self) -> Undecided:
        line = " ".join(self.cite.split())
        return Undecided(
            Text(f"what the policy rule `{line}` matches", f"정책 라우팅 규칙 `{line}`의 적용 대상")
        )


def is_stock(rules: Sequence[PolicyRule]) -> bool:
    """Whether these are the rules of a namespace in which nobody set any."""
    return len(rules) == len(_STOCK) and all(
        each.selector == "from all"
        and each.action == "lookup"
        and not each.options
        and (each.priority, _TABLES.get(each.table, each.table)) in _STOCK
        for each in rules
    )


def tos_number(written: str) -> int:
    """A TOS byte by its name or number; raises ValueError for others. "" is 0."""
    return _TOS_NAMES[written] if written in _TOS_NAMES else int(written or "0", 0)


def compiled(rule: PolicyRule, cite: str, *, virtual: bool) -> PolicyLine:
    """A rule of the fact as a lookup needs it. `virtual`: there are VRF devices, which are not followed."""
    words = rule.selector.split()
    inverted = words[:1] == ["not"]
    selectors: list[Match] = []
    words = [word for word in words[inverted:] if word != "[detached]"]
    for name, value in zip(words[::2], [*words[1::2], ""], strict=False):
        selectors.append(_selector(name, value))
    action, _, target = rule.action.partition(" ")
    options = rule.options.split()
    told = dict(zip(options[::2], options[1::2], strict=False))
    # `ip rule` prints some selectors of a VRF's rule behind its `lookup`
    selectors += [_selector(name, told.pop(name)) for name in tuple(told) if name in _SELECTORS]
    table = _TABLES.get(rule.table, rule.table)
    if table == "[l3mdev-table]":
        selectors.append((lambda _: None) if virtual else (lambda _: False))
        # it matches only what is not in a VRF if it is inverted, and then means table 0, which is main
        table = "main"
    return PolicyLine(
        priority=rule.priority,
        inverted=inverted,
        selectors=tuple(selectors),
        action=action,
        error=_ERRORS.get(action, ""),
        table=table,
        target=int(target or 0),
        suppress=int(told.get("suppress_prefixlength", -1)),
        doubtful=not told.keys() <= {"suppress_prefixlength", "realms"} or len(options) % 2 == 1,
        cite=cite,
    )


def _selector(name: str, value: str) -> Match:
    make = _SELECTORS.get(name)
    try:
        return make(value) if make is not None else _unknown
    except ValueError:
        return _unknown


def _unknown(_: Flow) -> None:
    return None


def _from(value: str) -> Match:
    base, mask = (0, 0) if value == "all" else network(value)
    return lambda flow: flow.source & mask == base


def _to(value: str) -> Match:
    base, mask = (0, 0) if value == "all" else network(value)
    return lambda flow: flow.destination & mask == base


def _mark(value: str) -> Match:
    mark, slash, mask = value.partition("/")
    wanted, bits = int(mark, 0), int(mask, 0) if slash else 0xFFFFFFFF
    return lambda flow: (flow.mark ^ wanted) & bits == 0


def _tos(value: str) -> Match:
    wanted = tos_number(value)
    return lambda flow: not wanted or flow.tos & _TOS == wanted


def _dscp(value: str) -> Match:
    wanted = tos_number(value) if value in _TOS_NAMES else int(value, 0) << 2
    return lambda flow: flow.tos & 0xFC == wanted


def _users(value: str) -> Match:
    first, last = map(int, value.split("-"))
    if (first, last) == (0, 0xFFFFFFFF):
        return lambda _: True
    return lambda flow: None if flow.uid is None else first <= flow.uid <= last


def _protocol(value: str) -> Match:
    name = value.removeprefix("ipproto-")
    wanted = PROTOCOLS.get(name) if not name.isdecimal() else int(name)
    if wanted is None:
        return lambda flow: False if flow.protocol in PROTOCOLS and flow.protocol != name else None
    return lambda flow: PROTOCOLS.get(flow.protocol) == wanted


def _ports(value: str, of: Callable[[Flow], int | None]) -> Match:
    first, _, last = value.partition("-")
    low, high = int(first), int(last or first)

    def match(flow: Flow) -> bool | None:
        if (port := of(flow)) is None:
            return None if flow.protocol in _PORTS else False
        return flow.protocol in _PORTS and low <= port <= high

    return match


_SELECTORS: dict[str, Callable[[str], Match]] = {
    "from": _from,
    "to": _to,
    "fwmark": _mark,
    "tos": _tos,
    "dsfield": _tos,
    "dscp": _dscp,
    "iif": lambda value: lambda flow: flow.came_in == value,
    "oif": lambda value: lambda flow: flow.goes_out == value,
    "uidrange": _users,
    "ipproto": _protocol,
    "sport": lambda value: _ports(value, lambda flow: flow.source_port),
    "dport": lambda value: _ports(value, lambda flow: flow.destination_port),
}
