"""Kernel settings that files want at boot: sysctl.conf and sysctl.d."""

import re

from leadline.base.text import Text
from leadline.facts.concealment import conceal
from leadline.facts.parts import Part, parts, show
from leadline.facts.saved import refused
from leadline.facts.source import Parsed, Problem, Source
from leadline.facts.table import distinct, unread

_SETTING = re.compile(r"(-?)([A-Za-z][^=\s]*)\s*=\s*(.*)")
_EXCEPT = re.compile(r"-\s*[A-Za-z][\w.*/?\[\]-]*")
_APPLYING = re.compile(r"^\* Applying (\S+) ?\.\.\.$", re.MULTILINE)
_GREP = re.compile(r"(?:\./)?([\w./@-]*sysctl[\w./@-]*\.conf):(.*)")
_SAYING = re.compile(r"sysctl: ")


def parse(text: str) -> Parsed:
    """`<file> <key>` → value, in the order of the files. The key is written with dots, as `sysctl -a` prints it.

    Reads the files as parts, `sysctl --system` and `grep -r . /etc/sysctl.d`.
    """
    if _APPLYING.search(text):
        text = _APPLYING.sub(r"==> \1 <==", text)
    found, problems = parts(text)
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
            path, line = match[1], match[2].strip()
        if not line or line[0] in "#;" or _EXCEPT.fullmatch(line) or _SAYING.match(line):
            continue
        if (match := _SETTING.fullmatch(line)) is None:
            problems.append(unread(number, "/etc/sysctl.d/*.conf"))
            continue
        key = _dotted(match[2])
        value = re.sub(r"[ \t]+", "\t", match[3].strip())
        entries[distinct(f"{path} {key}".strip(), entries)] = conceal(key, value)


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
