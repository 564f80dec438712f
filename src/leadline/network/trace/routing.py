"""IPv4 routing of one network namespace: where a packet goes that was made here or came in, and why it may not.

Sources: the kernel's net/ipv4/route.c, fib_frontend.c and devinet.c, and the kernel itself
(tests/network/test_routing_kernel.py).
"""

import msgspec

from leadline.base.text import Text
from leadline.network.netns import Netns
from leadline.network.packet import Packet
from leadline.network.trace import settings
from leadline.network.trace.answer import Candidate, RouteAnswer
from leadline.network.trace.fib import Found, Refused
from leadline.network.trace.lookup import (
    HOST,
    LIMITED,
    LINK,
    Lookup,
    is_local_multicast,
    is_loopback,
    is_multicast,
)
from leadline.network.trace.policy import Flow, Undecided
from leadline.network.trace.reverse import objection

__all__ = (
    "Candidate",
    "RouteAnswer",
    "Undecided",
    "address_type",
    "input",
    "output",
    "reverse_device",
    "route_device",
)

_ICMP = {"EHOSTUNREACH": (3, 1), "ENETUNREACH": (3, 0), "EACCES": (3, 13)}
_LOOPBACK_ADDRESS = 0x7F000001
_SHORTEST_MULTICAST = 4


def output(
    netns: Netns,
    destination: int,
    *,
    source: int | None = None,
    mark: int = 0,
    device: str = "",
    tos: int = 0,
    protocol: str = "",
    source_port: int | None = None,
    destination_port: int | None = None,
    uid: int | None = None,
    any_source: bool = False,
) -> RouteAnswer:
    """Where a packet goes that is made here. `device`: its socket or tunnel is bound to this one. `uid`: of the process
    that sends it. `any_source`: its source need not be an address of this host (it was rewritten on its way out).
    """
    flow = Flow(
        destination=destination,
        source=source or 0,
        mark=mark,
        goes_out=device,
        tos=tos,
        protocol=protocol,
        source_port=source_port,
        destination_port=destination_port,
        uid=uid,
    )
    try:
        return _output(Lookup(netns), flow, any_source)
    except Undecided as undecided:
        return RouteAnswer(kind="unknown", missing=undecided.missing)


def input(netns: Netns, packet: Packet, device: str) -> RouteAnswer:  # noqa: A001 - the kernel's word for it
    """Where a packet goes that came in by `device`."""
    try:
        return _input(Lookup(netns), packet, device)
    except Undecided as undecided:
        return RouteAnswer(kind="unknown", missing=undecided.missing)


def address_type(netns: Netns, address: int, device: str = "") -> str:
    """The kernel's type of an address by its table `local` (`addrtype`, `fib … type`): local, unicast, broadcast or
    multicast. `device`: only as far as this interface's routes say so. Raises Undecided."""
    return Lookup(netns).type(address, device)


def route_device(
    netns: Netns,
    address: int,
    *,
    source: int | None,
    mark: int,
    device: str,
    tos: int = 0,
    protocol: str = "",
) -> str:
    """The interface a route to `address` leaves by, "" where there is none, or none by `device` if that is given
    (`fib … oif`). `tos`, `protocol`: of the packet it is asked for. Raises Undecided."""
    flow = _plain(address, source or 0, mark, tos, protocol)
    found = Lookup(netns).found(flow, any_link=True)
    if isinstance(found, Refused) or found.entry.type == "local":
        return ""
    if device:
        return device if found.entry.uses(device) else ""
    return found.hop.device


