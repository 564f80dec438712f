"""What flanneld and the CNI plugins make on each node, as text for `ip -batch`, `bridge -batch`, files and sysctls.

flanneld 0.20-0.28 (pkg/backend/vxlan, pkg/backend/hostgw), CNI plugins 1.0-1.9 (bridge, host-local, portmap) with
flannel's delegation; held against recordings of a real node by tests/lab/test_likeness.py.
"""

import json
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from leadline.lab import libcni
from leadline.lab.plan import ABROAD, EXTERNAL, GATEWAY, UNDERLAY, Node, Plan, Pod

BRIDGE = "underlay"
VXLAN_PORT = 8472
LIFETIME = 86400


def underlay(plan: Plan, processes: Mapping[str, int]) -> str:
    """`ip -batch` for the network between the nodes. `processes`: node → a process in its network namespace."""
    lines = [
        f"link add {BRIDGE} mtu {plan.spec.mtu} type bridge",
        f"addr add {GATEWAY}/{UNDERLAY.prefixlen} dev {BRIDGE}",
        f"link set {BRIDGE} up",
        f"addr add {ABROAD}/32 dev lo",
    ]
    for node in plan.nodes:
        lines += [
            f"link add {node.name} mtu {plan.spec.mtu} type veth peer name eth0 address {node.mac} "
            f"mtu {plan.spec.mtu} netns {processes[node.name]}",
            f"link set {node.name} master {BRIDGE} up",
        ]
    # Where the load balancer's addresses are answered by ARP, an external IP is somebody's route to a node.
    lines.append(f"route add {EXTERNAL} via {plan.nodes[-1].address}")
    return _batch(lines)


def links(plan: Plan, node: Node) -> str:
    """`ip -batch` for the node itself, in flanneld's and then the bridge plugin's order."""
    lines = [
        "link set lo up",
        f"addr add {node.address}/{UNDERLAY.prefixlen} dev eth0",
        "link set eth0 up",
        f"route add default via {GATEWAY} dev eth0",
    ]
    if plan.spec.bare:
        return _batch(lines)
    if plan.spec.backend == "vxlan":
        lines += [
            f"link add flannel.1 address {node.vtep_mac} mtu {plan.pod_mtu} txqueuelen 0 type vxlan id 1 "
            f"local {node.address} dev eth0 dstport {VXLAN_PORT} nolearning",
            f"addr add {node.subnet.network_address}/32 dev flannel.1",
            "link set flannel.1 up",
        ]
        for peer in plan.others(node):
            lines += [
                f"neigh replace {peer.subnet.network_address} lladdr {peer.vtep_mac} dev flannel.1 nud permanent",
                f"route replace {peer.subnet} via {peer.subnet.network_address} dev flannel.1 onlink",
            ]
    else:
        lines += [f"route replace {peer.subnet} via {peer.address} dev eth0" for peer in plan.others(node)]
    if node.pods:
        lines += [f"link add cni0 mtu {plan.pod_mtu} type bridge", "link set cni0 up"]
    for pod in node.pods:
        # both ends without a queue: what the netlink library of the plugins writes unless it is told otherwise
        lines += [
            f"link add {pod.veth} mtu {plan.pod_mtu} txqueuelen 0 address {pod.veth_mac} type veth "
            f"peer name eth0 address {pod.mac} mtu {plan.pod_mtu} txqueuelen 0 netns {pod.netns}",
            f"link set {pod.veth} master cni0 up",
            f"link set {pod.veth} type bridge_slave hairpin on",
        ]
    if node.pods:
        # A bridge takes over its lowest port's address; the plugin gives it for good the one that it has by now.
        lines += [
            f"addr add {node.bridge_address}/{node.subnet.prefixlen} broadcast + dev cni0",
            f"link set cni0 address {node.pods[0].veth_mac}",
        ]
    return _batch(lines)


def forwarding(plan: Plan, node: Node) -> str:
    """`bridge -batch` for the FDB: behind which node each VTEP is."""
    if plan.spec.backend != "vxlan" or plan.spec.bare:
        return ""
    return _batch(
        f"fdb append {peer.vtep_mac} dev flannel.1 dst {peer.address} self permanent"
        for peer in plan.others(node)
    )


