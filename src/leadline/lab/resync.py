"""kube-proxy's next sync: what it loads on a node when the endpoints of Services are others than before."""

from collections.abc import Mapping, Sequence

import msgspec

from leadline.lab import rules
from leadline.lab.iptables import Rules, restore
from leadline.lab.kube_proxy_iptables import rules as kube_proxy
from leadline.lab.kube_proxy_nftables import render
from leadline.lab.plan import Node, Plan
from leadline.network.service import Endpoint, Proxy, Service

Endpoints = Mapping[str, Sequence[str]]
"""Service → its endpoints, `10.244.0.2:8080` each; Services that are not named have those of the plan."""

_TABLES = ("ip kube-proxy", "ip6 kube-proxy")


def text(plan: Plan, node: Node, before: Endpoints, after: Endpoints) -> tuple[list[str], str]:
    """The program and what it reads, all in one transaction; made in the node's network namespace.

    `before`: what was loaded there last, or was to be.
    """
    proxy = rules.proxy(plan, node)
    new = _services(plan, after)
    if plan.spec.proxy == "nftables":
        replaced = "".join(f"add table {table}\ndelete table {table}\n" for table in _TABLES)
        return ["nft", "-f", "-"], replaced + render(new, proxy)
    return ["iptables-restore", "--noflush"], _iptables(
        (*_services(plan, before), *plan.services), new, proxy
    )


def _iptables(old: Sequence[Service], new: Sequence[Service], proxy: Proxy) -> str:
    """A chain that is declared is emptied; the jumps into kube-proxy's chains stay where they are."""
    was, wanted = kube_proxy(old, proxy).chains, kube_proxy(new, proxy).chains
    gone = {table: [chain for chain in chains if chain not in wanted[table]] for table, chains in was.items()}
    declared = {table: {**dict.fromkeys(gone[table], ()), **chains} for table, chains in wanted.items()}
    sections = restore([Rules(chains=declared)]).split("COMMIT\n")
    for number, section in enumerate(sections[:-1]):
        table = next(each for each in gone if f"*{each}\n" in section)
        sections[number] = section + "".join(f"-X {chain}\n" for chain in gone[table])
    return "COMMIT\n".join(sections)


def _services(plan: Plan, endpoints: Endpoints) -> tuple[Service, ...]:
    return tuple(
        _with(service, endpoints[service.name]) if service.name in endpoints else service
        for service in plan.services
    )


def _with(service: Service, targets: Sequence[str]) -> Service:
    made = []
    for target in targets:
        address, _, port = target.partition(":")
        made.append(Endpoint(address, int(port)))
    ports = tuple(msgspec.structs.replace(port, endpoints=tuple(made)) for port in service.ports)
    return msgspec.structs.replace(service, ports=ports)
