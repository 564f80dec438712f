"""A capture → its flows, tunnels and losses. One pass; memory does not grow with the file."""

from ipaddress import IPv6Address
from statistics import median_low

from leadline.network.packet import PROTOCOLS, dotted
from leadline.network.probe.analysis import Analysis, TunnelTrack
from leadline.network.probe.captures import Interface, Reading
from leadline.network.probe.decode import ACK, known
from leadline.network.probe.seen import (
    Capture,
    Conversation,
    Count,
    Ended,
    Event,
    Fault,
    Handshake,
    Latency,
    Question,
    Tunnel,
)
from leadline.network.probe.tracks import Direction, Happened, Track

_NAMES = {number: name for name, number in PROTOCOLS.items()} | {58: "icmpv6"}
_WRAP = (1 << 32) - 1


def analyse(reading: Reading) -> Capture:
    """Reads a capture to its end and tells what is in it."""
    seen = Analysis()
    seen.take(reading)
    seen.incomplete()
    faults = _faults(seen)
    of_flow: dict[int, list[Fault]] = {}
    for fault in faults:
        of_flow.setdefault(fault.flow, []).append(fault)
    places = _places(seen, reading.interfaces)
    return Capture(
        name=reading.name,
        packets=seen.packets,
        bytes=seen.bytes,
        first=seen.first,
        last=seen.last,
        interfaces=tuple(reading.interfaces),
        comments=tuple(reading.comments),
        flows=tuple(_conversation(each, places, tuple(of_flow.get(each.number, ()))) for each in seen.tracks),
        rest_flows=len(seen.rest),
        rest_packets=seen.rest_packets,
        tunnels=tuple(_tunnel(each) for each in seen.tunnels.values()),
        faults=faults,
        questions=_questions(seen),
        undecoded={**seen.undecoded, **_unread(seen, reading)},
        damaged=seen.damaged,
        cut=seen.cut,
        lost=reading.lost,
        problem=reading.problem,
    )


def address(number: int, version: int) -> str:
    """An address as people write it."""
    return str(IPv6Address(number)) if version == 6 else dotted(number)


def _places(seen: Analysis, interfaces: list[Interface]) -> dict[int, str]:
    """What to call each place: the interface, and the tunnel's network where the packet was in one."""
    called = {}
    for (interface, device, vni), number in seen.places.items():
        name = interfaces[interface].name
        if device is not None:
            # a capture of all interfaces has their numbers only
            name = f"{name or 'any'} #{device}"
        name = name or f"interface {interface}"
        called[number] = name if vni is None else f"{name} (VXLAN {vni})"
    return called


def _conversation(track: Track, places: dict[int, str], faults: tuple[Fault, ...]) -> Conversation:
    client, server = track.client, track.client.back
    handshake, ended, unanswered = _ends(track, faults)
    samples = track.samples
    latency = None
    if samples:
        latency = Latency(min(samples), median_low(samples), max(samples), track.sample_count)
    return Conversation(
        number=track.number,
        protocol=_NAMES.get(track.protocol, str(track.protocol)),
        source=address(client.source, track.version),
        source_port=client.source_port,
        destination=address(client.destination, track.version),
        destination_port=client.destination_port,
        first=track.first,
        last=track.last,
        sent=_count(client),
        received=_count(server),
        places=tuple(sorted({places[each] for each in track.places})),
        tunnels=tuple(sorted(track.tunnels)),
        copies=track.copies,
        doubled=track.doubled,
        requests=track.requests,
        unanswered=unanswered,
        handshake=handshake,
        ended=ended,
        latency=latency,
        fragmented=track.fragmented,
        incomplete=track.incomplete,
        faults=faults,
        rewritten=tuple(sorted(track.rewritten)),
        answered_by=_other_end(track),
        events=tuple(_event(track, *each) for each in (*track.head, *(track.last_events or ()))),
        more=track.more,
    )


def _other_end(track: Track) -> tuple[str, int | None] | None:
    if track.answered_by is None:
        return None
    number, port = track.answered_by
    return address(number, track.version), port


