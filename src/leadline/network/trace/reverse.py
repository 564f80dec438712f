"""Whether a packet's source may have come in by its interface (the kernel's fib_validate_source)."""

from leadline.network.packet import Packet
from leadline.network.trace import settings
from leadline.network.trace.answer import RouteAnswer
from leadline.network.trace.fib import Refused
from leadline.network.trace.lookup import Lookup
from leadline.network.trace.policy import Flow

_OFF, _STRICT = 0, 1


def objection(
    lookup: Lookup, packet: Packet, device: str, leaves: str, destination: int
) -> RouteAnswer | None:
    """Why the source is refused; None where it is not. `leaves`: where the packet is forwarded to, "" for here;
    `destination`: its own, or 0 where it is a broadcast. Raises Undecided."""
    values, setting, unknown = settings.reverse_path(lookup.netns, device)
    found = [_objection(lookup, packet, device, leaves, destination, value, setting) for value in values]
    if len({each and each.kind for each in found}) > 1:
        raise settings.missing(*unknown)
    return found[0]


def _objection(
    lookup: Lookup, packet: Packet, device: str, leaves: str, destination: int, strictness: int, setting: str
) -> RouteAnswer | None:
    # what would be redirected is checked in full
    if strictness == _OFF and not (device == leaves and _redirects(lookup, device)):
        if settings.stands(lookup.netns, device, "accept_local"):
            return None
        if not lookup.tables.custom:
            return _own(lookup, device) if lookup.is_address(packet.source) else None
    flow = Flow(
        destination=packet.source,
        source=destination,
        mark=_mark(lookup, packet, device),
        came_in=leaves or lookup.loopback,
        tos=packet.tos,
        protocol=packet.protocol,
        source_port=packet.destination_port,
        destination_port=packet.source_port,
    )
    found = lookup.found(flow)
    if isinstance(found, Refused):
        return None if strictness == _OFF else lookup.answer("reverse-path", setting=setting)
    kind = found.entry.type
    if kind == "local":
        if (refused := _own(lookup, device)) is not None:
            return refused
    elif kind != "unicast":
        return lookup.routed("martian", found)
    if found.entry.uses(device) or (kind == "local" and device == lookup.loopback):
        return None
    if strictness == _STRICT or (strictness != _OFF and not lookup.link(device).addresses):
        hop = found.hop
        return lookup.routed("reverse-path", found, device=hop.device, gateway=hop.gateway, setting=setting)
    return None


def _own(lookup: Lookup, device: str) -> RouteAnswer | None:
    """The source is an address of this host."""
    accepts, setting = settings.either(lookup.netns, device, "accept_local")
    return None if accepts else lookup.answer("martian", setting=setting)


def _redirects(lookup: Lookup, device: str) -> bool:
    return settings.stands(lookup.netns, device, "send_redirects") is not False


def _mark(lookup: Lookup, packet: Packet, device: str) -> int:
    if not packet.mark or not lookup.tables.marks:
        return 0
    return packet.mark if settings.either(lookup.netns, device, "src_valid_mark")[0] else 0
