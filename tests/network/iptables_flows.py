"""Random packets for the host of iptables_ground, and how they look on the wire."""

import struct
from random import Random

import msgspec
from iptables_grammar import DESTINATIONS, FLAGS, PORTS, SOURCES
from iptables_ground import BEYOND, mac
from iptables_model import BROADCAST, Sent

from leadline.network.packet import PROTOCOLS, Packet, dotted, number

_HEADER = "!BBHHHBBHII"


class Flows:
    """What one seed makes. `users`: who may send from the host itself."""

    def __init__(self, random: Random, users: tuple[int, ...]) -> None:
        self.random, self.users = random, users

    def flows(self, count: int, port: int) -> list[list[Sent]]:
        """Flows, each one packet or more; `port`: the first source port, which no other flow has."""
        return [self._flow(port + place) for place in range(count)]

    def _flow(self, port: int) -> list[Sent]:
        pick, chance = self.random.choice, self.random.random
        kind = chance()
        if kind < 0.2:
            packet = self._packet("udp", port, pick(("10.9.0.1", "10.1.0.1")), pick(DESTINATIONS[3:]))
            local = msgspec.structs.replace(
                packet, tos=pick((0, 0x10, 0x20)), mark=pick((0, 0, 1, 0x4000)), ttl=64
            )
            return [Sent(local, uid=pick(self.users))]
        source = pick(SOURCES)
        device = pick(("in0", "in0", "in1", "out0", "bp0"))
        protocol = pick(("tcp", "udp", "udp", "icmp", "200"))
        if protocol == "200":
            # has no ports that would tell flows apart
            source = dotted(number("10.1.0.0") + (port - 10000))
        packet = self._packet(protocol, port, source, pick([each for each in DESTINATIONS if each != source]))
        if kind < 0.27:
            group = pick(("10.1.255.255", "255.255.255.255", "224.0.0.1"))
            packet = self._packet("udp", port, "10.1.0.9", group)
            return [Sent(packet, "in0")]
        if device == "bp0" and chance() < 0.6:
            return [
                Sent(msgspec.structs.replace(packet, destination=number("10.3.0.77")), "bp0", bridged=True)
            ]
        first = Sent(packet, device)
        if protocol == "tcp" and chance() < 0.4:
            flags = frozenset(flag.lower() for flag in self.random.sample(FLAGS, self.random.randint(0, 3)))
            return [Sent(msgspec.structs.replace(packet, flags=flags), device)]
        if protocol == "icmp" and chance() < 0.4:
            return [
                Sent(msgspec.structs.replace(packet, icmp=pick(((0, 0), (13, 0), (9, 0), (5, 1)))), device)
            ]
        return [first]

    def _packet(self, protocol: str, port: int, source: str, destination: str) -> Packet:
        head = {"tcp": 40, "udp": 28, "icmp": 28}.get(protocol, 20)
        ported = protocol in ("tcp", "udp")
        return Packet(
            protocol=protocol,
            source=number(source),
            destination=number(destination),
            source_port=port if ported or protocol == "icmp" else None,
            destination_port=self.random.choice(PORTS) if ported else None,
            flags=frozenset(("syn",)) if protocol == "tcp" else frozenset(),
            icmp=(8, 0) if protocol == "icmp" else None,
            size=head + self.random.choice((0, 0, 12, 32, 100)),
            ttl=self.random.choice((64, 64, 63, 2)),
            tos=self.random.choice((0, 0, 0x10, 0x12, 0x28)),
        )


def reply(sent: Sent, left: Packet) -> Sent | None:
    """The answer to a packet as it left, coming back by where it went; None where none can be sent from outside."""
    if left.destination in BROADCAST or left.destination >> 28 == 0xE:
        return None
    if (
        not sent.device
        or sent.bridged
        or left.protocol not in ("tcp", "udp", "icmp")
        or left.icmp not in (None, (8, 0))
    ):
        return None
    return Sent(
        msgspec.structs.replace(
            left,
            source=left.destination,
            destination=left.source,
            source_port=left.destination_port if left.icmp is None else left.source_port,
            destination_port=left.source_port if left.icmp is None else None,
            flags=frozenset(("syn", "ack")) if left.flags else frozenset(),
            icmp=None if left.icmp is None else (0, 0),
            mark=0,
            ttl=64,
        ),
        "out0",
    )


def wire(sent: Sent) -> list[object]:
    """A packet as iptables_ground sends it."""
    packet = sent.packet
    if not sent.device:
        ends = dotted(packet.source), packet.source_port, dotted(packet.destination), packet.destination_port
        return [sent.uid, *ends, packet.tos, packet.mark, packet.size - 28]
    to = BEYOND if sent.bridged else mac("br0" if sent.device.startswith("bp") else sent.device)
    if packet.destination >> 28 == 0xE:
        to = "01:00:5e:00:00:01"
    elif dotted(packet.destination).endswith("255.255"):
        to = "ff:ff:ff:ff:ff:ff"
    frame = bytes.fromhex(to.replace(":", "") + "020000000099" + "0800") + octets(packet)
    return [sent.device, frame.hex()]


def octets(packet: Packet) -> bytes:
    """The IP packet."""
    protocol = PROTOCOLS[packet.protocol] if packet.protocol in PROTOCOLS else int(packet.protocol)
    ports = packet.source_port or 0, packet.destination_port or 0
    if packet.protocol == "tcp":
        bits = sum(
            {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32}[flag] for flag in packet.flags
        )
        first, second = (1001, 0) if packet.flags == {"syn"} else (5001, 1002)
        body = struct.pack("!HHIIBBHHH", *ports, first, second, 0x50, bits, 8192, 0, 0)
    elif packet.protocol == "udp":
        body = struct.pack("!HHHH", *ports, packet.size - 20, 0)
    elif packet.icmp is not None:
        body = struct.pack("!BBHHH", *packet.icmp, 0, ports[0], 1)
    else:
        body = b""
    body = body.ljust(packet.size - 20, b"\0")
    pseudo = struct.pack("!IIHH", packet.source, packet.destination, protocol, len(body))
    place = {"tcp": 16, "udp": 6, "icmp": 2}.get(packet.protocol)
    if place is not None:
        checksum = _checksum(body if packet.protocol == "icmp" else pseudo + body)
        body = body[:place] + struct.pack("!H", checksum) + body[place + 2 :]
    fields = [0x45, packet.tos, packet.size, 0, 0, packet.ttl, protocol, 0, packet.source, packet.destination]
    fields[7] = _checksum(struct.pack(_HEADER, *fields))
    return struct.pack(_HEADER, *fields) + body


def _checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF
