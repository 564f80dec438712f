"""How a component shows itself on a host: what rules take as proof that it was there."""

import re
from functools import lru_cache

import msgspec

from leadline.explain.witness import Evidence, Witness


class Signs(msgspec.Struct, frozen=True):
    """Where a component is seen. Any one of these is evidence; a package alone is not (it need not run).

    `interface_patterns`: regular expressions for whole interface names that nobody else draws.
    """

    processes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    chain_prefixes: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    interface_patterns: tuple[str, ...] = ()


_K3S = ("k3s", "k3s-server", "k3s-agent", "rke2", "k3s server", "k3s agent")

SIGNS = {
    "kubelet": Signs(
        ("kubelet", "kubelite", *_K3S),
        ("kubelet.service",),
        (),
        (),
        ("KUBE-KUBELET-CANARY",),
        (),
        ("/var/lib/kubelet/pods/", "/var/snap/microk8s/common/var/lib/kubelet/pods/"),
    ),
    "kube-proxy": Signs(
        ("kube-proxy", "kubelite"),
        ("kube-proxy.service",),
        ("kube-proxy",),
        ("kube-ipvs0",),
        ("KUBE-PROXY-CANARY", "KUBE-SERVICES"),
        ("KUBE-SVC-", "KUBE-SEP-"),
    ),
    "kube-apiserver": Signs(("kube-apiserver",), (), ("kube-apiserver",)),
    "kube-controller-manager": Signs(("kube-controller-manager",), (), ("kube-controller-manager",)),
    "kube-scheduler": Signs(("kube-scheduler",), (), ("kube-scheduler",)),
    "cloud-controller-manager": Signs(("cloud-controller-manager",), (), ("cloud-controller-manager",)),
    "etcd": Signs(("etcd",), ("etcd.service",), ("etcd",)),
    "containerd": Signs(("containerd",), ("containerd.service",), (), (), (), (), ("/run/containerd/",)),
    "cri-o": Signs(("crio",), ("crio.service",)),
    "flannel": Signs(
        ("flanneld",),
        (),
        ("kube-flannel",),
        ("flannel.1", "flannel-v6.1", "flannel-wg"),
        ("FLANNEL-POSTRTG", "FLANNEL-FWD"),
    ),
    "cni": Signs((), (), (), ("cni0",), (), (), ("/run/netns/cni-", "/var/run/netns/cni-")),
    "k3s": Signs(_K3S, ("k3s.service", "k3s-agent.service"), (), (), (), (), ("/run/k3s/",)),
    "calico": Signs(
        ("calico-node", "calico-felix", "felix", "bird", "bird6", "calico-typha"),
        (),
        ("calico-node",),
        ("vxlan.calico", "wireguard.cali", "bpfin.cali"),
        (),
        ("cali-",),
        ("/run/calico/", "/var/run/calico/"),
        (r"cali[0-9a-f]{11}",),
    ),
    "cilium": Signs(
        ("cilium-agent", "cilium-health", "cilium-envoy"),
        (),
        ("cilium-agent",),
        ("cilium_host", "cilium_net", "cilium_vxlan"),
        (),
        ("CILIUM_",),
        ("/run/cilium/",),
    ),
    "metallb": Signs(("speaker",), (), ("speaker",)),
    "docker": Signs(
        ("dockerd", "docker-proxy"),
        ("docker.service",),
        (),
        ("docker0",),
        ("DOCKER", "DOCKER-USER", "DOCKER-FORWARD"),
        (),
        ("/var/lib/docker/", "/run/docker/netns/"),
    ),
    "podman": Signs(
        ("conmon", "netavark", "aardvark-dns"),
        (),
        (),
        ("podman0", "cni-podman0"),
        ("NETAVARK_FORWARD", "NETAVARK-HOSTPORT-DNAT", "NETAVARK-HOSTPORT-SETMARK"),
        (),
        ("/var/lib/containers/storage/",),
    ),
    "libvirt": Signs(
        ("libvirtd", "virtqemud", "virtnetworkd"),
        ("libvirtd.service", "virtnetworkd.service"),
        (),
        ("virbr0",),
        (),
        ("LIBVIRT_",),
    ),
    "tailscale": Signs(("tailscaled",), ("tailscaled.service",), (), ("tailscale0",), (), ("ts-",)),
    "tuned": Signs(("tuned",), ("tuned.service",)),
    "firewalld": Signs(
        ("firewalld",), ("firewalld.service",), (), (), ("filter_INPUT_POLICIES", "INPUT_direct")
    ),
    "ufw": Signs((), ("ufw.service",), (), (), (), ("ufw-", "ufw6-")),
    "rke2": Signs(("rke2", "rke2 server", "rke2 agent"), ("rke2-server.service", "rke2-agent.service")),
    "microk8s": Signs(
        ("kubelite",),
        ("snap.microk8s.daemon-kubelite.service",),
        (),
        (),
        (),
        (),
        ("/snap/microk8s/", "/var/snap/microk8s/"),
    ),
    "kube-router": Signs(("kube-router",), (), ("kube-router",), (), (), ("KUBE-ROUTER-", "KUBE-NWPLCY-")),
    "lxd": Signs(
        ("lxd", "incusd", "lxcfs"),
        ("lxd.service", "snap.lxd.daemon.service", "incus.service", "lxc-net.service"),
        (),
        ("lxdbr0", "incusbr0", "lxcbr0"),
    ),
    "nspawn": Signs(("systemd-nspawn",), ("systemd-machined.service",)),
    "snapd": Signs(("snapd",), ("snapd.service", "snapd.socket")),
    "nfs": Signs(
        ("rpc.mountd", "rpcbind", "rpc.statd", "nfsd", "rpc.idmapd", "nfsdcld"),
        ("nfs-server.service", "rpcbind.service", "rpc-statd.service", "nfs-client.target"),
    ),
    "nodelocaldns": Signs(("node-cache",), (), ("node-cache",), ("nodelocaldns",)),
    "kube-vip": Signs(("kube-vip",), (), ("kube-vip",)),
    "keepalived": Signs(("keepalived",), ("keepalived.service",)),
    "fail2ban": Signs(("fail2ban-server",), ("fail2ban.service",)),
    "zerotier": Signs(("zerotier-one",), ("zerotier-one.service",)),
    "systemd": Signs(("systemd",), (), (), (), (), (), ("/run/user/", "/run/credentials/")),
}


