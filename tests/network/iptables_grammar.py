"""Random rule sets, IP sets and packets for the host of iptables_ground, from a seed."""

import socket
import struct
from random import Random

import msgspec
from iptables_ground import BEYOND, mac
from iptables_model import BROADCAST, Sent

from leadline.network.packet import Packet, dotted, number

_MARKS = ("0x1", "0x2/0x3", "0x4000/0x4000", "0x10/0xf0", "0x0", "5", "0x3/0x7", "0xffffffff")
_PORTS = (22, 53, 80, 443, 1000, 8080, 30080)
_SOURCES = ("10.1.0.9", "10.1.5.5", "10.1.77.1", "10.2.0.9", "10.3.0.9", "172.16.0.1", "8.8.8.8", "10.1.0.2")
_DESTINATIONS = (
    "10.1.0.1", "10.1.0.2", "192.168.7.7", "10.2.0.44", "10.2.9.9", "10.9.3.3", "10.3.0.7", "8.8.4.4",
    "10.50.0.1", "10.50.0.2", "10.60.1.1",
)  # fmt: skip
_NETS = (
    "10.1.0.0/16", "10.0.0.0/8", "10.1.0.9", "10.2.0.0/255.255.0.0", "10.0.0.9/255.0.0.255", "8.8.0.0/13", "10.1.5.0/24",
    "10.1.77.0/24", "192.168.7.7", "10.9.3.3", "0.0.0.0/1", "10.50.0.0/31",
)  # fmt: skip
SETS = {
    "hip": ("hash:ip", 1),
    "hipm": ("hash:ip netmask 24", 1),
    "hnet": ("hash:net", 1),
    "hipport": ("hash:ip,port", 2),
    "hipportip": ("hash:ip,port,ip", 3),
    "hipportnet": ("hash:ip,port,net", 3),
    "hnetport": ("hash:net,port", 2),
    "hnetiface": ("hash:net,iface", 2),
    "bport": ("bitmap:port range 0-40000", 1),
    "bip": ("bitmap:ip range 10.1.0.0/16", 1),
    "lists": ("list:set", 1),
}
_STATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "SNAT", "DNAT")
_FLAGS = ("SYN", "ACK", "FIN", "RST", "PSH", "URG")
_TYPES = ("LOCAL", "UNICAST", "BROADCAST", "MULTICAST", "LOCAL,BROADCAST", "UNICAST,MULTICAST")
BASES = {
    "raw": ("PREROUTING",),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
}
# one way each: who is rewritten is known beforehand, so that no two connections get the same ports
_NAT = """*nat
:PREROUTING ACCEPT
:INPUT ACCEPT
:OUTPUT ACCEPT
:POSTROUTING ACCEPT
-A PREROUTING -d 10.50.0.1/32 -p tcp -j DNAT --to-destination 10.2.0.50:8080
-A PREROUTING -d 10.50.0.1/32 -p udp -j DNAT --to-destination 10.2.0.50
-A PREROUTING -d 10.50.0.2/32 -p udp -m udp --dport 53 -j DNAT --to-destination :5353
-A POSTROUTING -s 10.1.77.0/24 -p udp -j SNAT --to-source 10.9.0.1
COMMIT
"""


