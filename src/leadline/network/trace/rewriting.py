"""NAT's place at a hook: what rules decide for a connection's first packet is done to every one of it."""

from collections.abc import Sequence

from leadline.base.text import Text
from leadline.network.netns import Netns, named
from leadline.network.packet import Packet, end
from leadline.network.sight import Chain, Hook, Rules, Sight, Verdict
from leadline.network.trace.chains import run_chain
from leadline.network.trace.filtering import Carried, Filter
from leadline.network.trace.tracking import Part, Tracking
from leadline.network.trace.trail import Trail, missing

NAT: dict[Hook, tuple[int, Part]] = {
    "prerouting": (-100, "destination"),
    "output": (-100, "destination"),
    "input": (100, "source"),
    "postrouting": (100, "source"),
}
"""Where it stands, and which part of an address pair it rewrites there."""
_LOOPBACK = 127


def rewrite(
    filter_: Filter,
    trail: Trail,
    seen: Sight,
    carried: Carried,
    chains: Sequence[tuple[Rules, Chain]],
    via: int | None,
) -> None:
    """NAT's place at a hook: rules decide for the first packet, and what they decided is done to each."""
    tracking = carried.tracking
    if tracking is None or tracking.connection is None:
        return
    part = NAT[seen.hook][1]
    connection = tracking.connection
    if tracking.state == "new" and not tracking.reply and part not in connection.decided:
        for rules, chain in chains:
            verdict = run_chain(trail, seen, rules, chain)
            if verdict is not None and verdict.kind in ("dnat", "snat", "masquerade", "redirect"):
                _decide(filter_, seen, tracking, part, verdict, via)
                break
        connection.decided.add(part)
    before = seen.packet
    seen.packet = tracking.rewritten(before, part)
    seen.tracked = tracking.seen()
    if seen.packet != before and not trail.quiet:
        trail.note("rewrite", seen.hook, _rewritten(before, seen.packet, part, reply=tracking.reply))


def _decide(
    filter_: Filter, seen: Sight, tracking: Tracking, part: Part, verdict: Verdict, via: int | None
) -> None:
    connection = tracking.connection
    assert connection is not None  # noqa: S101 - the caller looked
    address = verdict.address
    if verdict.kind == "masquerade":
        address = _masquerading(filter_.netns, seen.goes_out, via or seen.packet.destination)
        if address is None:
            raise missing(
                Text(
                    "{device} of {host} has no IPv4 address to masquerade with in what was recorded",
                    "기록된 {host}의 {device}에 마스커레이드에 쓸 IPv4 주소가 없습니다",
                ).fill(device=seen.goes_out, host=named(filter_.netns))
            )
    elif verdict.kind == "redirect":
        address = _own(filter_, seen)
    elif address is not None and verdict.last_address not in (None, address):
        span = (verdict.last_address or address) - address + 1
        address += filter_.choices.choose((1.0,) * span, _RANGE)
    now = seen.packet.destination_port if part == "destination" else seen.packet.source_port
    connection.rewrite(part, address, _port(filter_, verdict, now))


def _masquerading(netns: Netns, device: str, via: int) -> int | None:
    """The address that traffic leaving by a device is masqueraded with: the one in the next hop's network, else its
    first one, else the first one of any interface; none is of loopback's network (inet_select_addr)."""
    link = netns.links.get(device)
    if link is None:
        return None
    for own, length in link.addresses:
        if own >> 32 - length == via >> 32 - length and own >> 24 != _LOOPBACK:
            return own
    for each in (link, *sorted(netns.links.values(), key=lambda other: other.index or 0)):
        for own, _ in each.addresses:
            if own >> 24 != _LOOPBACK:
                return own
    return None


def _port(filter_: Filter, verdict: Verdict, now: int | None) -> int | None:
    """The port of a rewriting: one that is in the range stays."""
    first, last = verdict.port, verdict.last_port
    if first is None or last is None or last == first:
        return first
    if verdict.base is not None and now is not None:
        return first + (now - verdict.base) % (last - first + 1)
    if now is not None and first <= now <= last:
        return now
    return first + filter_.choices.choose((1.0,) * (last - first + 1), _RANGE)


def _own(filter_: Filter, seen: Sight) -> int:
    """Where a redirect leads: to the interface's own address, or to loopback for what is made here."""
    if seen.hook == "output":
        return 0x7F000001
    link = filter_.netns.links.get(seen.came_in)
    if link is None or not link.addresses:
        raise missing(
            Text(
                "{device} of {host} has no IPv4 address to redirect to in what was recorded",
                "기록된 {host}의 {device}에 리다이렉트할 IPv4 주소가 없습니다",
            ).fill(device=seen.came_in, host=named(filter_.netns))
        )
    return link.addresses[0][0]


def _rewritten(before: Packet, now: Packet, part: Part, *, reply: bool) -> Text:
    if part == "destination":
        old, new = (
            end(before.destination, before.destination_port),
            end(now.destination, now.destination_port),
        )
        said = Text("destination {old} → {new}", "목적지 {old} → {new}")
    else:
        old, new = end(before.source, before.source_port), end(now.source, now.source_port)
        said = Text("source {old} → {new}", "출발지 {old} → {new}")
    if reply:
        said = Text(said.en + ", as conntrack remembers", said.ko + "(conntrack에 기록된 대로)")
    return said.fill(old=old, new=new)


_RANGE = Text("another one of the range", "범위 안의 다른 값")