def _ends(track: Track, faults: tuple[Fault, ...]) -> tuple[Handshake, Ended, int]:
    """How a TCP connection began and ended, and how many requests had no answer."""
    if track.protocol != 6:
        return "", "", len(track.pending)
    client, server = track.client, track.client.back
    handshake: Handshake = "earlier"
    if track.handshake == "complete":
        handshake = "complete"
    elif track.handshake == "answered":
        handshake = "unfinished"
    elif track.handshake == "syn":
        # other packets of the server: its SYN ACK is not in the capture
        if track.refused:
            handshake = "refused"
        elif server.packets:
            handshake = "unfinished"
        elif any(not _too_big(fault) for fault in faults):
            handshake = "unreachable"
        else:
            handshake = "unanswered"
    if handshake in ("refused", "unreachable", "unanswered"):
        return handshake, "", 1 if handshake == "unanswered" else 0
    ended: Ended = "open"
    if track.reset_by is not None:
        ended = "reset-by-source" if track.reset_by is client else "reset-by-destination"
    if client.fin and server.fin:
        ended = "closed"
    return handshake, ended, 0


def _too_big(fault: Fault) -> bool:
    return (fault.version, fault.type, fault.code) == (4, 3, 4) or (fault.version, fault.type) == (6, 2)


def _count(way: Direction) -> Count:
    lost, uncaptured = way.missing()
    return Count(
        packets=way.packets,
        bytes=way.bytes,
        retransmitted=way.retransmitted,
        reordered=way.reordered,
        lost=lost,
        uncaptured=uncaptured,
    )


def _event(track: Track, way: Direction, happened: Happened) -> Event:
    time, flags, code, sequence, acknowledged, length, pieces, remark = happened
    if track.protocol == 6:
        sequence = sequence - (way.begin or 0) & _WRAP
        acknowledged = acknowledged - (way.back.begin or 0) & _WRAP if flags & ACK else 0
    return Event(
        time=time,
        forward=way is track.client,
        flags=flags,
        code=code,
        sequence=sequence,
        acknowledged=acknowledged,
        length=length,
        pieces=pieces,
        remark=remark,
    )


def _tunnel(tunnel: TunnelTrack) -> Tunnel:
    source, destination, port, vni = tunnel.key
    return Tunnel(
        number=tunnel.number,
        source=address(source, tunnel.version),
        destination=address(destination, tunnel.version),
        port=port,
        vni=vni,
        packets=tunnel.packets,
        bytes=tunnel.bytes,
        largest=tunnel.largest,
        overhead=tunnel.overhead,
        first=tunnel.first,
        last=tunnel.last,
        macs=tuple(sorted((sender.hex(":"), to.hex(":")) for sender, to in tunnel.macs)),
        fragmented=tunnel.fragmented,
        incomplete=tunnel.incomplete,
    )


def _faults(seen: Analysis) -> tuple[Fault, ...]:
    faults = []
    for (version, sender, code, mtu, ends, outer), (times, first, size) in seen.faults.items():
        protocol, source, source_port, destination, destination_port = ends
        track = seen.flow_of(ends)
        faults.append(
            Fault(
                version=version,
                type=code >> 8,
                code=code & 255,
                sender=address(sender, version),
                mtu=mtu,
                about=(
                    _NAMES.get(protocol, str(protocol)),
                    address(source, version),
                    source_port,
                    address(destination, version),
                    destination_port,
                ),
                size=size,
                flow=track.number if track is not None else 0,
                tunnel=outer,
                times=times,
                first=first,
            )
        )
    return tuple(faults)


def _questions(seen: Analysis) -> tuple[Question, ...]:
    """ARP requests for addresses that said nothing, neither by ARP nor otherwise."""
    talked = {way.source for track in seen.tracks for way in (track.client, track.client.back) if way.packets}
    return tuple(
        Question(address=dotted(target), asked_by=dotted(asker), times=times, first=first, last=last)
        for (asker, target), (times, first, last) in seen.asked.items()
        if target not in seen.answered and target not in talked
    )


def _unread(seen: Analysis, reading: Reading) -> dict[str, int]:
    """Frames of link types that are not decoded here."""
    kinds = sorted({each.link for each in reading.interfaces if not known(each.link)})
    return (
        {f"link type {'/'.join(map(str, kinds))}": seen.damaged["link-type"]}
        if kinds and "link-type" in seen.damaged
        else {}
    )
