"""Mounts, as `findmnt`, `mount` and the kernel's own tables show them."""

from collections.abc import Iterable
from typing import Any

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts import mount_lines, mount_table
from leadline.facts.mount_table import Row
from leadline.facts.reading import (
    Shown,
    beside_each_other,
    cut,
    documents,
    free_key,
    last_key,
    last_output,
    nothing,
    shown,
    unread,
)
from leadline.facts.source import Parsed, Problem, Source, not_this

WHAT = "findmnt"
_DEEPEST = 200


class Mount(msgspec.Struct, frozen=True, kw_only=True):
    """One mount. `root`: the directory of the filesystem that is mounted, where not its whole ("/");
    findmnt shows it in brackets after the source. `options`: those of the mount and of the filesystem.
    None where the text does not tell."""

    source: str | None
    fstype: str | None
    options: tuple[str, ...] | None
    root: str | None = None


def parse(text: str) -> Parsed:
    """Target → Mount; a further mount on the same target is `target #2`, in the order they hide each other.

    Reads the tree and the list of `findmnt` in any choice of columns that has the four default ones, its
    JSON (`-J`), pairs (`-P`) and raw (`-r`) forms, `mount`, `/proc/mounts` and mountinfo.
    Raises ParseError where a text has no mounts, or not these columns (`-D`).
    """
    seen = shown(text, "findmnt", "mount", "mountinfo", "mounts")
    first = next(((place, line) for place, line in enumerate(seen.lines) if line.strip()), None)
    if first is None:
        raise nothing(seen.lines, WHAT)
    place, line = first
    if line.lstrip().startswith("{"):
        return _json("\n".join(seen.lines), seen.problems)
    for at in range(place, min(place + 20, len(seen.lines))):
        if (header := _header(seen.lines[at])) is not None:
            return _table(seen, header)
    for form in mount_lines.FORMS:
        if any(form.is_line(line) for line in seen.lines[place : place + 20]):
            return _lines(seen, form)
    if mount_table.looks_headless(seen.lines):
        return _parsed(seen, list(mount_table.headless(seen.lines)), [*seen.problems])
    raise nothing(seen.lines, WHAT)


def _header(line: str) -> list[str] | None:
    words = line.split()
    if "TARGET" not in words or not all(word.isupper() for word in words):
        return None
    return words


def _table(seen: Shown, header: list[str]) -> Parsed:
    starts = [place for place, line in enumerate(seen.lines) if _header(line) == header]
    begin, doubts = last_output(seen, starts)
    if not {"TARGET", "SOURCE", "FSTYPE", "OPTIONS"} <= set(header) or header[0] != "TARGET":
        raise ParseError(_COLUMNS, begin + 1)
    problems = [*seen.problems, *doubts]
    line = seen.lines[begin]
    if line == " ".join(header):
        where = [header.index(name) for name in ("TARGET", "SOURCE", "FSTYPE", "OPTIONS")]
        rows: list[tuple[int, Row | None]] = []
        for number, each in enumerate(seen.lines[begin + 1 :], begin + 2):
            words = [mount_lines.unescaped(word) for word in each.split(" ")]
            if each:
                whole = len(words) == len(header) and each.startswith("/")
                target, of, fstype, options = (words[at] if whole else "" for at in where)
                rows.append((number, (target, of, fstype, options) if whole else None))
        return _parsed(seen, rows, problems)
    table = mount_table.read(seen.lines, begin)
    if table.width is not None:
        problems.append(Problem(_NARROW.fill(width=table.width), begin + 1))
    parsed = _parsed(seen, table.rows, problems)
    if mount_table.unfinished(seen.lines[begin + 1 :]):
        problem = Problem(_UNFINISHED, len(seen.lines))
        parsed = msgspec.structs.replace(
            parsed, covers=frozenset(parsed.entries), problems=(*parsed.problems, problem)
        )
    return parsed


_UNFINISHED = Text(
    "the tree has no last branch, so the text was cut or filtered; what is missing is not called removed",
    "트리의 마지막 가지가 없어 잘렸거나 걸러진 텍스트입니다. 없는 마운트를 삭제된 것으로 보지 않습니다",
)
_COLUMNS = Text(
    "this choice of columns lacks the target first, the source, the type or the options; save plain `findmnt`",
    "대상(맨 앞), 소스, 종류, 옵션 중 빠진 열이 있습니다. 옵션 없이 `findmnt`의 출력을 저장하십시오",
)
_NARROW = Text(
    "lines are cut at {width} columns, as a terminal shows them, so what reaches that far is not used; "
    "save `findmnt > findmnt.txt`",
    "터미널 너비인 {width}열에서 줄이 잘려 있어 그 위치까지 이어지는 값은 사용하지 않았습니다. "
    "`findmnt > findmnt.txt`로 저장하십시오",
)


