"""Keys that exist only while a kernel module is loaded."""

from functools import lru_cache

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

# Fewer keys than this do not tell a module by themselves.
SEVERAL = 3
# Prefix of the keys -> the module that registers them.
FAMILIES = {
    "net.netfilter.nf_conntrack_": "nf_conntrack",
    "net.nf_conntrack_max": "nf_conntrack",
    "net.netfilter.nf_flowtable_": "nf_conntrack",
    "net.netfilter.nf_hooks_lwtunnel": "nf_conntrack",
    "net.bridge.bridge-nf-": "br_netfilter",
    "net.ipv4.vs.": "ip_vs",
    "net.ipv6.": "ipv6",
    "net.sctp.": "sctp",
    "net.mpls.": "mpls_router",
    "net.smc.": "smc",
    "net.rds.": "rds",
    "net.tipc.": "tipc",
    "net.rxrpc.": "rxrpc",
    "net.vsock.": "vsock",
    "net.llc.": "llc2",
    "net.ax25.": "ax25",
    "net.appletalk.": "appletalk",
    "net.iw_cm.": "iw_cm",
    "net.can.": "can",
    "fs.binfmt_misc.": "binfmt_misc",
    "fs.binfmt-misc.": "binfmt_misc",
    "fs.fuse.": "fuse",
    "fs.nfs.nlm_": "lockd",
    "fs.nfs.nsm_": "lockd",
    "fs.nfs.": "nfs",
    "fs.lustre.": "lustre",
    "fs.overlay.": "overlay",
    "fs.xfs.": "xfs",
    "fs.cifs.": "cifs",
    "sunrpc.": "sunrpc",
    "dev.raid.": "md_mod",
    "dev.cdrom.": "cdrom",
    "dev.parport.": "parport",
    "dev.scsi.": "scsi_mod",
    "dev.i915.": "i915",
    "dev.ipmi.": "ipmi_msghandler",
    "dev.hpet.": "hpet",
    "dev.mac_hid.": "mac_hid",
    "kernel.spl.": "spl",
}


# Registered by nf_conntrack up to Linux 6.9 and by the netfilter core since: its presence proves neither.
EITHER = "net.netfilter.nf_hooks_lwtunnel"


@lru_cache(maxsize=16384)
def family_of(key: str) -> str | None:
    """The module whose key this is; None where the key is the kernel's own."""
    if not key.startswith(_PREFIXES):
        return None
    return next(module for prefix, module in FAMILIES.items() if key.startswith(prefix))


_PREFIXES = tuple(FAMILIES)


@lru_cache(maxsize=8)
def _whole_families(pair: Pair, kind: str) -> dict[str, int]:
    """Modules of which the other side had no key at all → how many keys moved."""
    other = pair.before if kind == "added" else pair.after
    counts: dict[str, int] = {}
    for change in pair.changes("sysctl", kind):
        if (module := family_of(change.key)) is not None:
            counts[module] = counts.get(module, 0) + 1
    present = {family_of(key) for key in other.entries("sysctl") if key != EITHER}
    return {module: count for module, count in counts.items() if module not in present}


def match(change: Change, pair: Pair) -> Match | None:
    if (module := family_of(change.key)) is None:
        return None
    side = pair.side(change)
    loaded = pair.change("modules", module)
    if loaded is not None and loaded.kind == change.kind:
        return Match((side.saw("modules", module),), values={"module": module})
    count = _whole_families(pair, change.kind).get(module, 0)
    if count < SEVERAL:
        return None
    return Match(
        (side.saw("sysctl", f"{count} keys of {module} {change.kind} together"),),
        "likely",
        {"module": module},
    )


rule = Rule(
    name="module-sysctls",
    facts=("sysctl",),
    component="kernel",
    class_="derived",
    why=Text(
        "This key exists while the kernel module {module} is loaded; it came or went with the module.",
        "커널에 {module} 모듈이 올라와 있는 동안만 존재하는 키로, 모듈과 함께 생기거나 사라졌습니다.",
    ),
    group=Text("keys of kernel modules", "커널 모듈의 키"),
    since="every kernel",
    source="linux: register_net_sysctl and register_sysctl of each module",
    kinds=("added", "removed"),
    keys=[f"{prefix}*" for prefix in FAMILIES],
    match=match,
)
