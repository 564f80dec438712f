"""Programs that write kernel settings while they run, and who of them wrote one: only who is seen, and alone."""

from collections.abc import Callable, Mapping
from functools import cache

import msgspec

from leadline.explain import rancher, tuned
from leadline.explain.components import seen
from leadline.explain.kubespray import marks
from leadline.explain.pair import Pair
from leadline.explain.rule import Match
from leadline.explain.sysctl_defaults import is_default
from leadline.explain.sysctl_files import asked
from leadline.explain.witness import Evidence, Witness, first
from leadline.snapshot.diff import Change

Settings = Mapping[str, tuple[str, ...]]
Shown = Callable[[Witness], tuple[Evidence, ...]]


class Writer(msgspec.Struct, frozen=True):
    """What a component writes (key → its values), and how one side shows that it was at work there.

    `applies`: where it does not always write all of that: (side, key, value) → whether it does on this side.
    """

    settings: Settings
    shown: Shown
    applies: Callable[[Witness, str, str], bool] | None = None


FORWARD: Settings = {"net.ipv4.ip_forward": ("1",), "net.ipv6.conf.all.forwarding": ("1",)}
FORWARD_NEW: Settings = {
    "net.ipv4.conf.default.forwarding": ("1",),
    "net.ipv6.conf.default.forwarding": ("1",),
}
BRIDGED: Settings = {
    "net.bridge.bridge-nf-call-iptables": ("1",),
    "net.bridge.bridge-nf-call-ip6tables": ("1",),
}
# What nearly every container engine, installer and person writes.
_SHARED = {**FORWARD, **FORWARD_NEW, **BRIDGED}
REDIRECTS: Settings = {
    f"net.{family}.conf.{tree}.accept_redirects": ("0",)
    for family in ("ipv4", "ipv6")
    for tree in ("all", "default")
}


def _seen(component: str) -> Shown:
    return lambda witness: seen(witness, component)


def _ipvs(witness: Witness) -> tuple[Evidence, ...]:
    device = witness.interface("kube-ipvs0")
    return (device,) if device else ()


def _kubespray(witness: Witness) -> tuple[Evidence, ...]:
    return marks(witness)


def _own_cluster(witness: Witness) -> bool:
    """A Kubernetes that prepares its hosts by itself."""
    return bool(marks(witness)) or any(seen(witness, name) for name in ("k3s", "rke2", "microk8s"))


def _prepared(witness: Witness) -> tuple[Evidence, ...]:
    """A node of a cluster whose hosts a person or script prepares (kubeadm)."""
    if _own_cluster(witness):
        return ()
    found = (seen(witness, name) for name in ("kubelet", "kube-proxy", "flannel", "calico"))
    return next((each for each in found if each), ())


def tells_installers(witness: Witness) -> bool:
    """Whether programs or mounts were recorded: without them a node of k3s looks like one of kubeadm."""
    return any(witness.entries(fact) for fact in ("ss", "services", "processes", "findmnt", "df"))


def _bridge_plugin(witness: Witness) -> tuple[Evidence, ...]:
    """The CNI bridge plugin where no kubelet is: containerd, nerdctl or CRI-O by themselves."""
    if _own_cluster(witness) or _prepared(witness) or not tells_installers(witness):
        return ()
    if seen(witness, "podman") and witness.interface("cni0") is None:
        return ()  # Podman's own use of the plugins
    return seen(witness, "cni")


def _podman(witness: Witness) -> tuple[Evidence, ...]:
    """A network of Podman; conmon and the container storage are CRI-O's too, and need no network."""
    return first(
        witness.interface("podman0", "podman1", "cni-podman0", "cni-podman1"),
        witness.chains("NETAVARK"),
        witness.mount("/run/netns/netns-"),
    )


_LXD_BRIDGES = ("lxdbr0", "incusbr0", "lxcbr0")


def _lxd(witness: Witness) -> tuple[Evidence, ...]:
    return first(
        witness.interface(*_LXD_BRIDGES), witness.unit("snap.lxd.daemon.service"), witness.process("lxd")
    )


def _lxd_applies(witness: Witness, key: str, _value: str) -> bool:
    """Forwarding only for a bridge; the snap raises the kernel's limits whenever its daemon starts, of which the
    packages of distributions raise one."""
    if key in FORWARD:
        return witness.interface(*_LXD_BRIDGES) is not None
    snap = witness.unit("snap.lxd.daemon.service") or witness.mount("/snap/lxd/")
    return snap is not None or key == "fs.inotify.max_user_instances"


