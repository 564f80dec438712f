"""How a host shows that kubespray built it: it leaves no daemon, so several marks must agree."""

from functools import lru_cache

from leadline.explain.witness import Evidence, Witness

NODE_PORTS = "30000-32767"
# What kubespray's file gives the kubelet beforehand, which else writes it itself.
KUBELET_SETTINGS = {
    "vm.overcommit_memory": "1",
    "vm.panic_on_oom": "0",
    "kernel.panic": "10",
    "kernel.panic_on_oops": "1",
    "kernel.keys.root_maxkeys": "1000000",
    "kernel.keys.root_maxbytes": "25000000",
}


@lru_cache(maxsize=4)
def marks(witness: Witness) -> tuple[Evidence, ...]:
    """What points to kubespray on this side, where at least two independent things do; else empty.

    Its settings file names `net.ipv4.ip_local_reserved_ports`; it puts the kubelet into /usr/local/bin, binds
    the controller-manager to every address and the kubelet to the node's, and numbers its networks from
    10.233/16; a node without an apiserver reaches the others through nginx or HAProxy on loopback (kubespray
    v2.23-v2.31, roles/kubernetes/node and inventory defaults).
    """
    found: list[Evidence] = []
    if witness.entries("sysctl").get("net.ipv4.ip_local_reserved_ports") == NODE_PORTS:
        found.append(witness.saw("sysctl", f"net.ipv4.ip_local_reserved_ports = {NODE_PORTS}"))
    for key in witness.entries("sysctl_conf"):
        if key.endswith(" net.ipv4.ip_local_reserved_ports"):
            found.append(witness.saw("sysctl_conf", key))
            break
    bound = {
        (name[:15], listener.port): (listener.exposure, key)
        for key, listener in witness.entries("ss").items()
        for name in listener.processes or ()
    }
    for process, port, exposure in (("kube-controller", 10257, "everywhere"), ("kubelet", 10250, "node")):
        have = bound.get((process, port))
        if have is not None and have[0] == exposure:
            found.append(witness.saw("ss", f"{have[1]} {process}"))
    for key, listener in witness.entries("ss").items():
        if listener.port == 6443 and listener.exposure == "loopback":
            if {"nginx", "haproxy"} & set(listener.processes or ()):
                found.append(witness.saw("ss", f"{key} {' '.join(listener.processes)}"))
            break
    for name, interface in witness.entries("ip_addr").items():
        if name == "nodelocaldns" or any(each.startswith("10.233.") for each in interface.addresses):
            found.append(witness.saw("ip_addr", f"{name} {' '.join(interface.addresses)}"))
            break
    return tuple(found) if len(found) >= 2 else ()
