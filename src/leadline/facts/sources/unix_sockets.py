"""Listening unix sockets and who holds them: `ss -xlp`. Evidence of one moment, so not compared: the paths
of shims and runtimes hold random ids, and every socket follows a process that other facts tell of."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source
from leadline.facts.table import last_output, lines

COMMAND = "ss -xlp"
_ROW = re.compile(
    r"(?:(u_(?:str|dgr|seq))\s+)?(LISTEN|UNCONN)\s+\d+\s+\d+\s+(\S.*?)\s+\d+\s+\* \d+\s*(users:\(.*)?"
)
_USER = re.compile(r'\("((?:[^"\\]|\\.)*)",pid=(\d+),fd=\d+\)')
_KINDS = {"u_str": "stream", "u_dgr": "datagram", "u_seq": "seqpacket"}


class UnixSocket(msgspec.Struct, frozen=True):
    """A listening socket: stream, datagram or seqpacket, and the programs that hold it (None: not shown)."""

    kind: str | None
    processes: tuple[str, ...] | None


def parse(text: str) -> Parsed:
    """Path (`@name` for an abstract one) → UnixSocket; sockets of the same path are one entry."""
    found, problems = last_output(lines(text, COMMAND), lambda line: line.split()[0] == "Netid" or line)
    if found[0][1].split()[0] not in ("Netid", "State") and _ROW.fullmatch(found[0][1].strip()) is None:
        raise refused(text, COMMAND)
    entries: dict[str, UnixSocket] = {}
    for number, line in found:
        if line.split()[0] in ("Netid", "State"):
            continue
        if (row := _ROW.fullmatch(line.strip())) is None:
            problems.append(unread(number))
            continue
        names = {name for name, _ in _USER.findall(row[4] or "")}
        if (other := entries.get(row[3])) is not None:
            names |= set(other.processes or ())
        entries[row[3]] = UnixSocket(_KINDS.get(row[1]), tuple(sorted(names)) or None)
    if problems and not entries:
        raise refused(text, COMMAND)
    return Parsed(entries, tuple(problems))


source = Source(
    name="unix_sockets",
    title=Text("listening unix sockets", "대기 중인 유닉스 소켓"),
    files={"unix_sockets.txt": COMMAND},
    aliases=("ss_xlp", "ss_lxp", "ss_xl", "ss_x"),
    parse=parse,
    compare=False,
)
