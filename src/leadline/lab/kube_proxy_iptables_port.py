"""The iptables rules for one port of a Service, as kube-proxy 1.32 to 1.34 writes them."""

from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha256

from leadline.lab.nfacct import LOCALHOST_ACCEPTED
from leadline.lab.reach import admitted, reach
from leadline.network.service import Endpoint, Proxy, Service, ServicePort

LOCALHOST = "127.0.0.0/8"

_MASQUERADE = "-j KUBE-MARK-MASQ"

Line = tuple[str, str]
"""Chain, and the rule after `-A CHAIN `."""


class PortRules:
    """One port's rules in the tables nat and filter. `commented`: the rules of endpoints name them."""

    def __init__(self, service: Service, port: ServicePort, proxy: Proxy, commented: bool) -> None:
        self.service, self.port, self.proxy, self.commented = service, port, proxy, commented
        self.name = service.named(port)
        self.to = reach(service, port, proxy)
        self.protocol = f"-m {port.protocol} -p {port.protocol}"
        key = self.name + port.protocol
        hashed = _hash(key)
        self.external, self.firewall = f"KUBE-EXT-{hashed}", f"KUBE-FW-{hashed}"
        self.policy = {"Cluster": f"KUBE-SVC-{hashed}", "Local": f"KUBE-SVL-{hashed}"}
        self.own = {each: f"KUBE-SEP-{_hash(key + each.target)}" for each in self.to.every}
        self.guarded = bool(self.to.usable and service.load_balancers and service.source_ranges)

    def nat(self) -> Iterator[Line]:
        """From the Service's addresses to its endpoints."""
        service = self.service
        inside = f"{_comment(f'{self.name} cluster IP')} {self._at(service.cluster_ip)}"
        chain = self.policy[service.internal_policy]
        if self.to.internal:
            yield "KUBE-SERVICES", f"{inside} -j {chain}"
            if self.proxy.masquerade_all:
                yield chain, f"{inside} {_MASQUERADE}"
            elif self.proxy.local:
                yield chain, f"{inside} ! {_from_pods(self.proxy)} {_MASQUERADE}"
        if self.to.usable and self.to.outside:
            yield from self._entrances()
            yield from ((self.external, rule) for rule in self._external())
        if self.guarded:
            yield from ((self.firewall, rule) for rule in self._admission())
        yield from ((self.policy["Cluster"], rule) for rule in self._spread(self.to.cluster))
        yield from ((self.policy["Local"], rule) for rule in self._spread(self.to.local))
        comment = f"{_comment(self.name)} " if self.commented else ""
        for endpoint, chain in self.own.items():
            bound = "" if service.affinity is None else f"-m recent --name {chain} --set "
            yield chain, f"{comment}-s {endpoint.address} {_MASQUERADE}"
            yield chain, f"{comment}{bound}{self.protocol} -j DNAT --to-destination {endpoint.target}"

    def filter(self) -> Iterator[Line]:
        """What is turned away, and the health checks that are let in."""
        service = self.service
        why, target = ("no local endpoints", "DROP") if self.to.usable else ("no endpoints", "REJECT")
        refused = _comment(f"{self.name} has {why}")
        others = (*service.external_ips, *service.load_balancers)
        if not self.to.internal:
            yield "KUBE-SERVICES", f"{refused} {self._at(service.cluster_ip)} -j {target}"
        if not self.to.external:
            for address in others:
                yield "KUBE-EXTERNAL-SERVICES", f"{refused} {self._at(address)} -j {target}"
        if not self.to.external and self.port.node_port:
            here = f"-m addrtype --dst-type LOCAL {self.protocol} --dport {self.port.node_port}"
            yield "KUBE-EXTERNAL-SERVICES", f"{refused} {here} -j {target}"
        if self.guarded:
            barred = _comment(f"{self.name} traffic not accepted by {self.firewall}")
            for address in service.load_balancers:
                yield "KUBE-PROXY-FIREWALL", f"{barred} {self._at(address)} -j DROP"
        if service.health_check_port:
            asked = f"-m tcp -p tcp --dport {service.health_check_port}"
            yield "KUBE-NODEPORTS", f"{_comment(f'{self.name} health check node port')} {asked} -j ACCEPT"

    def _at(self, address: str) -> str:
        return f"{self.protocol} -d {address} --dport {self.port.port}"

    def _entrances(self) -> Iterator[Line]:
        """From every address but the cluster IP."""
        for addresses, what, chain in (
            (self.service.external_ips, "external IP", self.external),
            (
                self.service.load_balancers,
                "loadbalancer IP",
                self.firewall if self.guarded else self.external,
            ),
        ):
            for address in addresses:
                yield "KUBE-SERVICES", f"{_comment(f'{self.name} {what}')} {self._at(address)} -j {chain}"
        if self.port.node_port:
            asked = f"{_comment(self.name)} {self.protocol} --dport {self.port.node_port}"
            if self.proxy.counters and on_localhost(self.proxy):
                counted = f"-d {LOCALHOST} -m nfacct --nfacct-name {LOCALHOST_ACCEPTED}"
                yield "KUBE-NODEPORTS", f"{asked} {counted} -j {self.external}"
            yield "KUBE-NODEPORTS", f"{asked} -j {self.external}"

    def _external(self) -> Iterator[str]:
        """What happens to the traffic of these addresses on its way to the endpoints."""
        there = f"{self.name} external destinations"
        everywhere = self.policy["Cluster"]
        if self.service.external_policy == "Cluster":
            yield f"{_comment(f'masquerade traffic for {there}')} {_MASQUERADE}"
        else:
            if self.proxy.local:
                yield f"{_comment(f'pod traffic for {there}')} {_from_pods(self.proxy)} -j {everywhere}"
            for what, target in (("masquerade", "KUBE-MARK-MASQ"), ("route", everywhere)):
                comment = _comment(f"{what} LOCAL traffic for {there}")
                yield f"{comment} -m addrtype --src-type LOCAL -j {target}"
        if self.to.external:
            yield f"-j {self.policy[self.service.external_policy]}"

    def _admission(self) -> Iterator[str]:
        """Who may use the load balancer's addresses: what is not sent on here is dropped in the filter table."""
        for source in admitted(self.service, self.proxy):
            yield f"{_comment(f'{self.name} loadbalancer IP')} -s {source} -j {self.external}"
        yield _comment(f"other traffic to {self.name} will be dropped by KUBE-PROXY-FIREWALL")

    def _spread(self, endpoints: tuple[Endpoint, ...]) -> Iterator[str]:
        """To the endpoint a client is bound to, else to each with equal chance."""
        ways = [
            (f"{_comment(f'{self.name} -> {each.target}')} " if self.commented else "", self.own[each])
            for each in endpoints
        ]
        if self.service.affinity is not None:
            for comment, chain in ways:
                bound = f"-m recent --name {chain} --rcheck --seconds {self.service.affinity} --reap"
                yield f"{comment}{bound} -j {chain}"
        for left, (comment, chain) in zip(range(len(ways), 0, -1), ways, strict=True):
            chance = f"-m statistic --mode random --probability {1 / left:.10f} " if left > 1 else ""
            yield f"{comment}{chance}-j {chain}"


def on_localhost(proxy: Proxy) -> bool:
    """NodePorts answer on 127.0.0.1: not where addresses are named without it."""
    named = proxy.node_port_addresses
    return proxy.localhost_node_ports and (not named or any(each.startswith("127.") for each in named))


def _from_pods(proxy: Proxy) -> str:
    return f"{'-s' if '/' in proxy.local else '-i'} {proxy.local}"


def _comment(text: str) -> str:
    return f'-m comment --comment "{text}"'


def _hash(text: str) -> str:
    """Sixteen characters, for which ten bytes are enough."""
    return b32encode(sha256(text.encode()).digest()[:10]).decode()
