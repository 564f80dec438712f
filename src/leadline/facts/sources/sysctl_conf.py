"""Kernel settings that files want at boot: sysctl.conf and sysctl.d."""

import re

from leadline.base.text import Text
from leadline.facts.concealment import conceal
from leadline.facts.parts import Part, parts, show
from leadline.facts.reading import free_key, refused, unread
from leadline.facts.source import Parsed, Problem, Source

_SETTING = re.compile(r"(-?)([A-Za-z][^=\s]*)\s*=\s*(.*)")
_EXCEPT = re.compile(r"-\s*[A-Za-z][\w.*/?\[\]-]*")
_APPLYING = re.compile(r"^\* Applying (\S+) ?\.\.\.$", re.MULTILINE)
_GREP = re.compile(r"(?:\./)?([\w./@-]+\.conf):(.*)")
_NUMBERS = re.compile(r"-?\d+(?:\s+-?\d+)+")
_SAYING = re.compile(r"sysctl: ")
_NO_FILES = Text(
    "this output does not tell which file a setting is from; save the files of /etc/sysctl.d instead",
    "이 출력으로는 설정이 어느 파일에서 왔는지 알 수 없습니다. 대신 /etc/sysctl.d의 파일을 저장하십시오",
)


def parse(text: str) -> Parsed:
    """`<file> <key>` → value, in the order of the files. The key is written with dots, as `sysctl -a` prints it.

    A key of an unknown file stands alone. Values of several numbers have tabs between, as `sysctl -a`
    prints them. Reads the files as parts, `sysctl --system` and `grep -r . /etc/sysctl.d`.
    """
    found, problems = parts(_APPLYING.sub(r"==> \1 <==", text))
    # procps 4 names all files first and then prints all settings: which file one is from is not told.
    if len(found) > 1 and _APPLYING.search(text) and not any(part.text.strip() for part in found[:-1]):
        found = [Part("", found[-1].line, found[-1].text)]
        problems.append(Problem(_NO_FILES, found[0].line))
    entries: dict[str, str] = {}
    for part in found:
        _read(part, entries, problems)
    if problems and not entries:
        raise refused(text, "/etc/sysctl.d/*.conf")
    return Parsed(entries, tuple(problems))


def _read(part: Part, entries: dict[str, str], problems: list[Problem]) -> None:
    for number, raw in enumerate(part.text.split("\n"), part.line):
        path, line = part.path, raw.strip()
        if not path and (match := _GREP.fullmatch(line)):
            path, line = match[1], match[2].strip() if "sysctl" in match[1] else ""
        if not line or line[0] in "#;" or _EXCEPT.fullmatch(line) or _SAYING.match(line):
            continue
        if (match := _SETTING.fullmatch(line)) is None:
            problems.append(unread(number))
            continue
        key = _dotted(match[2])
        value = match[3].strip()
        if _NUMBERS.fullmatch(value):
            value = "\t".join(value.split())
        entries[free_key(f"{path} {key}".strip(), entries)] = conceal(key, value)


def _dotted(key: str) -> str:
    """The key with dots between its parts; where the first separator is a slash, a dot is a name's own."""
    first = re.search(r"[./]", key)
    return key.translate(str.maketrans("./", "/.")) if first and first[0] == "/" else key


source = Source(
    name="sysctl_conf",
    title=Text("kernel settings in files (sysctl.d)", "파일에 정의된 커널 설정(sysctl.d)"),
    files={
        "sysctl_conf.txt": show(
            "/etc/sysctl.conf",
            "/etc/sysctl.d/*.conf",
            "/run/sysctl.d/*.conf",
            "/usr/local/lib/sysctl.d/*.conf",
            "/usr/lib/sysctl.d/*.conf",
        )
    },
    aliases=("sysctl_d", "sysctl_system", "etc_sysctl"),
    parse=parse,
    paths=("etc/sysctl.conf", "etc/sysctl.d/*.conf", "run/sysctl.d/*.conf", "usr/lib/sysctl.d/*.conf"),
)
