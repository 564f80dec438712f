"""Which packages come along with which: what the package managers draw in by Depends and Recommends."""

import re
from functools import lru_cache

from leadline.explain.pair import Pair
from leadline.explain.witness import Evidence

_PYTHON = (
    r"(lib)?python3(\.\d+)?(-minimal|-stdlib)?|libpython3[\d.]*t?64|libpython3[\d.]*|media-types|libsqlite3-0"
)
_READLINE = r"libreadline\d+\w*|readline-common"
_POLKIT = (
    r"polkitd|polkitd-pkla|libpolkit-(agent|gobject)-1-0|libduktape\d+|sgml-base|xml-core|libglib2\.0-0\w*"
)
_GLIB = r"gir1\.2-glib-2\.0|libgirepository-1\.0-1|python3-gi|libglib2\.0-(0\w*|data)"
_GPG = (
    r"dirmngr|gnupg\w*(-l10n|-utils)?|gpg(-agent|-wks-client|-wks-server|conf|sm|v)?|pinentry-curses"
    r"|lib(assuan|gpgme|ksba|npth)\d+\w*"
)
_NETFILTER = (
    r"conntrack(-tools)?|ebtables|iptables(-nft|-libs|-legacy)?|ethtool|socat|ipset(-libs)?|libipset\d+|ipvsadm"
    r"|libnetfilter[_-]\w+|libnfnetlink\d*|libip[46]tc\d*|libnftnl\d*|libnetfilter-\w+|kmod|iproute2?|util-linux|tc"
    r"|iproute-tc|nftables|python3-nftables|libnetfilter_(conntrack|cthelper|cttimeout|queue)"
)
_CONTAINERS = r"containerd|runc|crun|tini|docker-ce-cli|docker-buildx-plugin|docker-compose-plugin|pigz|libslirp\d*|slirp4netns|docker-ce-rootless-extras|container-selinux|fuse-overlayfs|containerd\.io"

