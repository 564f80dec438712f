"""Services by the rules that kube-proxy wrote for them, where no API objects were saved."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

import msgspec

from leadline.facts import iptables, nft_ruleset
from leadline.network.native import ruleset
from leadline.network.own_routes import is_ipv4
from leadline.network.service import Endpoint, Protocol, Service, ServicePort
from leadline.snapshot.snapshot import Snapshot

_ROLES = {"cluster IP": "cluster", "external IP": "external", "loadbalancer IP": "balancer"}
_PORTAL = re.compile(r"(\S+) (cluster IP|external IP|loadbalancer IP|has no endpoints)")
_DESTINATION = re.compile(r"(?<!! )-d (\d+(?:\.\d+){3})/32 ")
_PROTOCOL = re.compile(r"-p (\w+)")
_PORT = re.compile(r"--dport (\d+)")
_SECONDS = re.compile(r"--rcheck --seconds (\d+)")
_CHAIN = re.compile(
    r"(?:(?:goto|jump) )?(service|external|local|endpoint)-[A-Z0-9]{8}-([^/]+)/([^/]+)/(\w+)/([^_]*?)"
    r"(?:__(\d+(?:\.\d+){3})/(\d+))?"
)
Key = tuple[str, str, str, str]
"""Namespace, Service, its port's name and protocol."""


class _Found(msgspec.Struct):
    """What was gathered of one port of a Service."""

    port: int = 0
    node_port: int = 0
    cluster_ip: str = ""
    external: dict[str, None] = {}
    balancers: dict[str, None] = {}
    endpoints: dict[tuple[str, int], None] = {}
    affinity: int | None = None
    local: bool = False


def services(snapshots: Iterable[Snapshot], node_of: Mapping[str, str]) -> tuple[Service, ...]:
    """The Services that any host's rules name, in the order of their names; `node_of`: the node of a pod's address.

    Their cluster IPs, ports, node ports, addresses and endpoints, whether affinity holds a client and whether other
    than local endpoints serve outside traffic. In nftables mode load balancers count as external IPs; in ipvs mode
    nothing on a host has the names.
    """
    found: dict[Key, _Found] = {}
    for snapshot in snapshots:
        _of_iptables(snapshot.entries("iptables").values(), found)
        _of_nft(ruleset(snapshot).values(), found)
    ports: dict[tuple[str, str], list[tuple[Key, _Found]]] = {}
    for key, each in found.items():
        if each.port and each.cluster_ip:
            ports.setdefault(key[:2], []).append((key, each))
    return tuple(_service(name, ports[name], node_of) for name in sorted(ports))


def _service(name: tuple[str, str], parts: list[tuple[Key, _Found]], node_of: Mapping[str, str]) -> Service:
    policy: Literal["Cluster", "Local"] = "Local" if any(each.local for _, each in parts) else "Cluster"
    return Service(
        namespace=name[0],
        name=name[1],
        cluster_ip=parts[0][1].cluster_ip,
        ports=tuple(
            ServicePort(
                name=key[2],
                protocol=cast(Protocol, key[3]),
                port=each.port,
                node_port=each.node_port,
                endpoints=tuple(
                    Endpoint(address, port, node_of.get(address, ""))
                    for address, port in sorted(each.endpoints)
                ),
            )
            for key, each in parts
        ),
        external_ips=tuple(dict.fromkeys(address for _, each in parts for address in each.external)),
        load_balancers=tuple(dict.fromkeys(address for _, each in parts for address in each.balancers)),
        external_policy=policy,
        affinity=next((each.affinity for _, each in parts if each.affinity is not None), None),
    )


def _port(found: dict[Key, _Found], name: str, protocol: str) -> _Found | None:
    """What is gathered of `ns/name:port`; None where that is no such name."""
    namespace, slash, rest = name.partition("/")
    service, _, port = rest.partition(":")
    if not slash or not service or " " in name:
        return None
    key = (namespace, service, port, protocol)
    if (into := found.get(key)) is None:
        into = found[key] = _Found()
    return into


def _take(into: _Found, role: str, address: str, port: int) -> None:
    if not is_ipv4(address):
        return
    into.port = port
    if role == "cluster":
        into.cluster_ip = address
    elif role == "external":
        into.external[address] = None
    elif role == "balancer":
        into.balancers[address] = None


