"""Kernel namespaces: `lsns`. Evidence of one moment, so not compared: the kernel gives their numbers anew,
and each belongs to a container or unit that other facts tell of."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import documents, refused, unread
from leadline.facts.source import Parsed, Problem, Source
from leadline.facts.table import is_json, last_output, lines, whole

COMMAND = "lsns"
_COLUMNS = "NS,TYPE,NPROCS,PID,USER,COMMAND"
_TYPES = frozenset({"mnt", "net", "ipc", "user", "pid", "uts", "cgroup", "time"})


class Namespace(msgspec.Struct, frozen=True):
    """A namespace: how many processes are in it, the lowest pid, its user and that process's program
    (None where no process is left and only a mount or descriptor keeps it)."""

    processes: int
    pid: int | None
    user: str
    command: str | None


def parse(text: str) -> Parsed:
    """`<type> <inode>` → Namespace. Of the command only the program is kept."""
    entries: dict[str, Namespace] = {}
    if is_json(text):
        return _parse_json(text)
    found, problems = last_output(lines(text, COMMAND), lambda line: line.split()[:2])
    header = found[0][1].split()
    if not {"NS", "TYPE"} <= set(header):
        raise refused(text, COMMAND)
    for number, line in found[1:]:
        words = re.sub(r"^[ │├└─|`-]+", "", line).split(None, len(header) - 1)
        cell = dict(zip(header, words, strict=False))
        number_ns, processes = whole(cell.get("NS", "")), whole(cell.get("NPROCS", ""))
        if number_ns is None or cell.get("TYPE") not in _TYPES or processes is None:
            problems.append(unread(number))
            continue
        # Cells before the command may be empty (NSFS), so it is taken by its column.
        start = found[0][1].find("COMMAND")
        command = line[start:].split(" ")[0] if start > 0 and line[start - 1 : start] == " " else ""
        entries[f"{cell['TYPE']} {number_ns}"] = Namespace(
            processes, whole(cell.get("PID", "")) or None, cell.get("USER", ""), command or None
        )
    covers = frozenset({"net"}) if "NETNSID" in header else None
    return Parsed(entries, tuple(problems), covers=covers)


class _Item(msgspec.Struct, frozen=True):
    ns: int
    type: str
    nprocs: int | None = None
    pid: int | None = None
    user: str | None = None
    command: str | None = None


class _Output(msgspec.Struct, frozen=True):
    namespaces: list[_Item]


def _parse_json(text: str) -> Parsed:
    document, doubts = documents(text, "lsns -J")
    try:
        items = msgspec.convert(document, _Output, strict=False).namespaces
    except msgspec.ValidationError:
        raise refused(text, "lsns -J") from None
    problems: list[Problem] = list(doubts)
    return Parsed(
        {
            f"{item.type} {item.ns}": Namespace(
                item.nprocs or 0,
                item.pid or None,
                item.user or "",
                (item.command or "").split(" ")[0] or None,
            )
            for item in items
            if item.type in _TYPES
        },
        tuple(problems),
    )


# Arguments may hold secrets and are not needed: only the program stays of each command.
_PROGRAM_ONLY = r"""s/\("command": *"[^" ]*\) .*"\(,\{0,1\}\)$/\1"\2/"""
_LSNS = f"lsns -J -o {_COLUMNS}"

source = Source(
    name="namespaces",
    title=Text("namespaces", "네임스페이스"),
    files={
        # it gives up where a process ends while it looks: a second look, then
        "lsns.json": f"out=$({_LSNS} || {_LSNS}) && printf '%s\\n' \"$out\" | sed '{_PROGRAM_ONLY}'",
    },
    aliases=("lsns",),
    parse=parse,
    volatile=frozenset({"processes", "pid", "command"}),
    compare=False,
)
