"""Whether recordings of several hosts can be of one network at one time."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.parts import parts
from leadline.network.networks import on_host, read, written
from leadline.network.packet import dotted
from leadline.snapshot.snapshot import Snapshot

Held = Mapping[int, str]
LONG = 15 * 60
"""Seconds between two recordings after which what one shows need not be true at the other's time."""
_CA = "/etc/kubernetes/pki/ca.crt"

_APART = Text(
    "{early} was recorded at {from_} and {late} at {to}, {minutes} minutes apart; what changed between is not seen",
    "{early}은(는) {from_}에, {late}은(는) {to}에 기록되어 {minutes}분 차이가 납니다. 그 사이의 변화는 보이지 않습니다",
)
_NETWORKS = {
    "pods": Text(
        "{one} has the pod network {of_one} and {other} has {of_other}: they are of different clusters, or one was not set up anew; record the hosts of one cluster",
        "{one}의 파드 네트워크는 {of_one}인데 {other}은(는) {of_other}입니다. 서로 다른 클러스터이거나 한쪽의 설정이 오래된 것입니다. 한 클러스터의 호스트를 기록하십시오",
    ),
    "services": Text(
        "{one} has the Service network {of_one} and {other} has {of_other}: they are of different clusters; record the hosts of one cluster",
        "{one}의 서비스 네트워크는 {of_one}인데 {other}은(는) {of_other}입니다. 서로 다른 클러스터입니다. 한 클러스터의 호스트를 기록하십시오",
    ),
}
_AUTHORITY = Text(
    "{one} and {other} trust different cluster authorities ({file}): they are of different clusters; record the hosts of one cluster",
    "{one}와(과) {other}이(가) 서로 다른 클러스터 CA({file})를 신뢰합니다. 서로 다른 클러스터입니다. 한 클러스터의 호스트를 기록하십시오",
)
_TWICE = Text(
    "{address} is {one}'s ({of_one}) and {other}'s ({of_other}), so they are not on one network; record the hosts of one cluster",
    "{address}이(가) {one}({of_one})에도 {other}({of_other})에도 있어 한 네트워크의 호스트가 아닙니다. 한 클러스터의 호스트를 기록하십시오",
)
_SUBNET = Text(
    "{one} and {other} both have the part {subnet} of the pod network: one is a copy of the other, or they are of different clusters",
    "{one}와(과) {other}이(가) 모두 파드 네트워크의 {subnet}을(를) 씁니다. 한쪽이 다른 쪽의 복제본이거나 서로 다른 클러스터입니다",
)
_ONE = Text(
    "{one} and {other} are recordings of one host; keep one of them",
    "{one}와(과) {other}은(는) 같은 호스트의 기록입니다. 하나만 남기십시오",
)
_UNSEEN = Text(
    "the rules of nftables were not recorded on {hosts}; what only `nft list ruleset` shows is not seen",
    "{hosts}의 nftables 규칙이 기록되지 않았습니다. `nft list ruleset`에만 나오는 규칙은 보이지 않습니다",
)


def unseen(snapshots: Mapping[str, Snapshot]) -> Iterator[Text]:
    """A note on the hosts whose rules may be more than what was recorded."""
    hosts = [
        host for host, each in snapshots.items() if "iptables" in each.names() and "nft" not in each.names()
    ]
    if hosts:
        yield _UNSEEN.fill(hosts=", ".join(hosts))


def apart(snapshots: Mapping[str, Snapshot]) -> Iterator[Text]:
    """A note where the first and the last recording are far apart in time."""
    times = sorted((each.taken, host) for host, each in snapshots.items() if each.taken is not None)
    if len(times) > 1 and times[-1][0] - times[0][0] > LONG:
        (first, early), (last, late) = times[0], times[-1]
        yield _APART.fill(
            early=early, late=late, from_=_clock(first), to=_clock(last), minutes=round((last - first) / 60)
        )


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def shared(snapshots: Mapping[str, Snapshot]) -> Iterator[Text]:
    """A note where two nodes were given one part of the pod network, which happens in one cluster, too."""
    holders: dict[str, str] = {}
    for host, each in snapshots.items():
        subnet = each.entries("flannel_subnet").get("FLANNEL_SUBNET")
        if subnet and holders.setdefault(subnet, host) != host:
            yield _SUBNET.fill(one=holders[subnet], other=host, subnet=subnet)


def mixed(snapshots: Mapping[str, Snapshot], uplinks: Mapping[str, Held]) -> Iterator[Text]:
    """Why these hosts are not of one network, one sentence for each reason; `uplinks`: the addresses that others
    reach each host by, each with its MAC address, "" where that is not known."""
    for which, text in _NETWORKS.items():
        told = {host: set(read(on_host(which, each))) for host, each in snapshots.items()}
        said = [(host, each) for host, each in told.items() if each]
        for host, each in said[1:]:
            if not each & said[0][1]:
                of_one, of_other = (", ".join(map(written, sorted(of))) for of in (said[0][1], each))
                yield text.fill(one=said[0][0], other=host, of_one=of_one, of_other=of_other)
                break
    yield from _same_host(uplinks)
    yield from _authorities(snapshots)


def _same_host(uplinks: Mapping[str, Held]) -> Iterator[Text]:
    """Hosts that cannot be told apart by their addresses. One address that several have says nothing: machines behind
    the NAT of VirtualBox all have 10.0.2.15."""
    first: dict[frozenset[int], str] = {}
    for host, held in uplinks.items():
        one = first.setdefault(frozenset(held), host) if held else host
        if one == host:
            continue
        if all(
            not mac or not uplinks[one][address] or mac == uplinks[one][address]
            for address, mac in held.items()
        ):
            yield _ONE.fill(one=one, other=host)
            continue
        address = next(iter(held))
        yield _TWICE.fill(
            address=dotted(address), one=one, of_one=uplinks[one][address], other=host, of_other=held[address]
        )


def _authorities(snapshots: Mapping[str, Snapshot]) -> Iterator[Text]:
    known: dict[str, str] = {}
    for host, each in snapshots.items():
        if authority := _authority(each):
            known.setdefault(authority, host)
    if len(known) > 1:
        one, other = list(known.values())[:2]
        yield _AUTHORITY.fill(one=one, other=other, file=_CA)


def _authority(snapshot: Snapshot) -> str:
    """The text of the cluster's CA, "" where it was not recorded. The same certificate is the same text: to read what
    it says takes longer than a trace."""
    try:
        found, _ = parts(snapshot.text("certificates"))
    except ParseError:
        return ""
    return next((" ".join(part.text.split()) for part in found if part.path == _CA), "")