def reverse_device(
    netns: Netns,
    packet: Packet,
    device: str,
    *,
    loose: bool,
    valid_mark: bool = False,
    accept_local: bool = False,
) -> bool:
    """Whether a packet that came in by `device` would be answered by it, `loose`: by any (iptables' `rpfilter`).
    `valid_mark`: looked up with its mark; `accept_local`: it may have an address of this host. Raises Undecided."""
    to_all = packet.destination == LIMITED or is_local_multicast(packet.destination)
    if packet.source == 0 and to_all:
        return True
    flow = _plain(packet.source, packet.destination, packet.mark if valid_mark else 0, packet.tos)
    found = Lookup(netns).found(flow, any_link=True)
    if isinstance(found, Refused):
        return False
    if found.entry.type != "unicast" and not (accept_local and found.entry.type == "local"):
        return False
    return loose or found.entry.uses(device)


def _plain(destination: int, source: int, mark: int, tos: int, protocol: str = "") -> Flow:
    """What packet filters ask: without ports, and without a source that nobody can have."""
    plain = 0 if is_multicast(source) or source == LIMITED else source
    return Flow(
        destination=destination,
        source=plain,
        mark=mark,
        tos=tos,
        protocol=protocol,
        source_port=0,
        destination_port=0,
    )


def _output(lookup: Lookup, flow: Flow, any_source: bool) -> RouteAnswer:
    """The kernel's ip_route_output_key_hash_rcu."""
    to, device, source = flow.destination, flow.goes_out, flow.source
    if source:
        if is_multicast(source) or source == LIMITED:
            return lookup.answer("martian", error="EINVAL")
        if not device and (to == LIMITED or is_multicast(to)):
            if not (own := _device_of(lookup, source)):
                return lookup.answer("martian", error="ENETUNREACH")
            return _sent(lookup, to, lookup.answer("forward", device=own, source=source))
        if not any_source and not lookup.is_own(source):
            return lookup.answer("martian", error="ENETUNREACH")
    if device:
        if not lookup.link(device).up:
            return lookup.answer("no-route", error="ENETUNREACH", device=device)
        if is_local_multicast(to) or to == LIMITED or flow.protocol == "igmp":
            return _on_link(lookup, to, device, source)
        if not source and (is_multicast(to) or to == 0):
            source = lookup.own_address(device, None, HOST if to == 0 else 0) or 0
    if to == 0:
        return lookup.answer("local", device=lookup.loopback, source=source or _LOOPBACK_ADDRESS)
    found = lookup.found(msgspec.structs.replace(flow, source=source))
    if isinstance(found, Refused):
        return _on_link(lookup, to, device, source) if device else lookup.refused(found)
    if found.entry.type == "local":
        source = source or found.entry.source or to
        return _sent(lookup, to, lookup.routed("local", found, device=lookup.loopback, source=source))
    answer = lookup.leave(found, () if device else lookup.choice(found), source or None)
    if to == LIMITED or (is_multicast(to) and found.entry.length < _SHORTEST_MULTICAST):
        ways = tuple(msgspec.structs.replace(each, gateway=None, mtu=None) for each in answer.candidates)
        answer = msgspec.structs.replace(answer, gateway=None, mtu=None, candidates=ways)
    return _sent(lookup, to, answer, type_=found.entry.type)


def _on_link(lookup: Lookup, to: int, device: str, source: int) -> RouteAnswer:
    """What is bound to an interface is sent there even where no route says so."""
    source = source or lookup.own_address(device, None, LINK) or 0
    return _sent(lookup, to, lookup.answer("forward", device=device, source=source or None))


def _device_of(lookup: Lookup, address: int) -> str:
    """Whose address it is, "" where it is nobody's here."""
    for name, link in lookup.netns.links.items():
        if any(own == address for own, _ in link.addresses):
            return name
    return lookup.local_device(address)


