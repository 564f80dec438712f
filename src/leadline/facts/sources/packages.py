"""Installed packages of dpkg or rpm, and which of them are held at their version."""

import re
from fnmatch import fnmatchcase

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import cut, free_key, refused, unread
from leadline.facts.source import Parsed, Source
from leadline.facts.table import last_output, lines

# dnf keeps holds as versionlock lines or as `exclude=` of a repository, dpkg in the package's own status.
COMMAND = (
    "if command -v dpkg-query >/dev/null;"
    r" then dpkg-query -W -f='${binary:Package}\t${Version}\t${db:Status-Abbrev}\n';"
    r" else rpm -qa --qf '%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\n' || exit;"
    r" sed -n 's/^\([^#[:space:]]\)/versionlock \1/p' /etc/dnf/plugins/versionlock.list"
    r" /etc/yum/pluginconf.d/versionlock.list 2>/dev/null;"
    r""" sed -n 's/^name *= *"\(.*\)"$/versionlock \1/p' /etc/dnf/versionlock.toml 2>/dev/null;"""
    r" sed -n 's/^exclude\(pkgs\)\{0,1\} *= */exclude /p' /etc/yum.repos.d/*.repo /etc/dnf/dnf.conf 2>/dev/null; :; fi"
)
WHAT = "dpkg-query -W (or rpm -qa)"
_DPKG = re.compile(r"([a-z0-9][a-z0-9+.-]*)(:[a-z0-9-]+)?\t(\S*)(?:\t([a-zA-Z]{2})[a-zA-Z]? ?)?")
_DPKG_LIST = re.compile(r"([uihrp][ncHUFWti])[R ] +([a-z0-9][a-z0-9+.-]*)(:[a-z0-9-]+)? +(\S+)( .*)?")
_DPKG_HEAD = re.compile(r"Desired=Unknown|\| Status=|\|/ Err|\|\|/ Name|\+\+\+-")
_RPM = re.compile(r"([\w+.-]+)\t((?:\d+:)?[\w.+~^]+-[\w.+~^]+)\t([\w()]+)")
_RPM_PLAIN = re.compile(r"([\w+.-]+?)-([\w.+~^]+-[\w.+~^]+)\.(\w+)")
_APT = re.compile(r"([a-z0-9][a-z0-9+.-]*)/\S+ (\S+) ([a-z0-9]+) \[([a-z,-]+).*\]")


class Package(msgspec.Struct, frozen=True):
    """An installed package. `hold`: an upgrade leaves it alone; None where the text does not tell."""

    version: str
    hold: bool | None
    manager: str


def parse(text: str) -> Parsed:
    """Package name → Package; a name installed for two architectures has the second as `name:arch`."""
    found, problems = last_output(lines(text, WHAT), lambda line: line)
    entries: dict[str, Package] = {}
    locks: list[str] = []
    told = False
    unreadable: frozenset[str] = frozenset()
    last = None if text.endswith("\n") else text.count("\n") + 1
    for number, line in found:
        word, _, rest = line.partition(" ")
        if word in ("versionlock", "exclude"):
            locks += rest.split()
        elif _DPKG_HEAD.match(line) or line.startswith("Listing"):
            continue
        elif (package := _package(line)) is None:
            problems.append(unread(number))
        elif package[2].version:
            name, arch, value = package
            told = told or (value.manager == "rpm" and "\t" in line)
            key = f"{name}{arch}" if name in entries and arch else free_key(name, entries)
            if number == last:
                # A version that is cut off still looks like one.
                problems.append(cut(number))
                unreadable = frozenset({key})
            else:
                entries[key] = value
    if len(problems) > len(entries):
        raise refused(text, WHAT)
    if told:
        patterns = [_name(lock) for lock in locks]
        entries = {
            key: Package(
                value.version, any(fnmatchcase(key.split(" ")[0], each) for each in patterns), value.manager
            )
            for key, value in entries.items()
        }
    return Parsed(entries, tuple(problems), unreadable)


def _package(line: str) -> tuple[str, str, Package] | None:
    """A row as name, `:arch` or nothing, and Package; the version is empty where it is not installed."""
    if match := _DPKG_LIST.fullmatch(line):
        kept = match[1][1] not in "nc"
        return match[2], match[3] or "", Package(match[4] if kept else "", match[1][0] == "h", "dpkg")
    if match := _DPKG.fullmatch(line):
        hold = match[4][0] == "h" if match[4] else None
        kept = match[4] is None or match[4][1] not in "nc"
        return match[1], match[2] or "", Package(match[3] if kept else "", hold, "dpkg")
    if match := _RPM.fullmatch(line):
        return match[1], "", Package(match[2].removeprefix("0:"), False, "rpm")
    if match := _APT.fullmatch(line):
        return match[1], "", Package(match[2], None, "dpkg")
    if match := _RPM_PLAIN.fullmatch(line):
        return match[1], "", Package(match[2], None, "rpm")
    return None


def _name(lock: str) -> str:
    """The name of a lock, which is a name, a glob, or name-epoch:version-release.arch."""
    return re.sub(r"^!|-\d+:.*$|-[\d.]+-\S+$", "", lock)


source = Source(
    name="packages",
    title=Text("installed packages", "설치된 패키지"),
    files={"packages.txt": COMMAND},
    aliases=("dpkg", "rpm", "rpm_qa", "apt_list", "dpkg_l"),
    parse=parse,
)