class Grammar:
    """What one seed makes."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def _some(self, words: tuple[str, ...]) -> str:
        return ",".join(self.random.sample(words, self.random.randint(1, min(3, len(words)))))

    def _not(self, text: str) -> str:
        return f"! {text}" if self.random.random() < 0.25 else text

    def _range(self, values: tuple[int, ...]) -> str:
        first, last = sorted(self.random.choices(values, k=2))
        return str(first) if first == last or self.random.random() < 0.5 else f"{first}:{last}"

    def _protocol(self, base: str) -> tuple[str, str]:
        """A protocol's part of a rule and the match of its own."""
        pick, no = self.random.choice, self._not
        protocol = pick(("tcp", "udp", "icmp", "tcp", "udp", "200"))
        if protocol in ("tcp", "udp"):
            own = [
                f"-m {protocol} {no('--dport ' + self._range(_PORTS))}",
                f"-m {protocol} {no('--sport 20000:30000')} --dport {self._range(_PORTS)}",
                f"-m multiport {no(pick(('--dports', '--ports')) + f' {self._range(_PORTS)},22,1000:9000')}",
                f"-m multiport {no('--sports 21000:23000,25001')}",
                f"-m {protocol}",
            ]
            if protocol == "tcp":
                looked, wanted = self._some(_FLAGS), self._some(_FLAGS)
                own += [f"-m tcp {no(f'--tcp-flags {looked} {wanted}')}", f"-m tcp {no('--syn')}"]
            return f"-p {protocol}", pick(own)
        if protocol == "icmp":
            return (
                "-p icmp",
                f"-m icmp {no('--icmp-type ' + pick(('8', '0', '3/4', '3', 'any', '13', '3/1')))}",
            )
        return no(f"-p {protocol}"), ""

    def _matches(self, table: str, base: str) -> list[str]:
        """Every match that the chains reached from this hook may have, once, at random."""
        pick, no = self.random.choice, self._not
        incoming = base not in ("OUTPUT", "POSTROUTING")
        name = pick(tuple(SETS))
        sides = ",".join(
            pick(("src", "dst")) for _ in range(self.random.choice((SETS[name][1], SETS[name][1], 1, 2, 3)))
        )
        if name == "hnetiface" and base == "PREROUTING":
            sides = "src,src"
        if name == "hnetiface" and not incoming:
            sides = "dst,dst"
        found = [
            f"-m mark {no('--mark ' + pick(_MARKS))}",
            f"-m connmark {no('--mark ' + pick(_MARKS))}",
            f"-m conntrack {no('--ctstate ' + self._some(_STATES))}",
            f"-m state {no('--state ' + self._some(_STATES[:5]))}",
            f"-m conntrack {no('--ctorigdst ' + pick(_NETS))}",
            f"-m conntrack {no('--ctorigsrc ' + pick(_NETS))}",
            f"-m conntrack {no('--ctreplsrc ' + pick(_NETS))}",
            f"-m conntrack {no('--ctrepldst ' + pick(_NETS))}",
            f"-m conntrack {no('--ctproto ' + pick(('tcp', 'udp', '200')))}",
            f"-m conntrack --ctdir {pick(('ORIGINAL', 'REPLY'))}",
            f"-m conntrack {no('--ctstate ' + self._some(_STATES))} --ctdir {pick(('ORIGINAL', 'REPLY'))}",
            f"-m conntrack --ctproto udp {no('--ctorigdstport ' + self._range(_PORTS))}",
            f"-m conntrack --ctproto udp {no('--ctreplsrcport ' + self._range(_PORTS))}",
            f"-m conntrack {no('--ctstatus ' + pick(('SEEN_REPLY', 'EXPECTED', 'NONE')))}"
            " --ctstate NEW,ESTABLISHED,INVALID",
            f"-m conntrack {no('--ctstatus CONFIRMED')} --ctstate ESTABLISHED",
            f"-m addrtype {no('--dst-type ' + pick(_TYPES))}",
            f"-m addrtype {no('--src-type ' + pick(_TYPES))} {no('--dst-type ' + pick(_TYPES))}",
            f"-m iprange {no('--src-range 10.1.0.5-10.1.99.0')} {no('--dst-range 8.0.0.0-10.2.0.50')}",
            f"-m length {no('--length ' + self._range((28, 40, 60, 90, 200)))}",
            f"-m ttl {pick((no('--ttl-eq 63'), '--ttl-gt 63', '--ttl-gt 62', '--ttl-lt 63', '--ttl-lt 64'))}",
            f"-m tos {no('--tos ' + pick(('0x10', '0x08/0x08', '0x00/0x1c')))}",
            f"-m dscp {no('--dscp ' + pick(('0x04', '0x00', '0x0a')))}",
            f"-m ecn {no('--ecn-ip-ect 2')}",
            f"-m pkttype {no('--pkt-type ' + pick(('unicast', 'broadcast', 'multicast')))}",
            f"-m set {no(f'--match-set {name} {sides}')}",
            f"-m set {no(f'--match-set {name} {sides}')}",
            f"-m physdev {no('--physdev-in ' + pick(('bp0', 'bp+', 'x0')))}",
            f"-m physdev {no('--physdev-is-in')}",
            f"-m recent --set --name seen{self.random.randint(0, 3)} --rsource",
            f"-m statistic --mode random {no('--probability ' + pick(('0', '1')))}",
            '-m comment --comment "a \\"b\\" -j DROP"',
            no("-f"),
        ]
        if incoming:
            found.append(f"-m addrtype {no('--dst-type ' + pick(_TYPES))} --limit-iface-in")
        if base in ("FORWARD", "POSTROUTING"):
            found += [
                f"-m physdev {no('--physdev-out ' + pick(('bp1', 'bp+', 'x0')))}",
                f"-m physdev {no('--physdev-is-bridged')}",
                f"-m physdev {no('--physdev-is-out')}",
                f"-m addrtype {no('--src-type ' + pick(_TYPES))} --limit-iface-out",
            ]
        if not incoming:
            found += [
                f"-m owner {no('--uid-owner ' + pick(('0', '1000', '0-999')))}",
                f"-m owner {no('--socket-exists')}",
                f"-m owner {no('--uid-owner 1000')} {no('--socket-exists')}",
                *[f"-m owner ! --uid-owner {pick(('0', '1000', '0-999'))}"] * 3,
            ]
        if base == "PREROUTING" and table in ("raw", "mangle"):
            found.append(f"-m rpfilter {pick(('', '--loose'))} {pick(('', '--invert'))}".strip())
        return found

    def _rule(self, table: str, base: str, targets: list[str]) -> str:
        pick, chance = self.random.choice, self.random.random
        words = []
        for side, likely in (("-s", 0.25), ("-d", 0.25)):
            if chance() < likely:
                words.append(self._not(f"{side} {pick(_NETS)}"))
        if base not in ("OUTPUT", "POSTROUTING") and chance() < 0.2:
            words.append(self._not("-i " + pick(("in0", "in+", "br0", "i+", "lo"))))
        if base not in ("PREROUTING", "INPUT") and chance() < 0.2:
            words.append(self._not("-o " + pick(("out0", "in+", "br0", "o+", "in1"))))
        target = pick(targets)
        protocol, own = self._protocol(base) if chance() < 0.4 else ("", "")
        if "tcp-reset" in target:
            protocol, own = "-p tcp", ""
        words += [protocol, own] if chance() < 0.7 else [own, protocol][1:]
        matches = self._matches(table, base)
        words += self.random.sample(matches, self.random.choice((0, 1, 1, 1, 2)))
        return " ".join(word for word in (*words, target) if word)

    def _targets(self, table: str, base: str, chains: list[str]) -> list[str]:
        found = ["", "", "", "-j RETURN", "-j NFLOG --nflog-group 7", *(f"-j {chain}" for chain in chains)]
        found += [f"-{self.random.choice('jg')} {chain}" for chain in chains]
        if self.random.random() < 0.3:
            found += ["-j ACCEPT", "-j DROP"]
        if table == "raw":
            return [*found, "-j CT --notrack", "-j NOTRACK"]
        found += [
            f"-j CONNMARK --set-xmark {self.random.choice(_MARKS)}",
            "-j CONNMARK --save-mark",
            "-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xf0",
            "-j CONNMARK --restore-mark",
            "-j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xff",
            "-j CONNMARK --set-xmark 0x3/0xf --left-shift-mark 2",
            "-j CONNMARK --save-mark --nfmask 0xffff --ctmask 0xff --right-shift-mark 1",
        ]
        found += [
            f"-j MARK {way} {self.random.choice(_MARKS)}"
            for way in ("--set-mark", "--set-xmark", "--set-xmark")
        ]
        found += ["-j MARK --or-mark 0x8", "-j MARK --and-mark 0xfff0", "-j MARK --xor-mark 0x6"]
        if table == "mangle":
            found += ["-j TTL --ttl-inc 1", "-j TTL --ttl-set 62", "-j DSCP --set-dscp 10"]
            found += ["-j TOS --set-tos 0x10/0x10", "-j TOS --and-tos 0x1f"]
            if base not in ("PREROUTING", "INPUT"):
                found.append("-j CLASSIFY --set-class 1:2")
        if table == "filter" and base in ("INPUT", "FORWARD") and self.random.random() < 0.3:
            found += ["-j REJECT", "-j REJECT --reject-with tcp-reset"]
        return found

    def rules(self) -> str:
        text = [_NAT]
        for table, bases in BASES.items():
            declared, written = [f":{base} ACCEPT" for base in bases], []
            for base in bases:
                own = [f"{base[:4]}-{number}" for number in range(3)]
                declared += [f":{chain} -" for chain in own]
                for place, chain in enumerate((base, *own)):
                    targets = self._targets(table, base, own[place:])
                    written += [
                        f"-A {chain} {self._rule(table, base, targets)}".rstrip()
                        for _ in range(self.random.randint(5, 9))
                    ]
            if table == "raw":
                declared.append(":OUTPUT ACCEPT")
                # what the kernel itself answers with is not sent
                written.append("-A OUTPUT ! -p udp -j DROP")
            text.append("\n".join((f"*{table}", *declared, *written, "COMMIT\n")))
        return "".join(text)

    def sets(self) -> str:
        pick, some = self.random.choice, self.random.sample
        lines = [f"create {name} {kind}" for name, (kind, _) in SETS.items()]
        addresses = _SOURCES + _DESTINATIONS
        ports = [f"{pick(('tcp', 'udp'))}:{port}" for port in _PORTS] + ["icmp:8/0", "icmp:3/4", "200:0"]
        nets = [
            "10.0.0.0/8",
            "10.1.0.0/16",
            "10.1.0.0/24",
            "10.2.0.0/17",
            "8.8.0.0/16",
            "10.50.0.1",
            "0.0.0.0/1",
        ]
        maybe = ("", "", " nomatch")
        lines += [f"add hip {address}" for address in some(addresses, 6)]
        lines += [f"add hipm {address}" for address in some(_SOURCES, 2)]
        lines += [f"add hnet {net}{pick(maybe)}" for net in some(nets, 4)]
        lines += [f"add hipport {pick(addresses)},{port}" for port in some(ports, 8) for _ in range(3)]
        lines += [
            f"add hipportip {address},{pick(ports)},{pick(addresses)}"
            for address in addresses
            for _ in range(8)
        ]
        lines += [
            f"add hipportnet {address},{pick(ports)},{net}{pick(maybe)}"
            for address in addresses
            for net in nets
        ]
        lines += [
            f"add hnetport {net},{port}{pick(maybe)}" for net in some(nets, 4) for port in some(ports, 4)
        ]
        lines += [
            f"add hnetiface {net},{pick(('in0', 'br0', 'out0', 'in wildcard', 'o wildcard'))}"
            for net in some([*nets, "0.0.0.0/0"], 5)
        ]
        lines += [f"add bport {port}" for port in some(_PORTS, 3)]
        lines += [f"add bip {address}" for address in some(addresses, 9) if address.startswith("10.1.")]
        lines += [f"add lists {name}" for name in some(("hip", "hnet", "hipport", "bport", "hnetport"), 2)]
        return "\n".join(dict.fromkeys(lines)) + "\n"

    def packets(self, count: int, port: int) -> list[list[Sent]]:
        """Flows, each one packet or more; `port`: the first source port, which no other flow has."""
        return [self._flow(port + place) for place in range(count)]

    def _flow(self, port: int) -> list[Sent]:
        pick, chance = self.random.choice, self.random.random
        kind = chance()
        if kind < 0.2:
            packet = self._packet("udp", port, pick(("10.9.0.1", "10.1.0.1")), pick(_DESTINATIONS[3:]))
            local = msgspec.structs.replace(
                packet, tos=pick((0, 0x10, 0x20)), mark=pick((0, 0, 1, 0x4000)), ttl=64
            )
            return [Sent(local, uid=pick((0, 1000)))]
        source = pick(_SOURCES)
        device = pick(("in0", "in0", "in1", "out0", "bp0"))
        protocol = pick(("tcp", "udp", "udp", "icmp", "200"))
        if protocol == "200":
            # has no ports that would tell flows apart
            source = dotted(number("10.1.0.0") + (port - 10000))
        packet = self._packet(
            protocol, port, source, pick([each for each in _DESTINATIONS if each != source])
        )
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
            flags = frozenset(flag.lower() for flag in self.random.sample(_FLAGS, self.random.randint(0, 3)))
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
            destination_port=self.random.choice(_PORTS) if ported else None,
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
    """The IP packet. Only its own header bears a checksum."""
    numbers = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP, "icmp": socket.IPPROTO_ICMP}
    protocol = numbers[packet.protocol] if packet.protocol in numbers else int(packet.protocol)
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
    fields = [0x45, packet.tos, packet.size, 0, 0, packet.ttl, protocol, 0, packet.source, packet.destination]
    layout = "!BBHHHBBHII"
    total = sum(struct.unpack("!10H", struct.pack(layout, *fields)))
    total = (total & 0xFFFF) + (total >> 16)
    fields[7] = ~(total + (total >> 16)) & 0xFFFF
    return struct.pack(layout, *fields) + body
