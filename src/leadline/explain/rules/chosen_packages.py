"""Packages somebody asked for: their service or program is there as well."""

from leadline.base.text import Text
from leadline.explain.package_families import plain
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change

# Package -> the units that show it in use.
_UNITS = {
    "docker.io": ("docker.service",),
    "docker-ce": ("docker.service",),
    "moby-engine": ("docker.service",),
    "containerd": ("containerd.service",),
    "containerd.io": ("containerd.service",),
    "cri-o": ("crio.service",),
    "podman": ("podman.socket", "podman.service", "podman-restart.service", "podman-auto-update.timer"),
    "libvirt-daemon-system": ("libvirtd.service", "virtqemud.service"),
    "libvirt-daemon": ("libvirtd.service", "virtqemud.service"),
    "firewalld": ("firewalld.service",),
    "ufw": ("ufw.service",),
    "tuned": ("tuned.service",),
    "nfs-kernel-server": ("nfs-server.service",),
    "nfs-utils": ("nfs-server.service", "rpcbind.service", "nfs-client.target"),
    "nfs-common": ("nfs-client.target", "rpc-statd.service"),
    "dnsmasq": ("dnsmasq.service",),
    "wireguard": ("wg-quick.target", "wg-quick@wg0.service"),
    "wireguard-tools": ("wg-quick.target", "wg-quick@wg0.service"),
    "chrony": ("chrony.service", "chronyd.service"),
    "keepalived": ("keepalived.service",),
    "haproxy": ("haproxy.service",),
    "nginx": ("nginx.service",),
    "cockpit": ("cockpit.socket",),
    "iptables-services": ("iptables.service",),
    "etcd": ("etcd.service",),
    "etcd-server": ("etcd.service",),
    "open-iscsi": ("iscsid.service", "open-iscsi.service", "iscsid.socket"),
    "iscsi-initiator-utils": ("iscsid.socket", "iscsid.service"),
    "rke2-server": ("rke2-server.service",),
    "rke2-agent": ("rke2-agent.service",),
    "amazon-ssm-agent": ("amazon-ssm-agent.service",),
    "avahi-daemon": ("avahi-daemon.service",),
    "crowdsec": ("crowdsec.service",),
    "datadog-agent": ("datadog-agent.service",),
    "fail2ban": ("fail2ban.service",),
    "fluent-bit": ("fluent-bit.service",),
    "grafana": ("grafana-server.service",),
    "mariadb-server": ("mariadb.service",),
    "multipath-tools": ("multipathd.service",),
    "mysql-server": ("mysql.service", "mysqld.service"),
    "netdata": ("netdata.service",),
    "open-vm-tools": ("open-vm-tools.service", "vmtoolsd.service"),
    "prometheus-node-exporter": ("prometheus-node-exporter.service",),
    "qemu-guest-agent": ("qemu-guest-agent.service",),
    "samba": ("smbd.service", "smb.service"),
    "snmpd": ("snmpd.service",),
    "tailscale": ("tailscaled.service",),
    "telegraf": ("telegraf.service",),
    "zabbix-agent": ("zabbix-agent.service",),
    "zabbix-agent2": ("zabbix-agent2.service",),
    "zerotier-one": ("zerotier-one.service",),
}


def match(change: Change, pair: Pair) -> Match | None:
    units = _UNITS.get(plain(change.key))
    if units is None or change.kind == "changed":
        return None
    witness = pair.side(change)
    proof = _moved(pair, change, units)
    if proof is None:
        return None
    own = witness.saw("packages", f"{change.key} {change.entry.version}")
    values = {"package": change.key, "manager": change.entry.manager, "unit": proof.text.split()[0]}
    return Match((own, proof), values=values)


def _moved(pair: Pair, change: Change, units: tuple[str, ...]) -> Evidence | None:
    """One of the package's units that came, or went, with it."""
    for unit in units:
        for fact in ("services", "unit_files"):
            moved = pair.change(fact, unit)
            if moved is not None and moved.kind == change.kind:
                return pair.side(change).saw(fact, f"{unit} ({moved.kind})")
    return None


rule = Rule(
    name="chosen-packages",
    facts=("packages",),
    component="administrator",
    class_="config",
    why=Text(
        "A person or an installation script installed or removed {package} ({manager}); its unit {unit} came or went with it.",
        "사람이나 설치 스크립트가 {package}({manager})을(를) 설치하거나 제거했으며, 유닛 {unit}도 함께 생기거나 사라졌습니다.",
    ),
    since="every distribution",
    source="the unit lists of the packages (Debian 12, Rocky 9)",
    match=match,
)
