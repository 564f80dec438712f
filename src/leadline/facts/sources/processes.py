"""Running programs by name: `ps` in the forms people use. Evidence of one moment, so not compared:
every login and every cron job would be a difference, and what stays is told by services and listeners."""

import re
from collections.abc import Iterator

import msgspec

from leadline.base.text import Text
from leadline.facts.concealment import conceal_words
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source
from leadline.facts.table import last_output, lines, whole

COMMAND = "ps -eww -o pid,ppid,user,comm,args"
_TREE = re.compile(r"^(?:[ |]*\\_ |[ │├└─]+)")
_PROGRAM_FOLDER = re.compile(r"/(?:\S+/)?s?bin/([^/]+)$")
_INTERPRETER = re.compile(r"(?:python[\d.]*|perl|ruby|bash|sh|dash|node)$")


class Process(msgspec.Struct, frozen=True):
    """All processes of one program: how many, whose, the programs that started them (None: not shown), and the arguments of
    each (secret values hidden, the same ones once); `kernel`: a thread of the kernel."""

    count: int
    users: tuple[str, ...]
    parents: tuple[str, ...] | None
    arguments: tuple[str, ...]
    kernel: bool


class _Row(msgspec.Struct, frozen=True):
    pid: int
    parent: int | None
    user: str
    name: str
    args: str


def parse(text: str) -> Parsed:
    """Program name, as the kernel keeps it (15 characters at most; kernel threads without their CPU) → Process."""
    found, problems = last_output(lines(text, COMMAND), lambda line: line.split()[:2])
    header = found[0][1].split()
    if not {"PID", "COMMAND"} <= set(header) and not {"PID", "CMD"} <= set(header):
        raise refused(text, COMMAND)
    rows: list[_Row] = []
    for number, line in found[1:]:
        row = _row(line, found[0][1], header)
        if row is None:
            problems.append(unread(number))
        else:
            rows.append(row)
    names = {row.pid: row.name for row in rows}
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(row.name, []).append(row)
    entries = {
        name: Process(
            count=len(group),
            users=_each(row.user for row in group),
            parents=_each(names.get(row.parent or 0, "") for row in group) if "PPID" in header else None,
            arguments=_each(" ".join(conceal_words(row.args.split())) for row in group),
            kernel=all(row.args.startswith("[") for row in group),
        )
        for name, group in groups.items()
    }
    return Parsed(entries, tuple(problems))


def _row(line: str, header_line: str, header: list[str]) -> _Row | None:
    words = line.split(None, len(header) - 1)
    if len(words) < len(header):
        return None
    cell = dict(zip(header, words, strict=True))
    pid = whole(cell["PID"])
    if pid is None or ("PPID" in cell and whole(cell["PPID"]) is None):
        return None
    comm = ""
    args = words[-1]
    if header[-2:] == ["COMMAND", "COMMAND"]:
        start, end = header_line.index("COMMAND"), header_line.rindex("COMMAND")
        # A name may hold spaces (`tmux: server`), so it is cut by column where the columns are in place.
        if line[start - 1 : start] == " " and line[end - 1 : end] == " ":
            comm, args = line[start:end].strip(), line[end:].strip()
        else:
            comm = words[-2]
    args = _TREE.sub("", args)
    parent = whole(cell["PPID"]) if "PPID" in cell else None
    user = cell.get("USER") or cell.get("UID") or cell.get("RUSER") or ""
    return _Row(pid, parent, user, _name(comm, args), args)


def _name(comm: str, args: str) -> str:
    if args.startswith("["):
        name = comm or args.strip("[]")
        return name.split("/", 1)[0][:15]
    if comm:
        return comm[:15]
    words = args.split()
    program = words[0] if words else ""
    if program.endswith(":"):
        return program[:-1][:15]
    name = program.rpartition("/")[2].removeprefix("-") or program
    if _INTERPRETER.match(name):
        script = next((word for word in words[1:] if not word.startswith("-")), "")
        if match := _PROGRAM_FOLDER.match(script):
            name = match[1]
    return name[:15]


def _each(values: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


source = Source(
    name="processes",
    title=Text("running programs", "실행 중인 프로그램"),
    files={"ps.txt": COMMAND},
    aliases=("ps_aux", "ps_ef", "process"),
    parse=parse,
    volatile=frozenset({"count", "arguments", "parents", "users"}),
    compare=False,
)
