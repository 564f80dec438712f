"""A packet at a netfilter hook: which chains it meets in which order, and what they make of it.

Order by priority as the kernel calls them: conntrack at -200, all of NAT at one place (-100 where destinations are
rewritten, 100 where sources are) with the nat chains in their own order there (nf_nat_core.c), everything else where
its chain says. A chain that accepts ends itself, not the hook; a drop ends all.
"""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from leadline.base.text import Text
from leadline.network.netns import Netns, named
from leadline.network.sight import Chain, Hook, Rules, Sight
from leadline.network.trace import ipvs
from leadline.network.trace.chains import run_chain
from leadline.network.trace.filtering import Carried, Filter
from leadline.network.trace.policy import Undecided
from leadline.network.trace.rewriting import NAT, rewrite
from leadline.network.trace.tracking import Tracking
from leadline.network.trace.trail import UNTOLD, EndedError, Trail, missing

_CONNTRACK = -200


def run(
    filter_: Filter,
    trail: Trail,
    hook: Hook,
    carried: Carried,
    *,
    came_in: str = "",
    goes_out: str = "",
    port_out: str = "",
    via: int | None = None,
    forwarded: bool = True,
) -> None:
    """Takes the packet through a hook; `carried` is as it leaves it. `via`: the gateway it goes to. Raises EndedError
    where a rule drops it or nobody can tell."""
    tools = filter_.netns.rules()
    if tools is None:
        raise missing(
            Text(
                "the packet filter rules of {host} were not recorded",
                "{host}의 패킷 필터 규칙이 기록되지 않았습니다",
            ).fill(host=named(filter_.netns))
        )
    if not tools and not ipvs.stands(filter_.netns):
        return
    seen = Sight(
        carried.packet,
        hook,
        filter_,
        came_in=came_in,
        goes_out=goes_out,
        port_in=carried.port_in,
        port_out=port_out,
        forwarded=forwarded,
    )
    if hook in ("input", "forward", "postrouting") and carried.tracking is not None:
        seen.tracked = carried.tracking.seen()
    try:
        _meet(filter_, trail, seen, carried, tools, via)
    except Undecided as undecided:
        raise missing(UNTOLD.fill(what=undecided.missing, host=named(filter_.netns))).of(
            seen.packet
        ) from None
    except EndedError as ended:
        raise ended.of(seen.packet) from None
    finally:
        filter_.last = carried.tracking
    carried.packet = seen.packet
    if hook in ("input", "postrouting") and carried.tracking is not None and not carried.elsewhere:
        filter_.tracker.confirm(carried.tracking)


def _meet(
    filter_: Filter, trail: Trail, seen: Sight, carried: Carried, tools: Sequence[Rules], via: int | None
) -> None:
    """Everything that stands at the hook, in order."""
    for work in _order(filter_.netns, tools, seen.hook):
        if isinstance(work, str):
            _balance(filter_, trail, seen, carried, work)
            if carried.elsewhere:
                return
        elif work is None:
            if carried.tracking is None:
                carried.tracking = filter_.tracker.track(seen.packet)
            seen.tracked = carried.tracking.seen()
        elif isinstance(work, list):
            rewrite(filter_, trail, seen, carried, work, via)
        else:
            verdict = run_chain(trail, seen, *work)
            untracked = (verdict is not None and verdict.kind == "notrack") or (
                seen.tracked is not None and seen.tracked.state == "untracked"
            )
            if untracked and carried.tracking is None:
                carried.tracking = Tracking("untracked")
        if seen.connection_mark is not None and carried.tracking and carried.tracking.connection:
            carried.tracking.connection.mark = seen.connection_mark


def _balance(filter_: Filter, trail: Trail, seen: Sight, carried: Carried, part: ipvs.Part) -> None:
    """IPVS's place at a hook: it takes part in what happens to a packet once."""
    if carried.balanced:
        return
    if part == "answers":
        answer = filter_.ipvs.answer(trail, seen.hook, seen.packet, carried.tracking)
        if answer is None:
            return
        seen.packet, carried.tracking = answer
    else:
        given = filter_.ipvs.request(trail, seen.hook, seen.packet, carried.tracking)
        if given is None:
            return
        seen.packet, carried.tracking, carried.elsewhere = given.packet, given.tracking, given.elsewhere
    carried.balanced = True
    seen.tracked = carried.tracking.seen() if carried.tracking is not None else None


_Placed = tuple[Rules, Chain]


_Work = _Placed | list[_Placed] | ipvs.Part | None
_orders: "WeakKeyDictionary[Netns, dict[Hook, Sequence[_Work]]]" = WeakKeyDictionary()


def _order(netns: Netns, tools: Sequence[Rules], hook: Hook) -> Sequence[_Work]:
    """What stands at a hook, in the kernel's order: a chain, all nat chains together, a part of IPVS, or None for
    conntrack.

    Of two with one priority the one that was made later comes first (nf_hook_entries_grow); the tables stand in the
    listing as they were made, and chains in their table.
    """
    known = _orders.setdefault(netns, {})
    if hook in known:
        return known[hook]
    made = {table: number for number, table in enumerate(netns.tables())}
    placed = [
        ((chain.priority, -made.get((chain.family, chain.table), -1), -number), (rules, chain))
        for rules in tools
        for number, chain in enumerate(rules.chains())
        if chain.hook == hook
    ]
    placed.sort(key=lambda each: each[0])
    work: list[tuple[int, _Work]] = [(place[0], each) for place, each in placed if each[1].kind != "nat"]
    if hook in ("prerouting", "output"):
        work.append((_CONNTRACK, None))
    if hook in NAT:
        work.append((NAT[hook][0], [each for _, each in placed if each[1].kind == "nat"]))
    if ipvs.stands(netns):
        work += ipvs.PLACES.get(hook, ())
    known[hook] = [each for _, each in sorted(work, key=lambda one: one[0])]
    return known[hook]