def _firewalld(witness: Witness) -> tuple[Evidence, ...]:
    """firewalld with a zone that masquerades, which needs forwarding."""
    for fact in ("nft", "iptables"):
        for key in witness.entries(fact):
            if key.startswith("rule ") and "POST_" in key and "masquerade" in key.lower():
                return (witness.saw(fact, key), *seen(witness, "firewalld"))
    return ()


def _docker_applies(witness: Witness, key: str, _value: str) -> bool:
    """Docker turns on br_netfilter's calls at every start up to 27, later not by default."""
    names = [
        name for name in ("docker-ce", "docker.io", "moby-engine") if name in witness.entries("packages")
    ]
    package = witness.entries("packages")[names[0]] if names else None
    major = package.version.rpartition(":")[2].partition(".")[0] if package else ""
    return key not in BRIDGED or not major.isdigit() or int(major) < 28


def _wireguard(witness: Witness) -> tuple[Evidence, ...]:
    """wg-quick: a device of kind wireguard that no network plugin owns, or its unit."""
    interfaces = witness.entries("ip_addr")
    for name in witness.links():
        kind = interfaces[name].kind if name in interfaces else None
        if (kind == "wireguard" or name.startswith("wg")) and "cali" not in name and "cilium" not in name:
            return first(witness.interface(name))
    return ()


def _tailscale(witness: Witness) -> tuple[Evidence, ...]:
    """tailscaled with a device of its own; without one (userspace networking) it routes nothing by the kernel."""
    device = witness.interface("tailscale0")
    return (device, *seen(witness, "tailscale")) if device else ()


def _calico_applies(witness: Witness, key: str, _value: str) -> bool:
    """Only its eBPF data plane, which has these two devices, and its WireGuard mode write the others."""
    if key == "net.ipv4.conf.all.src_valid_mark":
        return witness.interface("wireguard.cali", "wg-v6.cali") is not None
    return (
        key == "net.netfilter.nf_conntrack_acct" or witness.interface("bpfin.cali", "bpfout.cali") is not None
    )


WRITERS: dict[str, Writer] = {
    "calico": Writer(
        {
            "net.netfilter.nf_conntrack_acct": ("1",),
            "kernel.unprivileged_bpf_disabled": ("1",),
            "net.core.bpf_jit_harden": ("1",),
            "net.ipv4.conf.all.rp_filter": ("0",),
            "net.ipv4.conf.all.src_valid_mark": ("1",),
        },
        _seen("calico"),
        _calico_applies,
    ),
    "cilium": Writer(
        {
            "kernel.timer_migration": ("0",),
            "kernel.unprivileged_bpf_disabled": ("1",),
            "net.core.bpf_jit_enable": ("1",),
            "net.core.fb_tunnels_only_for_init_net": ("2",),
            "net.ipv4.conf.all.rp_filter": ("0",),
            "net.ipv4.fib_multipath_use_neigh": ("1",),
            "net.ipv6.conf.all.disable_ipv6": ("0",),
        },
        _seen("cilium"),
    ),
    "cni": Writer(FORWARD, _bridge_plugin),
    "docker": Writer(
        {
            **FORWARD,
            **BRIDGED,
            "net.ipv6.conf.default.forwarding": ("1",),
            "net.ipv4.neigh.default.gc_thresh1": ("8192",),
            "net.ipv4.neigh.default.gc_thresh2": ("49152",),
            "net.ipv4.neigh.default.gc_thresh3": ("65536",),
            "net.ipv4.conf.docker_gwbridge.route_localnet": ("1",),
            "net.ipv4.conf.docker0.route_localnet": ("1",),
        },
        _seen("docker"),
        _docker_applies,
    ),
    "firewalld": Writer(FORWARD, _firewalld),
    "k3s": Writer(
        {**FORWARD, **FORWARD_NEW, **BRIDGED, "net.core.devconf_inherit_init_net": ("1",)}, rancher.k3s
    ),
    "kube-proxy": Writer(
        {
            "net.ipv4.vs.conntrack": ("1",),
            "net.ipv4.vs.expire_nodest_conn": ("1",),
            "net.ipv4.vs.expire_quiescent_template": ("1",),
            "net.ipv4.vs.conn_reuse_mode": ("0",),
            "net.ipv4.conf.all.arp_ignore": ("1",),
            "net.ipv4.conf.all.arp_announce": ("2",),
        },
        _ipvs,
    ),
    "kubelet": Writer({"kernel.panic_on_oops": ("1",)}, _seen("kubelet")),
    "kubespray": Writer({**FORWARD, **BRIDGED, "fs.inotify.max_user_instances": ("8192",)}, _kubespray),
    "libvirt": Writer(
        {**FORWARD, "fs.aio-max-nr": ("1048576",), "vm.unprivileged_userfaultfd": ("1",)},
        _seen("libvirt"),
    ),
    "lxd": Writer(
        {
            **FORWARD,
            "fs.inotify.max_user_instances": ("1024",),
            "fs.inotify.max_user_watches": ("1048576",),
            "kernel.apparmor_restrict_unprivileged_unconfined": ("0",),
            "kernel.apparmor_restrict_unprivileged_userns": ("0",),
            "kernel.keys.maxbytes": ("2000000",),
            "kernel.keys.maxkeys": ("2000",),
            "kernel.unprivileged_userns_clone": ("1",),
        },
        _lxd,
        _lxd_applies,
    ),
    "microk8s": Writer(
        {
            **FORWARD,
            **BRIDGED,
            "fs.aio-max-nr": ("1048576",),
            "fs.inotify.max_user_instances": ("1024",),
            "fs.inotify.max_user_watches": ("1048576",),
        },
        _seen("microk8s"),
    ),
    "podman": Writer(FORWARD, _podman),
    "preparation": Writer({**FORWARD, **FORWARD_NEW, **BRIDGED}, _prepared),
    "rke2": Writer(
        {**FORWARD, **FORWARD_NEW, **BRIDGED, "net.core.devconf_inherit_init_net": ("1",)},
        rancher.rke2,
    ),
    "tailscale": Writer({"net.ipv4.conf.all.src_valid_mark": ("1",)}, _tailscale),
    "tuned": Writer(
        {
            key: tuple(profile[key] for profile in tuned.PROFILES.values() if key in profile)
            for key in tuned.KEYS
        },
        _seen("tuned"),
        lambda witness, key, value: bool(tuned.sets(witness, key, value)),
    ),
    "ufw": Writer(REDIRECTS, _seen("ufw")),
    "wireguard": Writer({"net.ipv4.conf.all.src_valid_mark": ("1",)}, _wireguard),
}


