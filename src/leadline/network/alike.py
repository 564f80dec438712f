"""Which pods are alike: whatever holds for packets of one holds for those of the others.

Two pods on a host are alike where their insides, their ends on the host and the host's entries for them are, and where
no rule, route or entry that a packet between pods can meet tells their addresses apart. Which rules those are is read
off their text: a rule for a destination that no pod has, or for the host's own addresses, is never met, and so nothing
it leads to.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from leadline.facts import iptables, nft_ruleset
from leadline.facts.sources.ipset import Member
from leadline.network.native import ruleset
from leadline.network.netns import Link, Netns
from leadline.network.packet import dotted, network, number
from leadline.network.pods import Pod
from leadline.network.topology import Topology

_LITERAL = re.compile(
    r"(?<![\w.:-])\d{1,3}(?:\.\d{1,3}){3}(?:/\d+(?:\.\d+){0,3})?(?:-\d{1,3}(?:\.\d{1,3}){3})?(?![\w.])"
)
_ONLY_FOR = re.compile(
    r"(?:(?<!! )-d|(?<=^ip daddr)|(?<= ip daddr)) (\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?)(?= |$)"
)
_HOSTS_OWN = re.compile(r"(?<!! )--dst-type LOCAL|fib daddr type local")
_SET = re.compile(r"@(\S+)|--match-set (\S+)")
_ONWARD = re.compile(r"(?:-j|-g|jump|goto) ([^\s,}]+)")
_SETTINGS = ("rp_filter", "forwarding", "arp_ignore", "accept_local")
Range = tuple[int, int]
"""First and last address."""


def groups(topology: Topology, pods: Iterable[Pod]) -> list[tuple[Pod, ...]]:
    """The pods, those that are alike together."""
    known = [pod for pod in pods if pod.addresses]
    addresses = sorted({number(pod.addresses[0]) for pod in known})
    ranges = _told_apart(topology, addresses)
    found: dict[object, list[Pod]] = {}
    for pod in known:
        address = number(pod.addresses[0])
        where = tuple(place for place, (first, last) in enumerate(ranges) if first <= address <= last)
        found.setdefault((pod.host, where, _made(topology, pod, address)), []).append(pod)
    return [tuple(each) for each in found.values()]


def _told_apart(topology: Topology, addresses: list[int]) -> list[Range]:
    """The ranges of addresses that something on a host tells from others, as far as they have some of the pods only."""
    found: set[Range] = set()
    for host in topology.hosts.values():
        found |= set(_ranges(each.destination for each, _ in host.routes() or ()))
        found |= set(_ranges(each.selector for each, _ in host.policy() or ()))
        snapshot = topology.snapshots[host.host]
        sets: dict[str, list[str]] = {}
        for each in snapshot.entries("ipset").values():
            if isinstance(each, Member):
                sets.setdefault(each.set, []).append(each.element)
        found |= set(_ranges(_met(snapshot.entries("iptables"), ruleset(snapshot), sets, addresses)))
    return sorted(each for each in found if _parts(each, addresses))


def _parts(one: Range, addresses: list[int]) -> bool:
    inside = sum(one[0] <= each <= one[1] for each in addresses)
    return 0 < inside < len(addresses)


def _ranges(texts: Iterable[str]) -> Iterator[Range]:
    for text in texts:
        for literal in _LITERAL.findall(text):
            first, _, last = literal.partition("-")
            try:
                base, mask = network(first)
                yield base, number(last) if last else base | ~mask & 0xFFFFFFFF
            except ValueError:
                continue


def _met(
    tables: Mapping[str, object],
    ruleset: Mapping[str, object],
    sets: dict[str, list[str]],
    addresses: list[int],
) -> Iterator[str]:
    """The texts of rules that a packet between pods can meet, and the elements of the sets they look into."""
    texts: dict[tuple[str, ...], list[str]] = {}
    waiting: list[tuple[str, ...]] = []
    elements: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for entry in tables.values():
        if isinstance(entry, iptables.Rule):
            texts.setdefault((entry.table, entry.chain), []).append(entry.text)
        elif isinstance(entry, iptables.Chain) and entry.policy:
            waiting.append((entry.table, entry.chain))
    for entry in ruleset.values():
        if isinstance(entry, nft_ruleset.Rule):
            texts.setdefault((entry.family, entry.table, entry.chain), []).append(entry.text)
        elif isinstance(entry, nft_ruleset.Chain) and entry.hook:
            waiting.append((entry.family, entry.table, entry.chain))
        elif isinstance(entry, nft_ruleset.Element):
            elements.setdefault((entry.family, entry.table, entry.set), []).append(
                (entry.element, entry.value)
            )
    seen = set(waiting)
    while waiting:
        *place, chain = waiting.pop()
        onward: set[str] = set()
        for text in texts.get((*place, chain), ()):
            only = _ONLY_FOR.search(text)
            if _HOSTS_OWN.search(text) or (only is not None and not _any_in(only[1], addresses)):
                continue
            yield text
            onward.update(_ONWARD.findall(text))
            for named, other in _SET.findall(text):
                yield from sets.get(other, ())
                for element, value in elements.get((*place, named), ()):
                    if any(_LITERAL.findall(element)) and not any(
                        _any_in(each, addresses) for each in _LITERAL.findall(element)
                    ):
                        continue
                    yield element
                    yield value
                    onward.update(_ONWARD.findall(value))
        for name in onward:
            if (*place, name) not in seen:
                seen.add((*place, name))
                waiting.append((*place, name))


def _any_in(literal: str, addresses: list[int]) -> bool:
    return any(first <= each <= last for first, last in _ranges([literal]) for each in addresses)


def _made(topology: Topology, pod: Pod, address: int) -> object:
    """How a pod is made and attached, without what is its own: names, addresses, MAC addresses."""
    inside = topology.netns.get((pod.host, pod.netns or ""))
    host = topology.hosts.get(pod.host)
    if inside is None or host is None or inside.key[1] == "":
        return pod.full_name
    if inside.rules():
        return pod.full_name
    ends = [
        (link, host.links.get(link.peer.device)) for link in inside.links.values() if link.peer is not None
    ]
    return (
        inside.inferred,
        tuple(_plain(link) for link in inside.links.values()),
        tuple(_plain(end) if end is not None else None for _, end in ends),
        tuple((each.table, each.type, each.gateway, each.device, _own(each.destination, address)) for each, _ in inside.routes() or ()),
        tuple(each.selector for each, _ in inside.policy() or ()),
        tuple(
            inside.sysctl(f"net.ipv4.conf.{name}.{setting}") for name in ("all", *inside.links) for setting in _SETTINGS
        ),
        tuple(_known(host, end.master, address, link) for link, end in ends if end is not None),
        _gateways(inside),
    )  # fmt: skip


def _plain(link: Link) -> object:
    master = link.master
    return (
        link.kind,
        link.up,
        link.carrier,
        link.mtu,
        master,
        link.hairpin,
        link.isolated,
        len(link.addresses),
    )


def _own(destination: str, address: int) -> str:
    return "own" if destination.partition("/")[0] == dotted(address) else destination


def _known(host: Netns, bridge: str, address: int, inside: Link) -> object:
    """What of the host's tables about a pod is not as it would find out itself."""
    entry = host.neighbour(bridge, address)
    wrong = (
        (entry[0].permanent, entry[0].mac)
        if entry is not None and entry[0].mac not in ("", inside.mac)
        else None
    )
    ports = [each.device for each, _ in host.forwarding(bridge, inside.mac or "")]
    return wrong, tuple(port for port in ports if inside.peer is None or port != inside.peer.device)


def _gateways(inside: Netns) -> object:
    found = []
    for route, _ in inside.routes() or ():
        entry = inside.neighbour(route.device, number(route.gateway)) if "." in route.gateway else None
        if entry is not None and entry[0].permanent:
            found.append((route.gateway, entry[0].mac))
    return tuple(found)