def _of_iptables(entries: Iterable[Any], found: dict[Key, _Found]) -> None:
    local: set[str] = set()
    held: dict[str, int] = {}
    portals: list[iptables.Rule] = []
    for rule in entries:
        chain = rule.chain
        if rule.__class__ is not iptables.Rule or not chain.startswith("KUBE-"):
            continue
        if chain.startswith("KUBE-SEP-"):
            if " --to-destination " in rule.text:
                _endpoint(rule, found)
        elif chain.startswith("KUBE-SVC-"):
            if " --rcheck " in rule.text and (seconds := _SECONDS.search(rule.text)) is not None:
                held[(rule.comment or "").partition(" ")[0]] = int(seconds[1])
        elif chain.startswith("KUBE-EXT-"):
            if (rule.target or "").startswith("KUBE-SVL-"):
                local.add(chain)
        elif " --dport " in rule.text:
            portals.append(rule)
    empty: list[tuple[_Found, str, int]] = []
    for rule in portals:
        portal = _PORTAL.fullmatch(rule.comment or "")
        address, protocol, port = (each.search(rule.text) for each in (_DESTINATION, _PROTOCOL, _PORT))
        name = portal[1] if portal is not None else rule.comment or ""
        into = _port(found, name, protocol[1]) if protocol is not None else None
        if into is None or port is None:
            continue
        into.local |= rule.target in local
        if address is None:
            into.node_port = int(port[1])
        elif portal is not None and portal[2] in _ROLES:
            _take(into, _ROLES[portal[2]], address[1], int(port[1]))
        elif portal is not None:
            empty.append((into, address[1], int(port[1])))
    for into, where, number in empty:
        # kube-proxy writes the cluster IP's first
        _take(into, "external" if into.cluster_ip not in ("", where) else "cluster", where, number)
    for (namespace, service, port_name, _), each in found.items() if held else ():
        name = f"{namespace}/{service}:{port_name}" if port_name else f"{namespace}/{service}"
        each.affinity = held.get(name, each.affinity)


def _endpoint(rule: iptables.Rule, found: dict[Key, _Found]) -> None:
    """`-p tcp … -m tcp -j DNAT --to-destination 10.244.0.3:80`."""
    address, _, port = rule.text.rpartition(" --to-destination ")[2].partition(":")
    protocol = rule.text.partition("-p ")[2].partition(" ")[0]
    into = _port(found, rule.comment or "", protocol)
    if into is not None and port.isdecimal() and is_ipv4(address):
        into.endpoints[address, int(port)] = None


def _of_nft(entries: Iterable[Any], found: dict[Key, _Found]) -> None:
    cluster_ips = {
        each.element
        for each in entries
        if isinstance(each, nft_ruleset.Element) and each.table == "kube-proxy" and each.set == "cluster-ips"
    }
    for each in entries:
        if getattr(each, "table", "") != "kube-proxy" or each.family != "ip":
            continue
        if isinstance(each, nft_ruleset.Element):
            _element(each, cluster_ips, found)
        elif isinstance(each, nft_ruleset.Chain) and (match := _CHAIN.fullmatch(each.chain)) is not None:
            into = found.setdefault((match[2], match[3], match[5], match[4]), _Found())
            if match[1] == "local":
                into.local = True
            if match[6]:
                into.endpoints[match[6], int(match[7])] = None
        elif isinstance(each, nft_ruleset.Set) and each.name.startswith("affinity-") and each.timeout:
            match = _CHAIN.fullmatch(each.name.replace("affinity-", "endpoint-", 1))
            if match is not None:
                found.setdefault((match[2], match[3], match[5], match[4]), _Found()).affinity = each.timeout


def _element(each: nft_ruleset.Element, cluster_ips: set[str], found: dict[Key, _Found]) -> None:
    words = each.element.split(" . ")
    match = _CHAIN.fullmatch(each.value)
    if match is not None:
        into: _Found | None = found.setdefault((match[2], match[3], match[5], match[4]), _Found())
    else:
        into = _port(found, each.comment, words[-2]) if len(words) > 1 else None
    if into is None or not words[-1].isdecimal():
        return
    if each.set in ("service-ips", "no-endpoint-services") and len(words) == len(
        ("address", "protocol", "port")
    ):
        _take(into, "cluster" if words[0] in cluster_ips else "external", words[0], int(words[2]))
    elif each.set in ("service-nodeports", "no-endpoint-nodeports"):
        into.node_port = int(words[1])
