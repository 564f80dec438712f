"""Rulesets and packets by chance, of the grammar that is evaluated."""

import random
from collections.abc import Callable

from leadline.network.packet import Packet, number

SOURCES = [f"10.1.{a}.{b}" for a in (0, 5, 200) for b in (9, 77)] + ["10.3.0.8", "10.2.9.9"]
DESTINATIONS = ["10.1.0.1", "10.2.0.1", "10.1.255.255"] + [
    f"10.2.{a}.{b}" for a in (0, 7) for b in (20, 21, 99)
]
PORTS = [22, 53, 80, 81, 443, 8080, 30000, 65535]
FLAGS = ["syn", "ack", "psh ack", "fin ack", "rst", "syn ack"]
READOUT = """
table inet out {
  set a { typeof ip id . meta mark; size 65535; flags dynamic; }
  set b { typeof ip id . meta mark; size 65535; flags dynamic; }
  set c { typeof ip id . ct mark; size 65535; flags dynamic; }
  set d { typeof ip id . ip daddr . th dport; size 65535; flags dynamic; }
  chain early { type filter hook prerouting priority -50; add @a { ip id . meta mark }; }
  chain forward { type filter hook forward priority 10; jump late; }
  chain input { type filter hook input priority 10; jump late; }
  chain late {
    add @b { ip id . meta mark }
    add @c { ip id . ct mark }
    add @d { ip id . ip daddr . th dport }
  }
}
"""
SETS = """
  set seen { type ipv4_addr; size 65535; flags dynamic; }
  set nets { type ipv4_addr; flags interval; elements = { 10.1.5.0/24, 10.2.0.21, 10.3.0.0-10.3.0.7, 10.2.7.0/25 } }
  set pairs { type ipv4_addr . inet_service; elements = { 10.2.0.20 . 80, 10.1.0.1 . 22, 10.2.7.99 . 443 } }
  set wide { type ipv4_addr . inet_proto . inet_service; flags interval;
    elements = { 10.2.0.0/16 . tcp . 80-90, 10.1.0.0-10.1.0.50 . udp . 53, 10.2.7.20 . tcp . 443 } }
  set names { type ifname; flags interval; elements = { "v*", "eth0" } }
  set marks { type mark; flags interval; elements = { 0x1-0x7fffffff } }
  set derived { typeof ip daddr . udp dport; elements = { 10.2.0.20 . 53, 10.2.0.1 . 8080 } }
  map targets { type ipv4_addr : ipv4_addr . inet_service; elements = { 10.2.7.20 : 10.2.7.99 . 4000 } }
  map tags { type inet_service : mark; flags interval; elements = { 22 : 0x11, 53-81 : 0x22, 30000 : 0x33 } }
"""
MAPS = """
  map places { type ipv4_addr . inet_proto . inet_service : verdict; elements = {
    10.2.0.20 . tcp . 80 : goto sub1, 10.2.0.21 . udp . 53 : jump sub2, 10.1.0.1 . tcp . 22 : accept,
    10.2.7.21 . tcp . 443 : drop } }
  map nearby { type ipv4_addr : verdict; flags interval; elements = { 10.1.5.0/24 : jump sub1, 10.2.9.9 : return,
    * : continue } }
"""


class Writer:
    """Writes one ruleset."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.of = chance.choice

    def ruleset(self) -> str:
        subs = "".join(f"\n  chain sub{n} {{ {self._rules(10, self._quiet)} }}" for n in (1, 2))
        return f"""{READOUT}
