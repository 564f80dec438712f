"""Units that came, went or moved with the package they belong to."""

import re

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.units import FACTS, own, package_moved, what_happened
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change

_NFS = ("nfs-common", "nfs-kernel-server", "nfs-utils", "rpcbind")
# Units whose name does not begin as their package's does.
_OWNERS = {
    r"dbus-org\.freedesktop\.(machine1|import1|portable1)\..*": ("systemd-container",),
    r"systemd-(machined|importd|portabled|nspawn@?)\..*|machines\.target|var-lib-machines\.mount": (
        "systemd-container",
    ),
    r"(nfs|rpc|portmap|auth-rpcgss|gssproxy|proc-fs-nfsd|run-rpc_pipefs|var-lib-nfs).*": _NFS,
    r"wg-quick.*": ("wireguard-tools", "wireguard"),
    r"polkit\..*|dbus-org\.freedesktop\.PolicyKit1\..*": ("polkitd", "polkit", "policykit-1"),
    r"dbus-org\.fedoraproject\.FirewallD1\..*": ("firewalld",),
    r"cni-dhcp\..*": ("containernetworking-plugins",),
    r"(ssh|sshd)[.@].*": ("openssh-server",),
    r"chronyd?[.-].*": ("chrony",),
    r"(ip6?tables|ebtables|arptables)\..*": ("iptables-services", "iptables", "ebtables"),
    r"(cups|cups-browsed)\..*": ("cups", "cups-daemon", "cups-browsed"),
    r"dnf-.*|dnf5-.*": ("dnf", "dnf-automatic", "dnf5"),
    r"apt-.*": ("apt",),
    r"ipvsadm\..*|ipset\..*": ("ipvsadm", "ipset", "ipset-service"),
    r"cockpit.*": ("cockpit", "cockpit-ws"),
    r"(pmcd|pmproxy|pmlogger|pmie|pmfind).*": ("pcp", "pcp-zeroconf"),
    r"(lvm2|dm-event|blk-availability).*": ("lvm2", "dmeventd"),
    r"(iscsi|iscsid|open-iscsi).*": ("open-iscsi", "iscsi-initiator-utils"),
    r"multipath.*": ("multipath-tools", "device-mapper-multipath"),
    r"dbus-org\.freedesktop\.Avahi\..*": ("avahi-daemon", "avahi"),
    r"(vgauth|vgauthd|vmtoolsd)\..*": ("open-vm-tools",),
    r"(smbd|nmbd|smb|nmb|samba-ad-dc)\..*": ("samba",),
    r"(mariadb|mysql|mysqld)\..*": ("mariadb-server", "mysql-server", "mysql-community-server"),
    r"tailscaled\..*": ("tailscale",),
    r"nm-cloud-setup\..*": ("NetworkManager-cloud-setup",),
    r"(refresh-)?policy-routes@.*|set-hostname-imds\..*": ("amazon-ec2-net-utils",),
}
_COMPILED = tuple((re.compile(pattern), names) for pattern, names in _OWNERS.items())


def match(change: Change, pair: Pair) -> Match | None:
    proof = _package(change, pair)
    if proof is None:
        return None
    values = {"happened": what_happened(change), "package": proof.text.split()[0]}
    return Match((own(change, pair), proof), values=values)


def _package(change: Change, pair: Pair) -> Evidence | None:
    """The package of the unit, where it moved as the unit did."""
    for pattern, names in _COMPILED:
        if pattern.fullmatch(change.key):
            return package_moved(pair, change, *names)
    stem = re.split(r"[.@]", change.key)[0]
    for moved in pair.changes("packages", change.kind):
        name = moved.key.split(":")[0]
        if name == stem or (len(name) > 2 and stem.startswith(f"{name}-")):
            return package_moved(pair, change, moved.key)
    return None


rule = Rule(
    name="package-units",
    facts=FACTS,
    component="distribution",
    class_="derived",
    why=Text(
        "{happened}. The unit belongs to the package {package}, which came, went or changed with it.",
        "{happened}. {package} 패키지의 유닛으로, 패키지와 함께 생기거나 사라지거나 바뀌었습니다.",
    ),
    group=Text("units of packages", "패키지의 유닛"),
    since="every distribution with systemd",
    source="systemd.unit(5); the file lists of the packages (Debian 12, Rocky 9)",
    match=match,
)
