"""Listening sockets, as `ss -tulnp` and `netstat -tulnp` print them."""

import re
from collections.abc import Iterator
from typing import Literal, TypeVar

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.reading import (
    Shown,
    beside_each_other,
    cut,
    free_key,
    last_key,
    last_output,
    nothing,
    shown,
    unread,
)
from leadline.facts.source import Parsed, Problem, Source

T = TypeVar("T", str, int)

WHAT = "ss -tulnp"
EPHEMERAL = 32768
_PRIVILEGED = 1024
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
_NOISE = re.compile(r"(?:RTNETLINK answers|Failed to |Cannot open|ss: |sudo: |\(|Active |Total: )")


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """A socket that waits for others. `address` without brackets and scope; `interface`: the scope, or "".

    `processes` and their `pids` and `fds`: the names as the kernel keeps them (15 characters), sorted; () where the kernel itself
    holds the socket, None where the text does not tell. Sockets of one address and port are one Listener.
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


def parse(text: str) -> Parsed:
    """`<protocol> <address>[%interface]:<port>` → Listener. A port of the ephemeral range on loopback, held
    by one program, is named by its role instead: `tcp 127.0.0.1:* containerd`.

    `covers` is the protocols of a text that does not show all, and only what it shows of a cut one. Raises ParseError for texts without a
    listing, and for one of connections only.
    """
    seen = shown(text, "ss", "netstat")
    headers = [place for place, line in enumerate(seen.lines) if _is_header(line)]
    begin, doubts = last_output(seen, headers)
    header = seen.lines[begin] if headers else ""
    problems = [*seen.problems, *doubts]
    sockets: list[Listener] = []
    netstat = header.startswith("Proto")
    rows = 0
    strange: list[int] = []
    broken = False
    for number, line in _rows(seen, begin + 1 if headers else 0):
        read = _netstat_row(line) if netstat else _ss_row(line)
        if isinstance(read, Listener):
            at_end = number == len(seen.lines) and not seen.ended
            if at_end and read.processes is None and any(each.processes for each in sockets):
                problems.append(cut(number))
                broken = True
            else:
                sockets.append(read)
        elif read is None:
            strange.append(number)
            broken |= not seen.ended and number == len(seen.lines)
            continue
        rows += 1
    if (not headers and not rows) or len(strange) > rows + 1:
        raise nothing(seen.lines, WHAT)
    if rows and not sockets:
        raise ParseError(_NO_LISTENERS, begin + 1)
    problems += [unread(number) for number in strange]
    if not headers:
        problems.append(Problem(_NO_HEADER))
    entries = _entries(sockets)
    covers = frozenset(entries) if broken else _covers(header, sockets)
    return Parsed(entries, tuple(problems), covers=covers, cut=last_key(seen, entries))


_NO_LISTENERS = Text(
    "only connections are in this text, no listening socket; save the output of `ss -tulnp`",
    "연결만 있고 수신 대기 소켓이 없습니다. `ss -tulnp`의 출력을 저장하십시오",
)
_NO_HEADER = Text(
    "the text has no header line, so it may be a part only; save the whole output of `ss -tulnp`",
    "머리글 줄이 없어 일부만 저장된 것일 수 있습니다. `ss -tulnp`의 전체 출력을 저장하십시오",
)


def _is_header(line: str) -> bool:
    return "Recv-Q" in line and "Local" in line and line.startswith(("State", "Netid", "Proto"))


def _rows(seen: Shown, begin: int) -> Iterator[tuple[int, str]]:
    """The lines of sockets; a process column that a narrow terminal put on its own line is joined on."""
    waiting: tuple[int, str] | None = None
    for number, line in enumerate(seen.lines[begin:], begin + 1):
        if not line or line[0] in " \t":
            if waiting is not None and "users:((" in line and "users:((" not in waiting[1]:
                waiting = waiting[0], waiting[1] + line
            continue
        if waiting is not None:
            yield waiting
        waiting = None if _NOISE.match(line) else (number, line)
    if waiting is not None:
        yield waiting


def _ss_row(line: str) -> Listener | Literal[False] | None:
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


def _netstat_row(line: str) -> Listener | Literal[False] | None:
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


def _entries(sockets: list[Listener]) -> dict[str, Listener]:
    # only root sees whose a privileged port is; then a socket without a process belongs to the kernel
    as_root = any(each.processes and (each.port < _PRIVILEGED or 1 in (each.pids or ())) for each in sockets)
    entries: dict[str, Listener] = {}
    for each in sockets:
        if each.processes is None and as_root:
            each = msgspec.structs.replace(each, processes=())
        key = _key(each)
        other = entries.get(key)
        if other is not None and other.port == each.port:
            entries[key] = msgspec.structs.replace(
                each,
                processes=_both(other.processes, each.processes),
                pids=_both(other.pids, each.pids),
                fds=_both(other.fds, each.fds),
            )
        else:
            entries[free_key(key, entries)] = each
    return entries


def meet(left: Parsed, right: Parsed) -> tuple[Parsed, Parsed]:
    """A socket that one text names by its program's role and the other, without processes, by its port is
    one; a role without its port there is not compared. Only IPv6, as `ss -6` shows, covers only that."""
    left, right = _named_alike(left, right), _named_alike(right, left)
    return beside_each_other(left, right, _is_ipv6)


def _is_ipv6(parsed: Parsed) -> bool:
    return bool(parsed.entries) and all(
        ":" in each.address or each.address == "*" for each in parsed.entries.values()
    )


def _named_alike(own: Parsed, other: Parsed) -> Parsed:
    """`own` with the keys of `other` for what that names by port, for want of processes."""
    bare = {
        (each.protocol, each.address, each.port): key
        for key, each in other.entries.items()
        if each.processes is None and each.port >= EPHEMERAL and each.exposure == "loopback"
    }
    if not bare:
        return own
    entries: dict[str, Listener] = {}
    unknown: set[str] = set()
    for key, each in own.entries.items():
        plain = bare.pop((each.protocol, each.address, each.port), None)
        if plain is None and ":* " in key:
            unknown.add(key)
        entries[plain or key] = each
    if unknown:
        unknown |= set(bare.values())
    return msgspec.structs.replace(own, entries=entries, unreadable=own.unreadable | unknown)


def _both(one: tuple[T, ...] | None, other: tuple[T, ...] | None) -> tuple[T, ...] | None:
    if one is None or other is None:
        return one if other is None else other
    return tuple(sorted(set(one + other)))


def _key(each: Listener) -> str:
    address = f"[{each.address}]" if ":" in each.address else each.address
    if each.interface:
        address += f"%{each.interface}"
    loopback = each.address.startswith("127.") or each.address == "::1"
    if loopback and each.port >= EPHEMERAL and each.processes and len(each.processes) == 1:
        return f"{each.protocol} {address}:* {each.processes[0]}"
    return f"{each.protocol} {address}:{each.port}"


def _covers(header: str, sockets: list[Listener]) -> frozenset[str] | None:
    if header.startswith("Netid"):
        return None
    shown_protocols = frozenset(each.protocol for each in sockets)
    if header.startswith("Proto") and len(shown_protocols) > 1:
        return None
    return shown_protocols or frozenset({"tcp"})


source = Source(
    name="ss",
    title=Text("listening sockets", "수신 대기 소켓"),
    files={"ss.txt": "ss -tulnp"},
    aliases=("ss_tulnp", "ss_tnlp", "listeners", "sockets", "netstat", "netstat_tulnp"),
    parse=parse,
    meet=meet,
    volatile=frozenset({"pids", "fds", "port"}),
)
