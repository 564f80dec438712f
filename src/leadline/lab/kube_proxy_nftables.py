"""The rules of kube-proxy in nftables mode, as 1.33 and 1.34 write them (pkg/proxy/nftables/proxier.go).

Services follow each other in the order given; kube-proxy's own order among them is random.
"""

from base64 import b32encode
from collections.abc import Iterable, Iterator
from hashlib import sha256

from leadline.lab.reach import admitted, reach
from leadline.network.service import Endpoint, Proxy, Service, ServicePort

_NAME_LENGTH = 240
"""The longest name of a chain (256) without the longest word kube-proxy puts before it."""

_HOOKS = {
    "filter-prerouting-pre-dnat": "type filter hook prerouting priority -110;",
    "filter-output-pre-dnat": "type filter hook output priority -110;",
    "filter-input": "type filter hook input priority 0;",
    "filter-forward": "type filter hook forward priority 0;",
    "filter-output": "type filter hook output priority 0;",
    "nat-prerouting": "type nat hook prerouting priority -100;",
    "nat-output": "type nat hook output priority -100;",
    "nat-postrouting": "type nat hook postrouting priority 100;",
    "reject-chain": 'comment "helper for @no-endpoint-services / @no-endpoint-nodeports"',
}
_DESTINATION = "{ip} daddr . meta l4proto . th dport"
_CHAINS = {
    # in the order in which they are made; {ip}: ip or ip6, {node}: how a NodePort's traffic is told
    "filter-prerouting-pre-dnat": ("ct state new jump firewall-check",),
    "filter-output-pre-dnat": ("ct state new jump firewall-check",),
    "filter-input": (
        "ct state new jump nodeport-endpoints-check",
        "ct state new jump service-endpoints-check",
    ),
    "filter-forward": ("ct state new jump service-endpoints-check", "ct state new jump cluster-ips-check"),
    "filter-output": ("ct state new jump service-endpoints-check", "ct state new jump cluster-ips-check"),
    "nat-prerouting": ("jump services",),
    "nat-output": ("jump services",),
    "nat-postrouting": ("jump masquerading",),
    "nodeport-endpoints-check": ("{node} meta l4proto . th dport vmap @no-endpoint-nodeports",),
    "service-endpoints-check": (f"{_DESTINATION} vmap @no-endpoint-services",),
    "firewall-check": (f"{_DESTINATION} vmap @firewall-ips",),
    "services": (
        f"{_DESTINATION} vmap @service-ips",
        "{local}{node} meta l4proto . th dport vmap @service-nodeports",
    ),
    "masquerading": (
        "meta mark & 0x4000 == 0 return",
        "meta mark set meta mark xor 0x4000",
        "masquerade fully-random",
    ),
    "cluster-ips-check": (
        '{ip} daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"',
    ),
    "mark-for-masquerade": ("meta mark set meta mark or 0x4000",),
    "reject-chain": ("reject",),
}
_UNALLOCATED = '{ip} daddr {{ {networks} }} drop comment "Drop traffic to unallocated ClusterIPs"'
_ADDRESSES = "type {ip}_addr;"
_BY_ADDRESS = "type {ip}_addr . inet_proto . inet_service : verdict;"
_BY_PORT = "type inet_proto . inet_service : verdict;"
_SETS = {
    "cluster-ips": ("set", _ADDRESSES, "Active ClusterIPs"),
    "nodeport-ips": ("set", _ADDRESSES, "IPs that accept NodePort traffic"),
    "no-endpoint-services": (
        "map",
        _BY_ADDRESS,
        "vmap to drop or reject packets to services with no endpoints",
    ),
    "no-endpoint-nodeports": (
        "map",
        _BY_PORT,
        "vmap to drop or reject packets to service nodeports with no endpoints",
    ),
    "firewall-ips": ("map", _BY_ADDRESS, "destinations that are subject to LoadBalancerSourceRanges"),
    "service-ips": ("map", _BY_ADDRESS, "ClusterIP, ExternalIP and LoadBalancer IP traffic"),
    "service-nodeports": ("map", _BY_PORT, "NodePort traffic"),
}
_MASQUERADE = "jump mark-for-masquerade"


