"""Files of a host in one text: a line `==> path <==` before the content of each."""

import re
from collections.abc import Iterator

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.source import Problem

_HEAD = re.compile(r"==> (\S.*) <==")
_DENIED = "(permission denied)"
_MAY_NOT = Text(
    "{path} may not be read; record as root", "{path} 파일을 읽을 권한이 없습니다. root로 기록하십시오"
)
_AGAIN = Text(
    "{path} is saved here twice; the last one, from this line on, is used",
    "{path} 파일이 두 번 저장되어 있어 이 줄부터 시작하는 마지막 내용을 사용합니다",
)


class Part(msgspec.Struct, frozen=True):
    """One file: its path on the host ("" where the text is one file without a head line), the line its
    content begins at, and the content."""

    path: str
    line: int
    text: str

    def lines(self, remarks: str = "#") -> Iterator[tuple[int, str]]:
        """The lines that say something, stripped, with their numbers; none that begins with one of `remarks`."""
        for number, raw in enumerate(self.text.split("\n"), self.line):
            if (line := raw.strip()) and line[0] not in remarks:
                yield number, line


def show(*globs: str, awk: str = "") -> str:
    """The POSIX sh command that prints these files as parts; what may not be read is said to be so.

    `awk`: a program that prints the parts instead, for files that hold what must not leave the host.
    """
    folders = sorted({glob.rpartition("/")[0] for glob in globs if "*" not in glob.rpartition("/")[0]})
    denied = f"printf '==> %s <==\\n{_DENIED}\\n\\n' \"$f\""
    printed = f"awk '{awk}' \"$@\"" if awk else 'tail -v -n +1 "$@"; echo'
    return (
        f"set --; for f in {' '.join(folders)}; do"
        f""" if [ -d "$f" ] && ! [ -x "$f" ]; then {denied}; fi; done;"""
        f" for f in {' '.join(globs)}; do"
        f""" if [ -f "$f" ] && [ -r "$f" ]; then set -- "$@" "$f"; elif [ -f "$f" ]; then {denied}; fi; done;"""
        f" if [ $# -gt 0 ]; then {printed}; fi"
    )


def parts(text: str) -> tuple[list[Part], list[Problem]]:
    """The files of a text in its order; the same path again replaces the content before, with a Problem.

    Raises ParseError where there are files but none may be read.
    """
    found: dict[str, Part] = {}
    problems: list[Problem] = []
    read: list[tuple[str, int, list[str]]] = [("", 1, [])]
    for number, line in enumerate(text.split("\n"), 1):
        if (head := _HEAD.fullmatch(line.rstrip())) is not None:
            read.append((head[1], number + 1, []))
        else:
            read[-1][2].append(line)
    # What stands before the first head line (a prompt, a heading) belongs to no file.
    for path, start, body in read[1:] or read:
        content = "\n".join(body)
        if content.strip() == _DENIED or content.strip().endswith(": Permission denied"):
            problems.append(Problem(_MAY_NOT.fill(path=path), start))
        elif path or content.strip():
            if path in found:
                problems.append(Problem(_AGAIN.fill(path=path), start))
            found[path] = Part(path, start, content)
    if problems and not found:
        raise ParseError(problems[0].text, problems[0].line)
    return list(found.values()), problems