@cache
def _writers_of() -> dict[str, tuple[str, ...]]:
    """Key → the components that write it."""
    by: dict[str, tuple[str, ...]] = {}
    for name, writer in WRITERS.items():
        for key in writer.settings:
            by[key] = (*by.get(key, ()), name)
    return by


def at_work(witness: Witness, key: str, value: str) -> dict[str, tuple[Evidence, ...]]:
    """The components seen on this side that write this value, with the evidence."""
    found = {}
    for name in _writers_of().get(key, ()):
        writer = WRITERS[name]
        if value in writer.settings[key] and (writer.applies is None or writer.applies(witness, key, value)):
            found[name] = writer.shown(witness)
    return {name: evidence for name, evidence in found.items() if evidence}


def written(change: Change, pair: Pair, component: str) -> Match | None:
    """The component as the author of this value, where nothing else fits.

    `shown` where it appeared between the snapshots, `likely` where it was there before. None where a file
    asks for the value, where others that write it are seen as well, or where the component is not seen.
    A setting that went back to the kernel's own value is likely its, where it was seen before and no more.
    """
    values = WRITERS[component].settings.get(change.key)
    if values is None or change.kind == "removed":
        return None
    if change.kind == "added" and is_default(change.key, change.after):
        return None  # the value a module brings: nobody had to write it
    if change.after in values:
        return _wrote(change.key, change.after, pair.after, pair.before, component)
    if change.before in values and is_default(change.key, change.after):
        gone = _wrote(change.key, change.before, pair.before, pair.after, component)
        return Match(gone.evidence, "likely") if gone is not None and gone.certainty == "shown" else None
    return None


def _wrote(key: str, value: str, side: Witness, other: Witness, component: str) -> Match | None:
    if (line := asked(side, key, value)) is not None:
        file = side.saw("sysctl_conf", f"{line.file} {key} = {line.value}")
        return Match((file, *WRITERS[component].shown(side))) if line.owner == component else None
    here = at_work(side, key, value)
    if component not in here:
        return None
    there = at_work(other, key, value)
    fresh = {name for name in here if name not in there}
    if (fresh or set(here)) != {component}:
        return None
    if key in _SHARED and {each.fact for each in here[component]} == {"sysctl"}:
        return None  # its interfaces are all that is seen: who else was at work was not recorded
    return Match(here[component], "shown" if fresh else "likely")