def render(services: Iterable[Service], proxy: Proxy) -> str:
    """The input of `nft -f` for a namespace without such tables: `ip kube-proxy` for the Services, `ip6
    kube-proxy` as it is where none has IPv6."""
    node_ports = proxy.node_port_addresses or (proxy.address,)
    return _table("ip", services, proxy, node_ports) + _table("ip6", (), proxy, ())


def _table(ip: str, services: Iterable[Service], proxy: Proxy, node_ports: tuple[str, ...]) -> str:
    loopback = f"{ip} daddr != ::1"
    words = {
        "ip": ip,
        "node": f"{ip} daddr @nodeport-ips" if node_ports else loopback,
        "local": "" if node_ports else "fib daddr type local ",
    }
    chains = {name: [rule.format(**words) for rule in rules] for name, rules in _CHAINS.items()}
    networks = ", ".join(each for each in proxy.service_networks if (":" in each) == (ip == "ip6"))
    if networks:
        chains["cluster-ips-check"].append(_UNALLOCATED.format(ip=ip, networks=networks))
    elements: dict[str, dict[str, str]] = {name: {} for name in _SETS}
    elements["nodeport-ips"] = dict.fromkeys(node_ports, "")
    affinities: dict[str, int] = {}
    for service in services:
        for port in service.ports:
            written = _Port(service, port, proxy)
            for name, key, value in written.elements():
                elements[name][key] = value
            for name, rule in written.rules():
                chains.setdefault(name, []).append(rule)
            if service.affinity is not None:
                affinities |= {f"affinity-{name}": service.affinity for name in written.own.values()}
    lines = [f"table {ip} kube-proxy {{", 'comment "rules for kube-proxy"']
    for name, (kind, type_, comment) in _SETS.items():
        if name == "nodeport-ips" and not node_ports:
            continue
        lines.append(
            f'{kind} {name} {{ {type_.format(ip="ipv6" if ip == "ip6" else "ipv4")} comment "{comment}"'
        )
        if elements[name]:
            lines.append(
                f"elements = {{ {', '.join(f'{key}{value}' for key, value in elements[name].items())} }}"
            )
        lines.append("}")
    for name, seconds in affinities.items():
        lines.append(f"set {name} {{ type ipv4_addr; flags dynamic,timeout; timeout {seconds}s; }}")
    for name, rules in chains.items():
        lines += [f"chain {name} {{", *([_HOOKS[name]] if name in _HOOKS else []), *rules, "}"]
    return "\n".join([*lines, "}", ""])


