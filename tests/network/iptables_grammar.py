"""Random rule sets and IP sets for the host of iptables_ground."""

from random import Random

_MARKS = ("0x1", "0x2/0x3", "0x4000/0x4000", "0x10/0xf0", "0x0", "5", "0x3/0x7", "0xffffffff")
PORTS = (22, 53, 80, 443, 1000, 8080, 30080)
SOURCES = ("10.1.0.9", "10.1.5.5", "10.1.77.1", "10.2.0.9", "10.3.0.9", "172.16.0.1", "8.8.8.8", "10.1.0.2")
DESTINATIONS = (
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
FLAGS = ("SYN", "ACK", "FIN", "RST", "PSH", "URG")
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
    """What one seed makes. `users`: who sends from the host itself."""

    def __init__(self, random: Random, users: tuple[int, ...]) -> None:
        self.random = random
        # rules may name only users that the namespace knows
        self.users = ("0", "1000", "0-999") if len(users) > 1 else ("0",)

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
                f"-m {protocol} {no('--dport ' + self._range(PORTS))}",
                f"-m {protocol} {no('--sport 20000:30000')} --dport {self._range(PORTS)}",
                f"-m multiport {no(pick(('--dports', '--ports')) + f' {self._range(PORTS)},22,1000:9000')}",
                f"-m multiport {no('--sports 21000:23000,25001')}",
                f"-m {protocol}",
            ]
            if protocol == "tcp":
                looked, wanted = self._some(FLAGS), self._some(FLAGS)
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
            f"-m conntrack --ctproto udp {no('--ctorigdstport ' + self._range(PORTS))}",
            f"-m conntrack --ctproto udp {no('--ctreplsrcport ' + self._range(PORTS))}",
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
                f"-m owner {no('--uid-owner ' + pick(self.users))}",
                f"-m owner {no('--socket-exists')}",
                f"-m owner {no('--uid-owner ' + self.users[-1])} {no('--socket-exists')}",
                *[f"-m owner ! --uid-owner {pick(self.users)}"] * 3,
            ]
        if base == "PREROUTING" and table in ("raw", "mangle"):
            found.append(f"-m rpfilter {pick(('', '--loose'))} {pick(('', '--invert'))}".strip())
        return found

    def _rule(self, table: str, base: str, chain: str, targets: list[str]) -> str:
        pick, chance = self.random.choice, self.random.random
        words = []
        for side, likely in (("-s", 0.25), ("-d", 0.25)):
            if chance() < likely:
                words.append(self._not(f"{side} {pick(_NETS)}"))
        if base != "OUTPUT" and chain != "POSTROUTING" and chance() < 0.2:
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
                        f"-A {chain} {self._rule(table, base, chain, targets)}".rstrip()
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
        addresses = SOURCES + DESTINATIONS
        ports = [f"{pick(('tcp', 'udp'))}:{port}" for port in PORTS] + ["icmp:8/0", "icmp:3/4", "200:0"]
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
        lines += [f"add hipm {address}" for address in some(SOURCES, 2)]
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
        lines += [f"add bport {port}" for port in some(PORTS, 3)]
        lines += [f"add bip {address}" for address in some(addresses, 9) if address.startswith("10.1.")]
        lines += [f"add lists {name}" for name in some(("hip", "hnet", "hipport", "bport", "hnetport"), 2)]
        return "\n".join(dict.fromkeys(lines)) + "\n"
