"""What CNI plugins keep of each sandbox, by name: /var/lib/cni/results and /var/lib/cni/flannel."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import refused, shown, unread
from leadline.facts.source import Parsed, Problem, Source

_WHAT = "ls -1 /var/lib/cni/results /var/lib/cni/flannel"
_FOLDER = re.compile(r"(/\S*/(?:results|flannel)):$")
_RESULT = re.compile(r"(?P<network>.+)-(?P<container>[0-9a-f]{12,64})-(?P<interface>[\w.-]{1,15})$")
_CONTAINER = re.compile(r"[0-9a-f]{12,64}$")


class Kept(msgspec.Struct, frozen=True):
    """One kept file: the sandbox's id, and the network and interface where the name tells them."""

    container: str
    network: str
    interface: str


def parse(text: str) -> Parsed:
    """`results <name>` and `flannel <sandbox>`; an empty text is a host where no plugin keeps anything."""
    entries: dict[str, Kept] = {}
    problems: list[Problem] = []
    folder = ""
    for number, raw in enumerate(shown(text, "ls").lines, 1):
        line = raw.strip()
        if not line:
            continue
        if (heading := _FOLDER.match(line)) is not None:
            folder = heading[1].rpartition("/")[2]
        elif folder == "results" and (match := _RESULT.match(line)) is not None:
            entries[f"results {line}"] = Kept(match["container"], match["network"], match["interface"])
        elif folder == "flannel" and _CONTAINER.match(line):
            entries[f"flannel {line}"] = Kept(line, "", "")
        elif "No such file" not in line:
            problems.append(unread(number))
    if len(problems) > len(entries):
        raise refused(text, _WHAT)
    return Parsed(entries, tuple(problems))


source = Source(
    name="cni_results",
    title=Text("CNI results", "CNI 결과 파일"),
    files={
        "cni_results.txt": "for d in /var/lib/cni/results /var/lib/cni/flannel; do [ -d $d ] && echo $d: && ls -1 $d; done; :"
    },
    parse=parse,
)
