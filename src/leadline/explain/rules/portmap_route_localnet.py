"""The portmap plugin lets packets to 127/8 leave through the pods' bridge."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.proof import KUBERNETES, any_apart
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_keys import interface_of
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change

OTHERS = ("docker", "podman", "cni-podman", "virbr", "lxdbr", "incusbr", "lo")


def match(change: Change, pair: Pair) -> Match | None:
    name = interface_of(change.key)
    if name is None or change.after != "1" or name.startswith(OTHERS):
        return None
    chain = pair.after.chain("CNI-HOSTPORT-SETMARK", "CNI-HOSTPORT-MASQ", "CNI-HOSTPORT-DNAT")
    table = chain or pair.after.chain("hostports", "hostip_hostports")
    device = pair.after.interface(name, kind="bridge")
    if device is None:
        return None
    if table is None:
        return _by_value(pair, name, device)
    entry = pair.after.entries("ip_addr").get(name)
    if entry is not None and entry.master:
        return None
    return Match((table, device), values={"interface": name})


def _by_value(pair: Pair, name: str, device: Evidence) -> Match | None:
    """Where no firewall was recorded: the CNI bridge's own value, unlike the one that new interfaces get."""
    default = pair.after.entries("sysctl").get("net.ipv4.conf.default.route_localnet")
    kubernetes = any_apart(pair.after, KUBERNETES, ("sysctl",))
    if name != "cni0" or default != "0" or not kubernetes:
        return None
    inherited = pair.after.saw("sysctl", f"net.ipv4.conf.default.route_localnet = {default}")
    return Match((*kubernetes, device, inherited), "likely", {"interface": name})


rule = Rule(
    name="portmap-route-localnet",
    facts=("sysctl",),
    component="portmap",
    class_="config",
    why=Text(
        "The CNI plugin portmap sets this on {interface}, so that a pod's hostPort answers on 127.0.0.1 of the node too.",
        "CNI portmap 플러그인이 노드의 127.0.0.1에서도 파드의 hostPort에 접속할 수 있도록 {interface}에 설정합니다.",
    ),
    consequence=Text(
        "It shows that a pod with a hostPort is or was here; such a port does not appear in ss.",
        "hostPort를 쓰는 파드가 있거나 있었음을 뜻합니다. 이런 포트는 ss에 나타나지 않습니다.",
    ),
    since="CNI plugins 0.6, with snat on (the default)",
    source="containernetworking/plugins plugins/meta/portmap/portmap.go, portmap_iptables.go enableLocalnetRouting",
    kinds=("added", "changed"),
    keys=("net.ipv4.conf.*.route_localnet",),
    match=match,
)