class _Port:
    """The elements and chains of one port of a Service."""

    def __init__(self, service: Service, port: ServicePort, proxy: Proxy) -> None:
        self.service, self.port, self.proxy = service, port, proxy
        self.to = reach(service, port, proxy)
        clear = f"{service.namespace}/{service.name}/{port.protocol}/{port.name}"
        name = _name(clear)
        self.external, self.firewall = f"external-{name}", f"firewall-{name}"
        self.policy = {"Cluster": f"service-{name}", "Local": f"local-{name}"}
        self.own = {each: _name(f"{clear}__{each.address}/{each.port}") for each in self.to.every}

    def elements(self) -> Iterator[tuple[str, str, str]]:
        """The port's addresses and node port, each with the way it takes: set or map, key, what follows it."""
        service, port = self.service, self.port
        inside, *others = [
            f"{address} . {port.protocol} . {port.port}"
            for address in (service.cluster_ip, *service.external_ips, *service.load_balancers)
        ]
        node_port = [f"{port.protocol} . {port.node_port}"] if port.node_port else []
        verdict = "drop" if self.to.usable else "goto reject-chain"
        refused = f' comment "{service.named(port)}" : {verdict}'
        yield "cluster-ips", service.cluster_ip, ""
        if self.to.internal:
            yield "service-ips", inside, f" : goto {self.policy[service.internal_policy]}"
        else:
            yield "no-endpoint-services", inside, refused
        for open_, closed, keys in (
            ("service-ips", "no-endpoint-services", others),
            ("service-nodeports", "no-endpoint-nodeports", node_port),
        ):
            if self.to.usable:
                yield from ((open_, key, f" : goto {self.external}") for key in keys)
            if not self.to.external:
                yield from ((closed, key, refused) for key in keys)
        if service.source_ranges:
            for key in others[len(service.external_ips) :]:
                yield "firewall-ips", key, f" : goto {self.firewall}"

    def rules(self) -> Iterator[tuple[str, str]]:
        """Chain and rule; a port's chains in the order in which kube-proxy makes them."""
        service = self.service
        for endpoint, name in self.own.items():
            chain = f"endpoint-{name}"
            yield chain, f"ip saddr {endpoint.address} {_MASQUERADE}"
            if service.affinity is not None:
                yield chain, f"update @affinity-{name} {{ ip saddr }}"
            yield chain, f"meta l4proto {self.port.protocol} dnat to {endpoint.target}"
        for policy, endpoints in (("Cluster", self.to.cluster), ("Local", self.to.local)):
            if self.to.internal and policy == service.internal_policy:
                yield from ((self.policy[policy], rule) for rule in self._internal())
            yield from ((self.policy[policy], rule) for rule in self._spread(endpoints))
        if self.to.usable and self.to.outside:
            yield from ((self.external, rule) for rule in self._external())
        if service.load_balancers and service.source_ranges:
            yield self.firewall, f"ip saddr != {{ {', '.join(admitted(service, self.proxy))} }} drop"

    def _internal(self) -> Iterator[str]:
        asked = f"ip daddr {self.service.cluster_ip}"
        if self.proxy.masquerade_all:
            yield f"{asked} {_MASQUERADE}"
        elif self.proxy.local:
            yield f"{asked} {_from_pods(self.proxy, '!= ')} {_MASQUERADE}"

    def _external(self) -> Iterator[str]:
        """What happens to the traffic of every address but the cluster IP."""
        everywhere = self.policy["Cluster"]
        if self.service.external_policy == "Cluster":
            yield _MASQUERADE
        else:
            if self.proxy.local:
                yield f'{_from_pods(self.proxy)} goto {everywhere} comment "short-circuit pod traffic"'
            yield f'fib saddr type local {_MASQUERADE} comment "masquerade local traffic"'
            yield f'fib saddr type local goto {everywhere} comment "short-circuit local traffic"'
        if self.to.external:
            yield f"goto {self.policy[self.service.external_policy]}"

    def _spread(self, endpoints: tuple[Endpoint, ...]) -> Iterator[str]:
        """To the endpoint a client is bound to, else to each with equal chance."""
        names = [self.own[each] for each in endpoints]
        if self.service.affinity is not None:
            yield from (f"ip saddr @affinity-{name} goto endpoint-{name}" for name in names)
        if names:
            ways = ", ".join(f"{number} : goto endpoint-{name}" for number, name in enumerate(names))
            yield f"numgen random mod {len(names)} vmap {{ {ways} }}"


def _from_pods(proxy: Proxy, negation: str = "") -> str:
    return f"{'ip saddr' if '/' in proxy.local else 'iifname'} {negation}{proxy.local}"


def _name(clear: str) -> str:
    """What follows `service-`, `endpoint-` … in names: eight characters of a hash, for which five bytes are
    enough, and the clear name, cut to the longest allowed."""
    name = f"{b32encode(sha256(clear.encode()).digest()[:5]).decode()}-{clear}"
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 3] + "..."