# A package somebody asks for -> the packages it draws in (whole names, as regular expressions).
FAMILIES = {
    "kubelet": _NETFILTER,
    "kubeadm": _NETFILTER,
    "docker.io": rf"{_CONTAINERS}|bridge-utils|dns-root-data|dnsmasq-base|ubuntu-fan|{_NETFILTER}",
    "docker-ce": rf"{_CONTAINERS}|{_NETFILTER}",
    "containerd": r"runc",
    "containerd.io": r"container-selinux",
    "cri-o": r"container-selinux|containers-common|criu|conmon|crun|runc|containernetworking-plugins",
    "podman": (
        rf"conmon|containernetworking-plugins|golang-github-containers-(common|image)|containers-common|netavark"
        rf"|aardvark-dns|passt|buildah|catatonit|uidmap|libsubid\d+|dnsmasq-base|{_CONTAINERS}|{_GPG}"
        rf"|{_READLINE}|libglib2\.0-0\w*|libsqlite3-0"
    ),
    "libvirt-daemon-system": (
        rf"dmidecode|dnsmasq-base|gettext-base|libvirt[\w-]*|lib(curl3-gnutls|icu\d+|nl-3-200|numa1|parted2\w*|pciaccess0"
        rf"|popt0|ssh-4|xml2|yajl2)|logrotate|systemd-container|{_POLKIT}|{_READLINE}"
    ),
    "libvirt-daemon": r"libvirt[\w-]*|qemu-[\w-]*|dnsmasq",
    "firewalld": (
        rf"gir1\.2-nm-1\.0|libnm0|python3-(attr|dbus|firewall|jsonschema|nftables|pyrsistent|cap-ng)|firewalld-filesystem"
        rf"|{_NETFILTER}|{_POLKIT}|{_GLIB}|{_PYTHON}|{_READLINE}"
    ),
    "ufw": rf"{_PYTHON}|{_READLINE}|{_NETFILTER}",
    "tuned": (
        rf"dmidecode|gawk|libmpfr\d+|libsigsegv2|python3-(dbus|linux-procfs|pyudev|six|configobj|perf)|virt-what|hdparm"
        rf"|{_POLKIT}|{_GLIB}|{_PYTHON}|{_READLINE}"
    ),
    "nfs-kernel-server": rf"nfs-common|rpcbind|keyutils|libevent-core-2\.1-\d+\w*|libnfsidmap\w*|{_PYTHON}|{_READLINE}",
    "nfs-utils": r"rpcbind|keyutils|libnfsidmap|gssproxy|libev|libverto-libev|quota(-nls|-rpc)?|sssd-nfs-idmap",
    "nfs-common": rf"rpcbind|keyutils|libevent-core-2\.1-\d+\w*|libnfsidmap\w*|{_PYTHON}|{_READLINE}",
    "dnsmasq": r"dnsmasq-base|dns-root-data",
    "wireguard": r"wireguard-(tools|go|dkms)",
    "wireguard-tools": r"wireguard-(go|dkms)",
    # What follows is what apt-cache depends says of Debian 12.
    "nginx": r"nginx-(common|core|filesystem|mimetypes)|iproute2",
    "haproxy": r"liblua5\.[34]-0|libopentracing-c-wrapper0\w*",
    "keepalived": r"ipvsadm|iproute2|libnl-(genl-)?3-200|libsnmp40\w*|libsnmp-base|libsensors(5|-config)",
    "fail2ban": rf"whois|python3-(pyinotify|systemd)|nftables|{_PYTHON}",
    "samba": (
        rf"samba-(common|common-bin|libs|dsdb-modules|vfs-modules|ad-provision)|python3-(dnspython|samba|markdown|ldb|talloc|tdb)"
        rf"|tdb-tools|attr|lib(cups2|ldb2|popt0|talloc2|tdb1|tevent0|wbclient0)\w*|{_PYTHON}"
    ),
    "snmpd": r"libsnmp40\w*|libsnmp-base|libsensors(5|-config)",
    "qemu-guest-agent": r"libnuma1|liburing2",
    "open-vm-tools": r"zerofree|fuse3|libfuse3-3|lib(drm2|drm-common|mspack0|xmlsec1|xmlsec1-openssl|xml2)|pciutils|lsb-release|ethtool",
    "multipath-tools": r"kpartx|sg3-utils(-udev)?|libsgutils2-\S+|libaio1\w*|liburcu8\w*",
    "open-iscsi": r"libisns0\w*|libopeniscsiusr|finalrd|busybox(-static)?",
    "avahi-daemon": r"libavahi-(common3|common-data|core7)|libdaemon0|libnss-mdns",
    "prometheus-node-exporter": r"prometheus-node-exporter-collectors",
    "zabbix-agent": r"libcurl3-gnutls|libmodbus5|usbutils|pciutils",
    "cockpit": r"cockpit-[\w-]+|glib-networking|libpwquality\w*",
}
_COMPILED = {root: re.compile(pattern) for root, pattern in FAMILIES.items()}


def plain(name: str) -> str:
    """A package's name without the architecture dpkg shows for some."""
    return name.partition(":")[0]


@lru_cache(maxsize=8)
def _roots(pair: Pair, kind: str) -> dict[str, Evidence]:
    """The packages of FAMILIES that came (or went) between the recordings."""
    witness = pair.before if kind == "removed" else pair.after
    return {
        plain(change.key): witness.saw("packages", f"{change.key} {change.entry.version} ({kind})")
        for change in pair.changes("packages", kind)
        if plain(change.key) in _COMPILED
    }


def drawn_in_by(pair: Pair, name: str, kind: str) -> Evidence | None:
    """The package that drew this one in, where it came (or went) in the same difference."""
    for root, seen in _roots(pair, kind).items():
        if root != plain(name) and _COMPILED[root].fullmatch(plain(name)):
            return seen
    return None