def _sent(lookup: Lookup, to: int, answer: RouteAnswer, type_: str = "unicast") -> RouteAnswer:
    """The kernel's __mkroute_output."""
    loops = answer.device == lookup.loopback
    if answer.source is not None and is_loopback(answer.source) and not loops:
        ways = [settings.either(lookup.netns, way, "route_localnet") for way in _devices(answer)]
        allowed, setting = ways[0]
        if any(other != allowed for other, _ in ways):
            raise _drawn(answer)
        if not allowed:
            return lookup.answer("martian", setting=setting, error="EINVAL")
    if to == LIMITED or (type_ == "broadcast" and not is_multicast(to)):
        return msgspec.structs.replace(answer, kind="broadcast")
    if is_multicast(to) or type_ == "multicast":
        return msgspec.structs.replace(answer, kind="multicast")
    return msgspec.structs.replace(answer, kind="local") if loops else answer


def _input(lookup: Lookup, packet: Packet, device: str) -> RouteAnswer:
    """The kernel's ip_route_input_rcu and ip_route_input_slow."""
    lookup.link(device)
    to, source = packet.destination, packet.source
    if is_multicast(to):
        return _multicast(lookup, packet, device)
    if is_multicast(source) or source == LIMITED:
        return lookup.answer("martian")
    if to == LIMITED or (source == 0 and to == 0):
        return _broadcast(lookup, packet, device)
    if source == 0 or to == 0:
        return lookup.answer("martian")
    if is_loopback(to) or is_loopback(source):
        allowed, setting = settings.either(lookup.netns, device, "route_localnet")
        if not allowed:
            return lookup.answer("martian", setting=setting)
    flow = Flow(
        destination=to,
        source=source,
        mark=packet.mark,
        came_in=device,
        tos=packet.tos,
        protocol=packet.protocol,
        source_port=packet.source_port,
        destination_port=packet.destination_port,
    )
    found = lookup.found(flow)
    if isinstance(found, Found) and found.entry.type == "local":
        refused = objection(lookup, packet, device, "", to)
        return refused or lookup.routed("local", found, device=lookup.loopback)
    if isinstance(found, Found) and found.entry.type == "broadcast":
        passes = [settings.value(lookup.netns, settings.key(of, "bc_forwarding")) for of in ("all", device)]
        if not all(passes):
            return _broadcast(lookup, packet, device, found)
    else:
        forwards, setting = settings.forwards(lookup.netns, device)
        if not forwards:
            return lookup.answer("not-forwarding", setting=setting)
    if isinstance(found, Refused):
        return lookup.refused(found, _ICMP.get(found.error))
    if found.entry.type not in ("unicast", "broadcast"):
        return lookup.routed("martian", found)
    answer = lookup.leave(found, lookup.ways(found))
    objections = [objection(lookup, packet, device, way, to) for way in _devices(answer)]
    if len({each and each.kind for each in objections}) > 1:
        raise _drawn(answer)
    return objections[0] or answer


def _devices(answer: RouteAnswer) -> list[str]:
    return [each.device for each in answer.candidates] or [answer.device]


def _drawn(answer: RouteAnswer) -> Undecided:
    """Some of a route's ways are refused, and others are not."""
    return Undecided(Text(f"which way of `{answer.cite}` is drawn", f"`{answer.cite}` 중 선택되는 경로"))


def _broadcast(lookup: Lookup, packet: Packet, device: str, found: Found | None = None) -> RouteAnswer:
    if packet.source and (refused := objection(lookup, packet, device, "", 0)) is not None:
        return refused
    return lookup.answer("broadcast") if found is None else lookup.routed("broadcast", found)


def _multicast(lookup: Lookup, packet: Packet, device: str) -> RouteAnswer:
    """It is delivered if a process here has joined the group, which is not recorded; it is not followed further."""
    source = packet.source
    if is_multicast(source) or source == LIMITED:
        return lookup.answer("martian")
    if is_loopback(source):
        allowed, setting = settings.either(lookup.netns, device, "route_localnet")
        if not allowed:
            return lookup.answer("martian", setting=setting)
    if source == 0:
        plain = is_local_multicast(packet.destination) or packet.protocol == "igmp"
        return lookup.answer("multicast" if plain else "martian")
    return objection(lookup, packet, device, "", 0) or lookup.answer("multicast")