def pod_address(node: Node, pod: Pod) -> IPv4Interface:
    """What host-local gives a pod's eth0."""
    return IPv4Interface(f"{pod.address}/{node.subnet.prefixlen}")


def pod_routes(plan: Plan, node: Node) -> tuple[tuple[IPv4Network, IPv4Address], ...]:
    """A pod's routes by its gateway: the bridge plugin's default, and flannel's to the pod network."""
    return (IPv4Network("0.0.0.0/0"), node.bridge_address), (plan.spec.pod_cidr, node.bridge_address)


def settings(plan: Plan) -> dict[str, str]:
    """Kernel settings of the node's network namespace before its links: path below /proc/sys → value.

    systemd's, a person's preparation, and kube-proxy's.
    """
    # a new network namespace has rp_filter from the machine
    values = {
        "net/unix/max_dgram_qlen": "512",
        **{f"net/ipv4/conf/{name}/rp_filter": "0" for name in ("all", "default", "eth0")},
    }
    if plan.spec.bare:
        return values
    values |= {
        "net/ipv4/ip_forward": "1",
        "net/bridge/bridge-nf-call-iptables": "1",
        "net/bridge/bridge-nf-call-ip6tables": "1",
        "net/netfilter/nf_conntrack_tcp_timeout_established": str(LIFETIME),
        "net/netfilter/nf_conntrack_tcp_timeout_close_wait": "3600",
    }
    if plan.spec.proxy == "iptables":
        values["net/ipv4/conf/all/route_localnet"] = "1"
    return values


def link_settings(node: Node) -> dict[str, str]:
    """The same, of links that are there now: the bridge plugin's and portmap's."""
    if not node.pods:
        return {}
    values = {f"net/ipv6/conf/{name}/accept_ra": "0" for name in ("cni0", *(pod.veth for pod in node.pods))}
    if any(pod.host_ports for pod in node.pods):
        values["net/ipv4/conf/cni0/route_localnet"] = "1"
    return values


# The same, of a pod's eth0 before it is up: the bridge plugin's.
POD_LINK_SETTINGS = {"net/ipv4/conf/eth0/arp_notify": "1", "net/ipv6/conf/eth0/accept_dad": "0"}


def files(plan: Plan, node: Node) -> dict[str, str]:
    """What flanneld and the plugins keep in files: path → content."""
    own = {
        "/etc/hosts": "127.0.0.1 localhost\n"
        + "".join(f"{each.address} {each.name}\n" for each in plan.nodes),
        "/etc/hostname": f"{node.name}\n",
    }
    if plan.spec.bare:
        return own
    network = {"type": "flannel", "delegate": {"hairpinMode": True, "isDefaultGateway": True}}
    portmap = {"type": "portmap", "capabilities": {"portMappings": True}}
    chain = {"name": "cbr0", "cniVersion": "0.3.1", "plugins": [network, portmap]}
    config = json.dumps(chain, indent=2) + "\n"
    made = {
        **own,
        "/run/flannel/subnet.env": f"FLANNEL_NETWORK={plan.spec.pod_cidr}\n"
        f"FLANNEL_SUBNET={node.bridge_address}/{node.subnet.prefixlen}\n"
        f"FLANNEL_MTU={plan.pod_mtu}\nFLANNEL_IPMASQ=true\n",
        "/etc/cni/net.d/10-flannel.conflist": config,
    }
    if not node.pods:
        return made
    delegated = {
        "cniVersion": "0.3.1",
        "hairpinMode": True,
        "ipMasq": False,
        "ipam": {
            "ranges": [[{"subnet": str(node.subnet)}]],
            "routes": [{"dst": str(plan.spec.pod_cidr)}],
            "type": "host-local",
        },
        "isDefaultGateway": True,
        "isGateway": True,
        "mtu": plan.pod_mtu,
        "name": "cbr0",
        "type": "bridge",
    }
    leases = "/var/lib/cni/networks/cbr0"
    for pod in node.pods:
        made[f"{leases}/{pod.address}"] = f"{pod.sandbox}\r\neth0"
        made[f"/var/lib/cni/flannel/{pod.sandbox}"] = json.dumps(delegated, separators=(",", ":"))
        made |= libcni.kept(plan, node, pod, config)
    made[f"{leases}/last_reserved_ip.0"] = str(node.pods[-1].address)
    made[f"{leases}/lock"] = ""
    return made


def _batch(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
