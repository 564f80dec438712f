"""Modules that the kernel loads because something uses them."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

KINDS = {
    "vxlan": "vxlan",
    "bridge": "bridge",
    "veth": "veth",
    "dummy": "dummy",
    "wireguard": "wireguard",
    "ipip": "ipip",
    "tun": "tun",
    "macvlan": "macvlan",
    "bonding": "bond",
    "8021q": "vlan",
}
FILESYSTEMS = {
    "overlay": "overlay",
    "nfs": "nfs4",
    "nfsv4": "nfs4",
    "ceph": "ceph",
    "fuse": "fuse",
    "squashfs": "squashfs",
    "xfs": "xfs",
    "ext4": "ext4",
}
# Each is one match, target or expression of a firewall rule, where the rules themselves were not recorded.
_BY_RULES = ("xt_", "nft_", "ipt_", "ip6t_", "ebt_")
_MATCHES = re.compile(r"-m (\w+)|-j ([A-Z]\w+)")


def _user(witness: Witness, module: str) -> Evidence | None:
    """What on this side cannot be without the module."""
    if (kind := KINDS.get(module)) is not None:
        for name, interface in witness.entries("ip_addr").items():
            if interface.kind == kind:
                return witness.saw("ip_addr", f"{name} {kind}")
    if (fstype := FILESYSTEMS.get(module)) is not None:
        for target, mount in witness.entries("findmnt").items():
            if mount.fstype == fstype:
                return witness.saw("findmnt", f"{target} {fstype}")
    if module.startswith("xt_"):
        wanted = module.removeprefix("xt_")
        for fact in ("iptables", "ip6tables"):
            for key in witness.entries(fact):
                if any(wanted in (found[1], found[2]) for found in _MATCHES.finditer(key)):
                    return witness.saw(fact, key[:120])
    if module.startswith(
        ("nf_", "nft_", "nfnetlink", "ip_tables", "iptable_", "ip6table", "x_tables", "ip_set", "ip_vs")
    ):
        for fact in ("iptables", "ip6tables", "nft", "ipset", "ipvs"):
            if (key := next(iter(witness.entries(fact)), None)) is not None:
                return witness.saw(fact, key[:120])
    users = witness.entries("modules")[module].used_by if module in witness.entries("modules") else ()
    return witness.saw("modules", f"{module} used by {', '.join(users)}") if users else None


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed":
        return None
    witness = pair.side(change)
    for entry in witness.entries("modules_load").values():
        if entry.module == change.key:
            return Match(
                (witness.saw("modules_load", f"{entry.file} {entry.module}"),), values={"module": change.key}
            )
    user = _user(witness, change.key)
    if user is not None:
        return Match((user,), values={"module": change.key})
    below = _below(witness, change.key) if change.key.startswith(_BY_RULES) else None
    return Match((below,), "likely", {"module": change.key}) if below else None


def _below(witness: Witness, module: str) -> Evidence | None:
    """A module that this one stands on: it does not say why, but nobody loads a rule's match or target by hand."""
    for name, entry in witness.entries("modules").items():
        if module in entry.used_by:
            return witness.saw("modules", f"{name} used by {module}")
    return None


rule = Rule(
    name="modules-by-use",
    facts=("modules",),
    component="kernel",
    class_="derived",
    why=Text(
        "The kernel loads {module} when something asks for it: a file in modules-load.d, an interface, a mount "
        "or a firewall rule of its kind.",
        "{module} 모듈은 modules-load.d의 파일, 인터페이스, 마운트, 방화벽 규칙 등이 필요로 할 때 커널에 올라옵니다.",
    ),
    group=Text("kernel modules", "커널 모듈"),
    since="every kernel",
    source="modules-load.d(5); linux request_module users (rtnl-link-*, fs-*, xt_*, nft-*)",
    match=match,
)