def _parsed(
    seen: Shown, rows: Iterable[tuple[int, Row | None]], problems: list[Problem], ended: bool = False
) -> Parsed:
    """The entries of a table's rows; `ended`: a row's own end shows that it is whole."""
    entries: dict[str, Mount] = {}
    strange: list[int] = []
    for number, row in rows:
        if row is None:
            strange.append(number)
            continue
        target, of, fstype, options = row
        if not seen.ended and not ended and number == len(seen.lines):
            problems.append(cut(number))
            options = None
        entries[free_key(target, entries)] = _mount(of, fstype, options)
    if not entries or len(strange) > len(entries):
        raise nothing(seen.lines, WHAT)
    problems += [unread(number) for number in strange]
    return Parsed(entries, tuple(problems), cut=last_key(seen, entries))


def meet(left: Parsed, right: Parsed) -> tuple[Parsed, Parsed]:
    """Chosen mounts (`findmnt --real`, `-t tmpfs`) beside all of a host cover only themselves."""
    return beside_each_other(left, right, _is_chosen)


def _is_chosen(parsed: Parsed) -> bool:
    """Whether the root is missing, or the mount of the process table that every host has."""
    return "/" not in parsed.entries or all(
        each.fstype not in ("proc", None) for each in parsed.entries.values()
    )


def _mount(of: str | None, fstype: str | None, options: str | None) -> Mount:
    root = None if of is None else "/"
    if of is not None and of.endswith("]") and "[" in of:
        of, _, root = of[:-1].partition("[")
    return Mount(source=of, fstype=fstype, options=tuple(options.split(",")) if options else None, root=root)


def _json(text: str, problems: tuple[Problem, ...]) -> Parsed:
    value, doubts = documents(text, "findmnt -J")
    entries: dict[str, Mount] = {}

    def walk(found: Any, depth: int) -> None:
        if not isinstance(found, list) or depth > _DEEPEST:
            raise not_this("findmnt -J")
        for each in found:
            target = each.get("target") if isinstance(each, dict) else None
            if not isinstance(target, str) or not {"source", "fstype", "options"} <= set(each):
                raise not_this("findmnt -J")
            of, fstype, options = (
                each[name] if isinstance(each[name], str) else None
                for name in ("source", "fstype", "options")
            )
            entries[free_key(target, entries)] = _mount(of, fstype, options)
            if "children" in each:
                walk(each["children"], depth + 1)

    walk(value.get("filesystems") if isinstance(value, dict) else None, 0)
    return Parsed(entries, (*problems, *doubts))


def _lines(seen: Shown, form: mount_lines.Form) -> Parsed:
    first = next(line for line in seen.lines if form.is_line(line))
    starts = [place for place, line in enumerate(seen.lines) if line == first]
    # bind mounts give equal lines without ids; only a whole repetition is a second output
    size = starts[1] - starts[0] if len(starts) > 1 else 0
    same = size > 1 and [line.split()[:3] for line in seen.lines[starts[0] : starts[0] + 3]] == [
        line.split()[:3] for line in seen.lines[starts[1] : starts[1] + 3]
    ]
    begin, doubts = last_output(seen, starts if same else starts[:1])
    lines = [(number, line) for number, line in enumerate(seen.lines[begin:], begin + 1) if line.strip()]
    parsed = _parsed(seen, form.rows(lines), [*seen.problems, *doubts], form.ended)
    if form.rooted:
        return parsed
    return msgspec.structs.replace(
        parsed,
        entries={key: msgspec.structs.replace(each, root=None) for key, each in parsed.entries.items()},
    )


source = Source(
    name="findmnt",
    title=Text("mounts", "마운트"),
    files={"mountinfo.txt": "cat /proc/self/mountinfo", "findmnt.txt": "findmnt"},
    aliases=("findmnt_j", "mount", "mounts", "proc_mounts", "proc_self_mountinfo"),
    parse=parse,
    meet=meet,
)
