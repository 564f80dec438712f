"""The rules of kube-proxy in iptables mode, as 1.32 to 1.34 write them (pkg/proxy/iptables/proxier.go).

Services follow each other in the order given; kube-proxy's own order among them is random.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from leadline.lab.iptables import Jump, Rules, Table, restore
from leadline.lab.kube_proxy_iptables_port import LOCALHOST, PortRules, on_localhost
from leadline.lab.nfacct import INVALID_DROPPED
from leadline.network.service import Proxy, Service

Family = Literal[4, 6]

_NEW = "-m conntrack --ctstate NEW "
_MANY_ENDPOINTS = 1000
"""Above this many, kube-proxy leaves the comments of endpoints out."""

_JUMPS: tuple[tuple[Table, str, str, str, str], ...] = (
    # table, own chain, built-in chain, condition, comment; each put first, so the last is the first to match
    ("filter", "KUBE-EXTERNAL-SERVICES", "INPUT", _NEW, "kubernetes externally-visible service portals"),
    ("filter", "KUBE-EXTERNAL-SERVICES", "FORWARD", _NEW, "kubernetes externally-visible service portals"),
    ("filter", "KUBE-NODEPORTS", "INPUT", "", "kubernetes health check service ports"),
    ("filter", "KUBE-SERVICES", "FORWARD", _NEW, "kubernetes service portals"),
    ("filter", "KUBE-SERVICES", "OUTPUT", _NEW, "kubernetes service portals"),
    ("filter", "KUBE-FORWARD", "FORWARD", "", "kubernetes forwarding rules"),
    ("filter", "KUBE-PROXY-FIREWALL", "INPUT", _NEW, "kubernetes load balancer firewall"),
    ("filter", "KUBE-PROXY-FIREWALL", "OUTPUT", _NEW, "kubernetes load balancer firewall"),
    ("filter", "KUBE-PROXY-FIREWALL", "FORWARD", _NEW, "kubernetes load balancer firewall"),
    ("nat", "KUBE-SERVICES", "OUTPUT", "", "kubernetes service portals"),
    ("nat", "KUBE-SERVICES", "PREROUTING", "", "kubernetes service portals"),
    ("nat", "KUBE-POSTROUTING", "POSTROUTING", "", "kubernetes postrouting rules"),
)
_FIREWALL_JUMPS = (
    Jump("filter", "INPUT", "-j KUBE-FIREWALL"),
    Jump("filter", "OUTPUT", "-j KUBE-FIREWALL"),
)
_MARTIANS = (
    f'-m comment --comment "block incoming localnet connections" -d {LOCALHOST} ! -s {LOCALHOST}'
    " -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP"
)
_POSTROUTING = (
    "-m mark ! --mark 0x4000/0x4000 -j RETURN",
    "-j MARK --xor-mark 0x4000",
    '-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
)
_FORWARD = (
    '-m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-m comment --comment "kubernetes forwarding conntrack rule"'
    " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
)
_NODE_PORTS = (
    '-m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain"'
)


def render(services: Iterable[Service], proxy: Proxy) -> str:
    """The input of `iptables-restore --noflush` for empty IPv4 tables, kube-proxy's rules only.

    Where `proxy.counters` is set, the namespace must have them already (`leadline.lab.nfacct`).
    """
    return restore([rules(services, proxy)])


def kubelet_chains(family: Family = 4) -> Rules:
    """What the kubelet adds, 1.31 to 1.34 (pkg/kubelet/kubelet_network_linux.go): its canary, the hint which
    iptables it uses, and for IPv4 the firewall chain that kube-proxy writes, too."""
    filters = {"KUBE-FIREWALL": (_MARTIANS,)} if family == 4 else {}
    return Rules(
        chains={
            "mangle": {"KUBE-IPTABLES-HINT": (), "KUBE-KUBELET-CANARY": ()},
            "filter": {**filters, "KUBE-KUBELET-CANARY": ()},
            "nat": {"KUBE-KUBELET-CANARY": ()},
        },
        jumps=_FIREWALL_JUMPS if family == 4 else (),
    )


def rules(services: Iterable[Service], proxy: Proxy, family: Family = 4) -> Rules:
    """kube-proxy's rules for IPv4 Services; with family 6, those it writes where no Service has IPv6."""
    services = tuple(services)
    localhost = family == 4 and on_localhost(proxy)
    invalid = f"-m nfacct --nfacct-name {INVALID_DROPPED} " if proxy.counters else ""
    filters: dict[str, list[str]] = {
        "KUBE-PROXY-CANARY": [],
        "KUBE-SERVICES": [],
        "KUBE-EXTERNAL-SERVICES": [],
        "KUBE-FORWARD": [f"-m conntrack --ctstate INVALID {invalid}-j DROP", *_FORWARD],
        "KUBE-NODEPORTS": [],
        "KUBE-PROXY-FIREWALL": [],
        "KUBE-FIREWALL": [_MARTIANS] if localhost else [],
    }
    nats: dict[str, list[str]] = {
        "KUBE-PROXY-CANARY": [],
        "KUBE-SERVICES": [],
        "KUBE-NODEPORTS": [],
        "KUBE-POSTROUTING": list(_POSTROUTING),
        "KUBE-MARK-MASQ": ["-j MARK --or-mark 0x4000"],
    }
    ports = [(service, port) for service in services for port in service.ports]
    commented = sum(len({each.target for each in port.endpoints}) for _, port in ports) <= _MANY_ENDPOINTS
    for service, port in ports:
        written = PortRules(service, port, proxy, commented)
        for table, lines in ((nats, written.nat()), (filters, written.filter())):
            for chain, rule in lines:
                table.setdefault(chain, []).append(rule)
    nats["KUBE-SERVICES"] += _node_ports(proxy, family)
    jumps = [
        Jump(table, chain, f'{condition}-m comment --comment "{comment}" -j {own}')
        for table, own, chain, condition, comment in _JUMPS
    ]
    return Rules(
        chains={"mangle": {"KUBE-PROXY-CANARY": ()}, "filter": filters, "nat": nats},
        jumps=(*jumps, *_FIREWALL_JUMPS),
    )


def _node_ports(proxy: Proxy, family: Family) -> Iterator[str]:
    """The way into KUBE-NODEPORTS: last, because it takes every address of the node."""
    if family == 4 and proxy.node_port_addresses:
        for address in proxy.node_port_addresses:
            yield f"{_NODE_PORTS} -d {address} -j KUBE-NODEPORTS"
        return
    loopback = "::1/128" if family == 6 else "" if on_localhost(proxy) else LOCALHOST
    but = f" ! -d {loopback}" if loopback else ""
    yield f"{_NODE_PORTS} -m addrtype --dst-type LOCAL{but} -j KUBE-NODEPORTS"
