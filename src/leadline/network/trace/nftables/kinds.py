"""Kinds of values in nft rules: how each is written, as a number or a name."""

from collections.abc import Callable, Mapping
from functools import reduce

import msgspec

from leadline.network.packet import PROTOCOLS, number

Value = int | str
Span = tuple[Value, Value]
"""What a constant stands for: all values from the first to the second, both included."""

_LAST = "\U0010ffff"


class Kind(msgspec.Struct, frozen=True):
    """One kind of value. `symbols`: names of numbers. `flags`: a row of bits, where a bare constant asks for any of
    its bits. `text`: a name, not a number. `width`: bits, for prefixes. `plain`: reads what is no symbol. `spans`: words
    that stand for several values."""

    name: str
    symbols: Mapping[str, int] = {}
    flags: bool = False
    text: bool = False
    width: int = 32
    plain: Callable[[str], int] = lambda word: int(word, 0)
    spans: Mapping[str, Span] = {}

    def value(self, word: str) -> Value:
        """One value from its word. Raises ValueError where it is not known."""
        if self.text:
            return word[1:-1] if word.startswith('"') else word
        if word in self.symbols:
            return self.symbols[word]
        if self.flags and ("|" in word or "," in word):
            return reduce(int.__or__, (self.bits(each.strip()) for each in word.replace(",", "|").split("|")))
        return self.plain(word)

    def bits(self, word: str) -> int:
        """A number from its word, of a kind that is no name."""
        return self.symbols[word] if word in self.symbols else self.plain(word)

    def span(self, word: str) -> Span:
        """A value, a prefix, a range or a name with a wildcard from its word. Raises ValueError."""
        if word in self.spans:
            return self.spans[word]
        if self.text:
            name = word[1:-1] if word.startswith('"') else word
            if name.endswith("*"):
                stem = name[:-1]
                return (stem[:-1] + "*",) * 2 if stem.endswith("\\") else (stem, stem + _LAST)
            return name, name
        try:
            value = self.value(word)
            return value, value
        except ValueError:
            pass
        base, slash, length = word.partition("/")
        if slash:
            low = self.value(base)
            if not isinstance(low, int) or not length.isdecimal() or int(length) > self.width:
                raise ValueError(word)
            rest = (1 << self.width - int(length)) - 1
            return low & ~rest, low | rest
        first, dash, last = word.partition("-")
        if not dash:
            raise ValueError(word)
        low, high = self.bits(first), self.bits(last)
        if low > high:  # nft 1.0.6 lists `tcp dport < 65535 th sport > 20000` as `tcp sport != 65535-20000`
            raise ValueError(word)
        return low, high


def _flags(*names: str) -> dict[str, int]:
    return {name: 1 << place for place, name in enumerate(names)}


def _numbered(*names: str) -> dict[str, int]:
    return {name: place for place, name in enumerate(names) if name}


_SERVICES = {
    "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "bootps": 67, "bootpc": 68,
    "tftp": 69, "http": 80, "kerberos": 88, "pop3": 110, "sunrpc": 111, "ntp": 123, "netbios-ns": 137,
    "netbios-dgm": 138, "netbios-ssn": 139, "imap2": 143, "snmp": 161, "snmp-trap": 162, "bgp": 179, "ldap": 389,
    "https": 443, "microsoft-ds": 445, "isakmp": 500, "syslog": 514, "submission": 587, "ldaps": 636,
    "domain-s": 853, "rsync": 873, "imaps": 993, "pop3s": 995, "openvpn": 1194, "nfs": 2049, "mysql": 3306,
    "ms-wbt-server": 3389, "ipsec-nat-t": 4500, "mdns": 5353, "postgresql": 5432, "http-alt": 8080,
}  # fmt: skip
_PROTOCOLS = PROTOCOLS | {
    "ip": 0, "ipencap": 4, "ipv6": 41, "ipv6-route": 43, "ipv6-frag": 44, "ipv6-icmp": 58, "icmpv6": 58,
    "ipv6-nonxt": 59, "ipv6-opts": 60, "dccp": 33, "comp": 108, "ipcomp": 108, "ospf": 89, "pim": 103, "vrrp": 112,
    "l2tp": 115, "udplite": 136, "mptcp": 262,
}  # fmt: skip
_DSCP = {f"cs{place}": place * 8 for place in range(8)} | {
    f"af{group}{drop}": group * 8 + drop * 2 for group in range(1, 5) for drop in range(1, 4)
}
_ICMP_TYPES = {
    "echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8,
    "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
    "timestamp-request": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16,
    "address-mask-request": 17, "address-mask-reply": 18,
}  # fmt: skip
_ICMP_CODES = {
    "net-unreachable": 0, "host-unreachable": 1, "prot-unreachable": 2, "port-unreachable": 3, "frag-needed": 4,
    "net-prohibited": 9, "host-prohibited": 10, "admin-prohibited": 13,
}  # fmt: skip
STATES = _flags("invalid", "established", "related", "new") | {"untracked": 64}
STATUSES = _flags("expected", "seen-reply", "assured", "confirmed", "snat", "dnat") | {"dying": 512}
TCP_FLAGS = _flags("fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr")
ROUTE_TYPES = _numbered(
    "unspec", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit"
)


def _no_plain(word: str) -> int:
    raise ValueError(word)


def _user(word: str) -> int:
    return 0 if word in ("root", '"root"') else int(word)


INTEGER = Kind("integer")
ADDRESS = Kind("address", plain=number)
PORT = Kind("port", _SERVICES, width=16)
PROTOCOL = Kind("protocol", _PROTOCOLS, width=8)
MARK = Kind("mark")
STATE = Kind("ct state", STATES, flags=True)
STATUS = Kind("ct status", STATUSES, flags=True)
FLAGS = Kind("tcp flags", TCP_FLAGS, flags=True, width=8)
DIRECTION = Kind("direction", _numbered("original", "reply"))
DSCP = Kind("dscp", _DSCP | {"be": 0, "ef": 46, "va": 44, "lephb": 1, "df": 0}, width=6)
ECN = Kind("ecn", _numbered("not-ect", "ect1", "ect0", "ce"), width=2)
ICMP_TYPE = Kind("icmp type", _ICMP_TYPES, width=8)
ICMP_CODE = Kind("icmp code", _ICMP_CODES, width=8)
NFPROTO = Kind("nfproto", {"ipv4": 2, "ip": 2, "ipv6": 10, "ip6": 10, "arp": 3, "bridge": 7})
ETHERTYPE = Kind("ethertype", {"ip": 0x800, "arp": 0x806, "ip6": 0x86DD, "vlan": 0x8100, "8021q": 0x8100})
PKTTYPE = Kind("pkttype", {"host": 0, "unicast": 0, "broadcast": 1, "multicast": 2, "other": 3})
ROUTE_TYPE = Kind("route type", ROUTE_TYPES)
USER = Kind("user", plain=_user)
GROUP = Kind("group", {"default": 0, '"default"': 0})
INTERFACE = Kind("interface", text=True, spans={"0": ("", "")})
ROUTE_DEVICE = Kind(
    "route device", text=True, spans={"0": ("", ""), "missing": ("", ""), "exists": ("\0", _LAST)}
)
PRESENCE = Kind("presence", {"missing": 0, "exists": 1}, plain=_no_plain)
ARPHRD = Kind(
    "interface type",
    {"ether": 1, "ppp": 512, "ipip": 768, "ipip6": 769, "loopback": 772, "sit": 776, "ipgre": 778},
)
OTHER = Kind("other", text=True)
