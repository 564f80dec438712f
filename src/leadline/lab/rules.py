"""The firewall of a node, by its writers in the order in which they come to it, as texts for the programs that
load them."""

import hashlib
from ipaddress import ip_network

from leadline.lab import nfacct
from leadline.lab.iptables import Jump, Rules, restore
from leadline.lab.kube_proxy_iptables import kubelet_chains
from leadline.lab.kube_proxy_iptables import rules as kube_proxy
from leadline.lab.kube_proxy_nftables import render
from leadline.lab.plan import SERVICES, Node, Plan
from leadline.network.service import Proxy

# iptables needs 28 characters at most for the name of a chain; what portmap leaves of the digest.
_NAME = 21


def texts(plan: Plan, node: Node) -> list[tuple[list[str], str]]:
    """Each program's arguments and what it reads; made in the node's network namespace, whose counters
    kube-proxy needs (nfacct)."""
    if plan.spec.bare:
        return []
    kube = proxy(plan, node)
    iptables = plan.spec.proxy == "iptables"
    # kube-proxy and flanneld after the first pod: they start anew whenever their version or settings change
    four = [kubelet_chains(), portmap(node), *([kube_proxy(plan.services, kube)] if iptables else [])]
    six = [kubelet_chains(6), *([kube_proxy((), kube, 6)] if iptables else [])]
    made = [
        (["iptables-restore", "--noflush"], restore([*four, flannel(plan, node)])),
        (["ip6tables-restore", "--noflush"], restore(six)),
    ]
    if not iptables:
        made.append((["nft", "-f", "-"], render(plan.services, kube)))
    return made


def proxy(plan: Plan, node: Node) -> Proxy:
    """kube-proxy's configuration on a node, in whose network namespace this is called: its counters are made."""
    return Proxy(
        node=node.name,
        address=str(node.address),
        local=str(plan.spec.pod_cidr),
        counters=plan.spec.proxy == "iptables" and nfacct.add(),
        service_networks=(str(SERVICES),),
    )


def flannel(plan: Plan, node: Node) -> Rules:
    """flanneld's masquerading and forwarding as the recorded worker has them (pkg/trafficmngr/iptables; both jumps
    go first). flanneld 0.20.2 was also seen with one RETURN from pods to pods for the second and third rule."""
    pods = str(plan.spec.pod_cidr)
    note = '-m comment --comment "flanneld masq"'
    masquerade = (
        f"-m mark --mark 0x4000/0x4000 {note} -j RETURN",
        f"-s {node.subnet} -d {pods} {note} -j RETURN",
        f"-s {pods} -d {node.subnet} {note} -j RETURN",
        f"! -s {pods} -d {node.subnet} {note} -j RETURN",
        f"-s {pods} ! -d {ip_network('224.0.0.0/4')} {note} -j MASQUERADE --random-fully",
        f"! -s {pods} -d {pods} {note} -j MASQUERADE --random-fully",
    )
    forward = '-m comment --comment "flanneld forward"'
    return Rules(
        chains={
            "nat": {"FLANNEL-POSTRTG": masquerade},
            "filter": {"FLANNEL-FWD": (f"-s {pods} {forward} -j ACCEPT", f"-d {pods} {forward} -j ACCEPT")},
        },
        jumps=(
            Jump("nat", "POSTROUTING", f"{note} -j FLANNEL-POSTRTG"),
            Jump("filter", "FORWARD", f"{forward} -j FLANNEL-FWD"),
        ),
    )


def portmap(node: Node) -> Rules:
    """The hostPorts of a node's pods (containernetworking/plugins plugins/meta/portmap, 1.0-1.9)."""
    doors: list[str] = []
    chains: dict[str, tuple[str, ...]] = {}
    for pod in node.pods:
        if not pod.host_ports:
            continue
        chain = f"CNI-DN-{hashlib.sha512(f'cbr0{pod.sandbox}'.encode()).hexdigest()[:_NAME]}"
        ports = ",".join(str(outer) for outer, _ in pod.host_ports)
        named = f'-m comment --comment "dnat name: \\"cbr0\\" id: \\"{pod.sandbox}\\""'
        doors.append(f"-p tcp {named} -m multiport --dports {ports} -j {chain}")
        chains[chain] = tuple(
            rule
            for outer, inner in pod.host_ports
            for rule in (
                f"-s {node.subnet} -p tcp -m tcp --dport {outer} -j CNI-HOSTPORT-SETMARK",
                f"-s 127.0.0.1/32 -p tcp -m tcp --dport {outer} -j CNI-HOSTPORT-SETMARK",
                f"-p tcp -m tcp --dport {outer} -j DNAT --to-destination {pod.address}:{inner}",
            )
        )
    if not doors:
        return Rules(chains={})
    local = "-m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT"
    mark = '-m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000'
    return Rules(
        chains={
            "nat": {
                **chains,
                "CNI-HOSTPORT-DNAT": doors,
                "CNI-HOSTPORT-SETMARK": (mark,),
                "CNI-HOSTPORT-MASQ": ("-m mark --mark 0x2000/0x2000 -j MASQUERADE",),
            }
        },
        jumps=(
            Jump(
                "nat",
                "POSTROUTING",
                '-m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ',
            ),
            Jump("nat", "PREROUTING", local, last=True),
            Jump("nat", "OUTPUT", local, last=True),
        ),
    )
