"""Lines of recorded texts that could not be read: a rule, a route or an address that a trace does not see."""

from collections.abc import Collection, Iterator

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import unread
from leadline.network.native import is_shown_by_iptables
from leadline.network.result import Branch, Way
from leadline.network.topology import Topology

_DECISIVE = (
    "ip_addr", "ip_route", "ip_rule", "ip_neigh", "bridge_fdb", "bridge_link", "iptables", "nft", "ipset", "ipvs",
)  # fmt: skip
_LOST = unread(0).text
_SAID = Text(
    "line {line} of {file} of {host} cannot be read, so what it says is not known; save the output again",
    "{host}의 {file} {line}번째 줄을 읽을 수 없어 그 내용을 알 수 없습니다. 출력을 다시 저장하십시오",
)


def unread_lines(topology: Topology, hosts: Collection[str]) -> dict[str, Text]:
    """Those of these hosts of which a line is lost that could decide on a packet, with the first such line."""
    found: dict[str, Text] = {}
    for host in hosts:
        for text in _lines(topology, host):
            found.setdefault(host, text)
    return found


def _lines(topology: Topology, host: str) -> Iterator[Text]:
    if (snapshot := topology.snapshots.get(host)) is None:
        return
    for source in _DECISIVE:
        if source == "nft" and is_shown_by_iptables(snapshot):
            continue
        for variant in snapshot.variants(source):
            if (fact := snapshot.fact(source, variant)) is None:
                continue
            for problem in fact.parsed.problems:
                if problem.text == _LOST:
                    yield _SAID.fill(line=problem.line, file=variant, host=host)
            if fact.parsed.covers is None:
                break


def doubted(branch: Branch, lost: dict[str, Text]) -> Branch:
    """The branch as far as anything is known of it: a way through a host of which a line is lost ends there."""
    request = _doubted(branch.request, lost)
    if request is not branch.request:
        return msgspec.structs.replace(branch, request=request, reply=None)
    if branch.reply is None:
        return branch
    return msgspec.structs.replace(branch, reply=_doubted(branch.reply, lost))


def _doubted(way: Way, lost: dict[str, Text]) -> Way:
    host = next((hop.host for hop in way.hops if hop.host in lost and not hop.place), None)
    if host is None or way.disposition == "insufficient-information":
        return way
    return msgspec.structs.replace(
        way,
        disposition="insufficient-information",
        at=host,
        place="",
        why=lost[host],
        about={},
        decisive=None,
        noticed="unknown",
    )
