"""Named network namespaces: /run/netns, as `ip netns` and the container runtimes keep them."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import unread
from leadline.facts.source import Parsed, Source
from leadline.facts.table import last_output, lines, whole

COMMAND = (
    "if command -v ip >/dev/null; then ip netns list; fi;"
    ' set --; for n in /run/netns/*; do if [ -e "$n" ]; then set -- "$@" "$n"; fi; done;'
    ' if [ $# -gt 0 ]; then stat -Lc "%i %n" "$@"; fi'
)
_NAMED = re.compile(r"(\S+)(?: \(id: (\d+)\))?")
_LISTED = re.compile(r"nsid (\d+)(?: current-nsid \d+)?(?: \(iproute2 netns name: (\S+)\))?")
_STAT = re.compile(r"(\d+) (?:/\S*/)?([^\s/]+)")


class NamedNamespace(msgspec.Struct, frozen=True):
    """`nsid`: the number this host's network namespace knows it by (`link-netnsid`); `inode`: the number
    `lsns` shows. None where the text does not tell."""

    nsid: int | None
    inode: int | None


def parse(text: str) -> Parsed:
    """Name → NamedNamespace. An empty text: there is none."""
    found, problems = last_output(lines(text, "ip netns", may_be_empty=True), lambda line: line)
    entries: dict[str, NamedNamespace] = {}
    for number, line in found:
        word = line.strip()
        if match := _LISTED.fullmatch(word):
            if match[2]:
                entries[match[2]] = NamedNamespace(whole(match[1]), None)
        elif match := _STAT.fullmatch(word):
            known = entries.get(match[2])
            entries[match[2]] = NamedNamespace(known.nsid if known else None, whole(match[1]))
        elif match := _NAMED.fullmatch(word):
            entries[match[1].rpartition("/")[2]] = NamedNamespace(whole(match[2] or ""), None)
        else:
            problems.append(unread(number))
    return Parsed(entries, tuple(problems))


source = Source(
    name="netns",
    title=Text("named network namespaces", "이름 있는 네트워크 네임스페이스"),
    files={"netns.txt": COMMAND},
    aliases=("ip_netns", "ip_netns_list", "run_netns"),
    parse=parse,
    volatile=frozenset({"nsid", "inode"}),
)
