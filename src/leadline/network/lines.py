"""Entries as iproute2 prints them, and the very line of a recorded text that one was read from."""

from collections.abc import Iterable
from itertools import pairwise

from leadline.facts.sources.bridge_fdb import Forwarding
from leadline.facts.sources.ip_addr import Interface
from leadline.facts.sources.ip_neigh import Neighbour
from leadline.facts.sources.ip_route import Route
from leadline.facts.sources.ip_rule import PolicyRule
from leadline.facts.sources.ipvs import Server, Service


def squeezed(line: str) -> str:
    """One blank between words."""
    return " ".join(line.split())


class Lines:
    """The lines of a text, to be found by their words. Of a JSON text there are none to be found."""

    def __init__(self, said: Iterable[str]) -> None:
        self._by_words: dict[str, str] = {}
        self._by_begin: dict[str, list[str]] = {}
        for line in said:
            words = squeezed(line)
            self._by_words.setdefault(words, line.strip())
            self._by_begin.setdefault(words.partition(" ")[0], []).append(words)

    def like(self, words: str) -> str:
        """The line that says `words`, or more than these beginning alike on the same device; else `words`."""
        if (line := self._by_words.get(squeezed(words))) is not None:
            return line
        first, _, rest = squeezed(words).partition(" ")
        wanted = set(_pairs(rest))
        alike = [each for each in self._by_begin.get(first, ()) if wanted <= set(_pairs(each))]
        return self._by_words[alike[0]] if len(alike) == 1 else words


def _pairs(words: str) -> list[str]:
    """What tells a line from others: its pairs `dev eth0`, `via 10.0.0.1`."""
    said = words.split()
    return [f"{name} {value}" for name, value in pairwise(said) if name in ("dev", "via", "table")]


def link(name: str, of: Interface) -> str:
    """`5: veth1@if2: <BROADCAST,UP> mtu 1450 master cni0 state UP`, the link line of `ip addr`."""
    words = [f"{of.index}:"] if of.index is not None else []
    words.append(f"{name}@{of.link}:" if of.link else f"{name}:")
    if of.flags is not None:
        words.append(f"<{','.join(of.flags)}>")
    for word, value in (("mtu", of.mtu), ("qdisc", of.qdisc), ("master", of.master), ("state", of.state)):
        if value:
            words += [word, str(value)]
    return " ".join(words)


def route(of: Route) -> str:
    """`10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink`."""
    words = [of.type] if of.type != "unicast" else []
    words.append("default" if of.destination == "::/0" else of.destination)
    told = (
        ("via", of.gateway),
        ("dev", of.device),
        ("table", "" if of.table == "main" else of.table),
        ("proto", "" if of.protocol == "boot" else of.protocol),
        ("scope", "" if of.scope == "global" else of.scope),
        ("src", of.source),
        ("metric", "" if of.metric is None else str(of.metric)),
    )
    words += [word for name, value in told if value for word in (name, value)]
    words += of.flags
    if of.mtu is not None:
        words += ["mtu", str(of.mtu)]
    if of.preference:
        words += ["pref", of.preference]
    return "\n\t".join([" ".join(words), *(f"nexthop {each}" for each in of.nexthops)])


def rule(of: PolicyRule) -> str:
    """`32766: from all lookup main`."""
    words = [f"{of.priority}:", of.selector, of.action, of.table, of.options]
    if of.protocol:
        words += ["proto", of.protocol]
    return " ".join(word for word in words if word)


def neighbour(of: Neighbour) -> str:
    """`10.244.1.0 dev flannel.1 lladdr ba:1c:… PERMANENT`."""
    words = [of.address, "dev", of.device]
    if of.mac:
        words += ["lladdr", of.mac]
    return " ".join([*words, *of.flags, of.state]).strip()


_SERVICES = {"tcp": "-t", "udp": "-u", "fwmark": "-f", "sctp": "--sctp-service"}
_FORWARDING = {"route": "-g", "tunnel": "-i", "masquerade": "-m"}


def balanced(of: Service | Server) -> str:
    """`-a -t 10.96.0.10:53 -r 10.244.0.2:53 -m -w 1`."""
    if isinstance(of, Service):
        words = ["-A", _SERVICES[of.protocol], of.address, "-s", of.scheduler]
        words += ["-p", str(of.persistence)] if of.persistence is not None else []
    else:
        words = ["-a", _SERVICES[of.protocol], of.service, "-r", of.address, _FORWARDING[of.forwarding]]
        words += ["-w", str(of.weight)]
    return " ".join((*words, *of.options))


def forwarding(of: Forwarding) -> str:
    """`ba:1c:… dev flannel.1 dst 192.168.10.101 self permanent`."""
    words = [of.mac, "dev", of.device]
    told = (("dst", of.dst), ("vlan", of.vlan), ("port", of.port), ("vni", of.vni))
    words += [word for name, value in told if value not in (None, "") for word in (name, str(value))]
    words += [flag for flag in of.flags if flag != "master"]
    if of.master:
        words += ["master", of.master]
    return " ".join([*words, of.state]).strip()