table inet t {{
  {SETS}
  chain sub1 {{ }}
  chain sub2 {{ }}
  {MAPS}
  {subs}
  chain raw {{ type filter hook prerouting priority raw;
    ct state invalid meta mark set meta mark ^ 0x00800000
    {self._matches()} notrack
    ip saddr 10.1.200.77 tcp dport {{ 22, 80 }} notrack
    {self._rules(8, self._mark)}
  }}
  chain mangle {{ type filter hook prerouting priority mangle;
    ip6 daddr != ::1 meta mark set 0x1
    icmpv6 type != echo-request drop
    reject with icmpv6 no-route
    meta nfproto ipv6 fib saddr . mark . iif oif missing drop
    {self._rules(30, self._end)} }}
  chain nat {{ type nat hook prerouting priority dstnat; {self._rewrites()} }}
  chain forward {{ type filter hook forward priority filter; {self._rules(30, self._end)} }}
  chain input {{ type filter hook input priority filter; policy {self.of(("accept", "drop"))};
    {self._rules(20, self._end)} ip saddr 10.1.0.0/16 accept
  }}
}}
"""

    def _rules(self, count: int, end: Callable[[], str]) -> str:
        return "".join(f"\n    {self._matches()} {end()};" for _ in range(count))

    def _mark(self) -> str:
        value = f"0x{self.chance.getrandbits(32):08x}"
        return self.of((f"meta mark set meta mark ^ {value}",) * 5 + (f"meta mark set meta mark | {value}",))

    def _quiet(self) -> str:
        """What a rule does that goes on to the next one, or back."""
        if self.chance.random() < 0.6:
            return f"counter {self._mark()}"
        return self.of(
            (
                f"{self._mark()} {self._matches('any')} {self._mark()}",
                f"ct mark set {self.chance.getrandbits(31)}",
                "ct mark set meta mark",
                "ct mark set ct mark | 0x5",
                "meta mark set ct mark & 0xffff | 0x10",
                "meta mark set (meta mark & 0xffff) << 8",
                "meta mark set meta mark >> 3",
                "meta mark set numgen random mod 2 map { 0 : 0x5, 1 : 0x6 }",
                "meta mark set th dport map @tags",
                "meta mark set ip saddr map { 10.1.0.9 : 0x1, 10.1.5.0/24 : 0x2 }",
                f"numgen inc mod 10 < 5 {self._mark()}",
                "limit rate 1000000/second burst 5000 packets continue",
                "add @seen { ip saddr }",
                "ip dscp set cs3",
                "return",
            )
        )

    def _end(self) -> str:
        if self.chance.random() < 0.7:
            return self._quiet()
        inner = f"{self._matches('any')} {self._mark()}; {self._matches('any')} return; {self._mark()};"
        return self.of(
            (
                "ip daddr . meta l4proto . th dport vmap @places",
                "ip saddr vmap @nearby",
                "ct state vmap { new : jump sub1, established : jump sub2 }",
                "meta mark & 0xf vmap { 1-7 : jump sub1, 8 : goto sub2 }",
                "iifname vmap { v* : jump sub1, w0 : continue }",
                "jump sub1",
                "jump sub2",
                "goto sub2",
                f"jump {{ {inner} }}",
                f"{self._matches('any')} accept",
                f"{self._matches('any')} drop",
                f"{self._matches('any')} reject",
                f"{self._matches('any')} numgen random mod 3 vmap {{ 0 : drop, 1 : jump sub1, 2 : jump sub1 }}",
            )
        )

    def _rewrites(self) -> str:
        ends = (
            "dnat ip to 10.2.0.99",
            "meta l4proto tcp dnat ip to 10.2.7.20:8080",
            "meta l4proto { tcp, udp } dnat ip to ip daddr map @targets",
            "dnat ip to ip daddr map { 10.2.0.20 : 10.2.7.21, 10.2.0.21 : 10.2.7.20 }",
            "dnat ip to numgen random mod 2 map { 0 : 10.2.7.21, 1 : 10.2.7.99 }",
            "meta l4proto tcp redirect to :9999",
            "dnat ip prefix to ip daddr map { 10.2.0.0/24 : 10.2.7.0/24 }",
            "accept",
        )
        return "".join(f"\n    {self._matches('any')} {self.of(ends)};" for _ in range(6))

    def _matches(self, protocol: str = "") -> str:
        protocol = protocol or self.of(("any", "any", "tcp", "tcp", "udp", "icmp"))
        count = self.chance.choice((1, 1, 2, 2, 3))
        own = {"tcp": self._tcp, "udp": self._udp, "icmp": self._icmp, "any": self._any}[protocol]
        return " ".join([own(), *(self._any() for _ in range(count - 1))])

    def _not(self) -> str:
        return self.of(("", "", "", "!= "))

    def _tcp(self) -> str:
        return self.of(
            (
                f"tcp dport {self._not()}{self.of(PORTS)}",
                f"tcp dport {self._not()}{{ 22, 80-90, {self.of(PORTS[4:])} }}",
                f"tcp dport {self.of(('<', '>', '<=', '>='))} {self.of(PORTS)}",
                f"tcp sport {self._not()}1024-20000",
                f"tcp flags {self.of(('', '== ', '!= ', '! '))}{self.of(('syn', 'ack', 'rst'))}",
                f"tcp flags {self.of(('', '! '))}{self.of(('syn,ack', 'fin,psh'))}",
                f"tcp flags & (fin | syn | rst | ack) {self.of(('==', '!='))} {self.of(('syn', 'ack', 'syn | ack'))}",
                "tcp flags { syn, psh | ack }",
                f"tcp flags & (syn | rst) {self.of(('==', '!='))} 0",
                "tcp dport & 1 == 1",
                "tcp sport . tcp dport { 1024-1500 . 80, 1030 . 22 }",
            )
        )

    def _udp(self) -> str:
        return self.of(
            (
                f"udp dport {self._not()}{{ 53, 443-30000 }}",
                f"udp length {self.of('<>')} 20",
                f"ip daddr . udp dport {self._not()}@derived",
                "udp sport 1-40000",
            )
        )

    def _icmp(self) -> str:
        return self.of(
            (
                f"icmp type {self._not()}echo-request",
                f"icmp type {self._not()}{{ echo-reply, timestamp-request }}",
                "icmp type echo-request icmp code 0",
                "icmp type . icmp code { echo-request . 0 }",
            )
        )

    def _any(self) -> str:
        source, to, port = self.of(SOURCES), self.of(DESTINATIONS), self.of(PORTS)
        return self.of(
            (
                f"ip saddr {self._not()}{source}",
                f"ip saddr {self._not()}10.1.{self.of((0, 5))}.0/{self.of((20, 24, 28))}",
                f"ip daddr {self._not()}{{ {to}, 10.2.7.0/26, 10.2.0.90-10.2.0.120 }}",
                f"ip daddr {self._not()}@nets",
                f"ip saddr {self._not()}{{ 10.1.0.0/24, 10.1.0.9 }}",
                "ip saddr & 255.0.0.255 == 10.0.0.9",
                f"ip daddr {self.of(('<', '>='))} {to}",
                f"ip protocol {self._not()}{{ tcp, udp }}",
                f"ip protocol . th dport {{ tcp . {port}, udp . 53 }}",
                f"ip ttl {self.of(('<', '>', '!='))} 20",
                f"ip dscp {self._not()}{self.of(('cs1', 'ef', '5', '{ af11, cs0 }'))}",
                f"ip ecn {self._not()}ect0",
                f"ip length {self._not()}0-60",
                f"ip frag-off & 0x4000 {self.of(('==', '!='))} 0",
                f"ip daddr . meta l4proto . th dport {self._not()}@wide",
                f"ip daddr . th dport {self._not()}@pairs",
                f"ip saddr . ip daddr {{ 10.1.0.0/16 . 10.2.0.0-10.2.0.50, 10.3.0.8 . {to} }}",
                f"th dport {self._not()}{port}",
                # not `th sport > 20000`: behind `tcp dport < 443`, nft 1.0.6 lists both as `tcp sport != 443-20000`
                f"th sport {self._not()}1-20000",
                f"meta l4proto {self._not()}{{ tcp, icmp }}",
                f"meta mark {self._not()}@marks",
                f"meta mark & 0x{self.of('124')} {self.of(('==', '!='))} 0",
                f"meta mark {self._not()}{{ 0, 5-9 }}",
                f"meta length {self.of('<>')} 50",
                f"meta nfproto {self._not()}ipv4",
                f"meta protocol {self._not()}{{ ip, ip6 }}",
                "meta skuid != 5",
                f"meta pkttype {self._not()}{self.of(('host', 'broadcast'))}",
                f"iifname {self._not()}{self.of(('v0', 'v*', 'w*', '{ v0, x* }', '@names'))}",
                f"oifname {self._not()}{self.of(('w0', 'w*', '{ w0, v1 }'))}",
                f"iif {self._not()}{self.of(('v0', 'w0'))}",
                f"ct state {self._not()}{self.of(('new', 'invalid', 'established', '{ new, untracked }'))}",
                f"ct state {self.of(('', '! '))}{self.of(('new,invalid', 'established,related'))}",
                f"ct status {self.of(('', '! '))}{self.of(('dnat', 'snat', 'dnat,snat', 'seen-reply'))}",
                "ct status & (dnat | snat) == dnat",
                f"ct direction {self._not()}{self.of(('original', 'reply'))}",
                f"ct mark {self._not()}{{ 0, 5 }}",
                "ct mark & 0x5 == 0x5",
                f"ct original ip daddr {self._not()}{to}",
                f"ct original ip saddr {self._not()}10.1.0.0/24",
                f"fib daddr type {self._not()}{self.of(('local', 'unicast', 'broadcast', '{ local, broadcast }'))}",
                "fib daddr . iif type local",
                f"fib saddr . iif oif {self.of(('missing', 'exists'))}",
                f"fib daddr oifname {self._not()}w0",
            )
        )


def packet(chance: random.Random, place: int) -> Packet:
    """A packet with ports of its own: what it is besides by chance."""
    protocol = chance.choice(("tcp",) * 6 + ("udp",) * 4 + ("icmp", "99"))
    with_ports = protocol in ("tcp", "udp")
    header = {"tcp": 20, "udp": 8, "icmp": 8}.get(protocol, 8)
    return Packet(
        protocol=protocol,
        source=number(chance.choice(SOURCES)) if with_ports else number("10.1.0.0") + 256 + place,
        destination=number(chance.choice(DESTINATIONS)),
        source_port=1024 + place if with_ports else None,
        destination_port=chance.choice(PORTS) if with_ports else None,
        flags=frozenset(chance.choice(FLAGS).split()) if protocol == "tcp" else frozenset(),
        icmp=(chance.choice((8, 8, 8, 13, 0)), 0) if protocol == "icmp" else None,
        size=20 + header + chance.randrange(30),
        df=chance.random() < 0.5,
        ttl=chance.choice((5, 20, 64)),
        tos=chance.choice((0, 0, 0x20, 0x28, 0xB8, 0x02, 0x16)),
    )