def _interface_like(witness: Witness, patterns: tuple[str, ...]) -> Evidence | None:
    names = (name for name in witness.links() if any(re.fullmatch(each, name) for each in patterns))
    return next((witness.interface(name) for name in names), None) if patterns else None


@lru_cache(maxsize=128)
def signs_seen(witness: Witness, component: str) -> tuple[Evidence, ...]:
    """Every kind of sign of a component that this side shows, the most telling first."""
    signs = SIGNS[component]
    found = (
        *witness.programs(*signs.processes),
        witness.container(*signs.containers),
        witness.unit(*signs.units),
        witness.interface(*signs.interfaces),
        _interface_like(witness, signs.interface_patterns),
        witness.chain(*signs.chains),
        *(witness.chains(prefix) for prefix in signs.chain_prefixes),
        witness.mount(*signs.mounts) if signs.mounts else None,
    )
    return tuple(each for each in found if each is not None)


def seen(witness: Witness, component: str) -> tuple[Evidence, ...]:
    """Evidence that a component is or was at work on this side; empty where nothing shows it."""
    return signs_seen(witness, component)[:1]


def seen_apart(witness: Witness, component: str, *facts: str) -> tuple[Evidence, ...]:
    """The same, but from other facts than these: what a change in one of them needs beside itself."""
    return tuple(each for each in signs_seen(witness, component) if each.fact not in facts)[:1]
