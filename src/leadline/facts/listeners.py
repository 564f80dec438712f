"""A listening socket, and the line of `ss` or `netstat` that shows it."""

import re
from typing import Literal

import msgspec

_PROGRAM_WIDTH = 19
_NETSTAT_ADDRESS_WIDTH = 23
_LISTENING = {
    "tcp": ("LISTEN",),
    "udp": ("UNCONN",),
    "sctp": ("LISTEN",),
    "dccp": ("LISTEN",),
    "mptcp": ("LISTEN",),
}
_OTHER_FAMILIES = (
    *("nl", "u_str", "u_dgr", "u_seq", "p_raw", "p_dgr", "raw", "icmp6", "???", "ti_rd", "ti_st", "ti_dg"),
    *("v_str", "v_dgr", "xdp", "unix", "raw6", "udpl"),
)
_STATES = ("ESTAB", "SYN-", "FIN-", "TIME-WAIT", "CLOS", "LAST-ACK", "LISTEN", "UNCONN")
# what ports are called in /etc/services, for `ss` without -n
_PORTS = {
    "ssh": 22,
    "telnet": 23,
    "smtp": 25,
    "domain": 53,
    "bootps": 67,
    "bootpc": 68,
    "tftp": 69,
    "http": 80,
    "kerberos": 88,
    "pop3": 110,
    "sunrpc": 111,
    "ntp": 123,
    "imap2": 143,
    "snmp": 161,
    "bgp": 179,
    "ldap": 389,
    "https": 443,
    "dhcpv6-client": 546,
    "dhcpv6-server": 547,
    "submission": 587,
    "ipp": 631,
    "ldaps": 636,
    "rsync": 873,
    "imaps": 993,
    "pop3s": 995,
    "nfs": 2049,
    "etcd-client": 2379,
    "etcd-server": 2380,
    "mysql": 3306,
    "postgresql": 5432,
    "mdns": 5353,
    "http-alt": 8080,
    "otv": 8472,
}
_LOCAL = re.compile(
    r"(\*|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\]|\[[0-9A-Fa-f:.]+(?=%[^\]\s]+\])"
    r"|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)(?:%([^\s:\]]+)\]?)?:(\*|[\w.-]+)"
)
_PROCESS = re.compile(r'\("((?:[^"\\]|\\.)*)",(?:pid=)?(\d+),(?:[^()"]*,)?(?:fd=)?(\d+)\)')


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """A socket that waits for others. `address` without brackets and scope; `interface`: the scope, or "".

    `processes` and their `pids` and `fds`: the names as the kernel keeps them (15 characters), sorted; () where
    the kernel itself holds the socket, None where the text does not tell. Sockets of one address and port are
    one Listener.
    """

    protocol: str
    address: str
    port: int
    interface: str = ""
    processes: tuple[str, ...] | None = None
    pids: tuple[int, ...] | None = None
    fds: tuple[int, ...] | None = None

    @property
    def exposure(self) -> Literal["loopback", "node", "everywhere"]:
        """From where it can be reached: this host, the address's networks, or every network."""
        if self.address in ("*", "0.0.0.0", "::") and not self.interface:  # noqa: S104
            return "everywhere"
        if (
            self.address.startswith(("127.", "::ffff:127."))
            or self.address == "::1"
            or self.interface == "lo"
        ):
            return "loopback"
        return "node"


def ss_row(line: str) -> Listener | Literal[False] | None:
    """A line's listener; False for a socket that is not one, None for a line that is not a whole row."""
    line, users, names = line.partition("users:((")
    words = line.split()
    if not words or words[0] in _OTHER_FAMILIES:
        return False if words else None
    protocol = "udp" if words[0] == "UNCONN" else "tcp"
    if words[0] in _LISTENING:
        protocol = words.pop(0)
    if len(words) < 5 or not words[1].isdigit() or not words[2].isdigit():
        return None
    if words[0] not in _LISTENING[protocol]:
        return False if words[0].startswith(_STATES) else None
    if not words[4].endswith(":*"):
        return None
    held: list[tuple[str, str, str]] = []
    if users:
        inside, closed, _ = names.partition("))")
        held = _PROCESS.findall(f"({inside})")
        if not closed or not held:
            return None
    return _listener(protocol, words[3], held, known=bool(users))


def netstat_row(line: str) -> Listener | Literal[False] | None:
    """The same for a line of netstat; a program whose name fills its column may go on, so it is not told."""
    words = line.split(None, 5)
    if len(words) < 5 or words[0] in _OTHER_FAMILIES:
        return False if words and words[0] in _OTHER_FAMILIES else None
    protocol, local = words[0].rstrip("6"), words[3]
    if protocol not in _LISTENING or (len(local) == _NETSTAT_ADDRESS_WIDTH and ":" in local[:-6]):
        return None
    rest = words[5].strip() if len(words) > 5 else ""
    if protocol == "tcp":
        state, _, rest = rest.partition(" ")
        if state != "LISTEN":
            return False if state else None
    if not words[4].endswith(":*"):
        return False
    pid, slash, program = rest.strip().partition("/")
    name = program.partition(":")[0].strip()[:15]
    whole = len(name) == 15 or ":" in program or len(rest.strip()) < _PROGRAM_WIDTH
    held = [(name, pid, "-1")] if slash and pid.isdigit() and name and whole else []
    return _listener(protocol, local, held, known=bool(held))


def _listener(protocol: str, local: str, held: list[tuple[str, str, str]], known: bool) -> Listener | None:
    if (parts := _LOCAL.fullmatch(local)) is None:
        return None
    address, interface, port = parts[1].strip("[]"), parts[2] or "", parts[3]
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else _PORTS.get(port)
    if number is None or number > 65535:
        return None
    return Listener(
        protocol=protocol,
        address=address,
        port=number,
        interface=interface,
        processes=tuple(sorted({name for name, _, _ in held})) if known else None,
        pids=tuple(sorted({int(pid[:9]) for _, pid, _ in held})) if known else None,
        fds=tuple(sorted({int(fd[:9]) for _, _, fd in held})) if known and held[0][2] != "-1" else None,
    )
