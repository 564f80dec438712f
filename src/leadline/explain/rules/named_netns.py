"""Network namespaces that somebody named with `ip netns add`."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

# Programs draw their names (cni-…, netns-…, a bare UUID, hex ids, snapd's); a person gives a word.
DRAWN = re.compile(r"(?:cni-|netns-)?[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,64}")
NAMED = re.compile(r"(?P<directory>(?:/var)?/run/netns)/(?P<name>[^/ ]+)(?: #\d+)?")


def match(change: Change, pair: Pair) -> Match | None:
    found = NAMED.fullmatch(change.key)
    if found is None or change.entry.fstype != "nsfs" or DRAWN.fullmatch(found["name"]):
        return None
    side = pair.side(change)
    directory = side.entries("findmnt").get(found["directory"])
    if directory is None:
        return None
    evidence = [side.saw("findmnt", f"{found['directory']} {directory.source}")]
    for name, interface in side.entries("ip_addr").items():
        if interface.peer_netns == found["name"]:
            evidence.append(side.saw("ip_addr", f"{name} link-netns {found['name']}"))
            break
    return Match(tuple(evidence), "likely", {"name": found["name"]})


rule = Rule(
    name="named-netns",
    facts=("findmnt",),
    component="administrator",
    class_="config",
    why=Text(
        "A network namespace with a name of one's own ({name}), as `ip netns add` leaves it: a person or a script "
        "made it; container runtimes draw their names.",
        "직접 이름을 붙인 네트워크 네임스페이스({name})로, `ip netns add`가 남기는 형태입니다. 사람이나 스크립트가 만든 "
        "것이며, 컨테이너 런타임은 이름을 무작위로 뽑습니다.",
    ),
    since="iproute2 3.0",
    source="ip-netns(8)",
    match=match,
)
