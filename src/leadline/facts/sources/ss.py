"""Listening sockets, as `ss -tulnp` and `netstat -tulnp` print them."""

import re
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.listeners import Listener, netstat_row, ss_row
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
_NOISE = re.compile(r"(?:RTNETLINK answers|Failed to |Cannot open|ss: |sudo: |\(|Active |Total: )")


def parse(text: str) -> Parsed:
    """`<protocol> <address>[%interface]:<port>` → Listener. A port of the ephemeral range on loopback, held
    by one program, is named by its role instead: `tcp 127.0.0.1:* containerd`.

    `covers` is the protocols of a text that does not show all, and only what it shows of a cut one. Raises
    ParseError for texts without a listing, and for one of connections only.
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
        read = netstat_row(line) if netstat else ss_row(line)
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
