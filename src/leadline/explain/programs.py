"""Which systemd unit or container runs a program that listens."""

from functools import lru_cache

from leadline.explain.pair import Pair
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

# Programs whose unit has another name than they have.
_UNITS = {
    "sshd": ("ssh.service", "sshd.service", "ssh.socket", "sshd.socket"),
    "chronyd": ("chrony.service", "chronyd.service"),
    "ntpd": ("ntp.service", "ntpd.service", "ntpsec.service"),
    "systemd-resolve": ("systemd-resolved.service",),
    "systemd-network": ("systemd-networkd.service",),
    "systemd-timesyn": ("systemd-timesyncd.service",),
    "dhclient": ("networking.service", "ifup@eth0.service", "NetworkManager.service", "network.service"),
    "dhcpcd": ("dhcpcd.service", "networking.service"),
    "avahi-daemon": ("avahi-daemon.service",),
    "cupsd": ("cups.service",),
    "cups-browsed": ("cups-browsed.service",),
    "master": ("postfix.service", "postfix@-.service"),
    "exim4": ("exim4.service",),
    "cockpit-tls": ("cockpit.service", "cockpit.socket"),
    "cockpit-ws": ("cockpit.service", "cockpit.socket"),
    "pmcd": ("pmcd.service",),
    "pmproxy": ("pmproxy.service",),
    "pmlogger": ("pmlogger.service",),
    "apache2": ("apache2.service",),
    "/usr/sbin/apach": ("apache2.service",),
    "httpd": ("httpd.service",),
    "node_exporter": ("node_exporter.service", "prometheus-node-exporter.service", "node-exporter.service"),
    "prometheus-node": ("prometheus-node-exporter.service",),
    "named": ("named.service", "bind9.service"),
    "smbd": ("smbd.service", "smb.service"),
    "nmbd": ("nmbd.service", "nmb.service"),
    "mysqld": ("mysql.service", "mysqld.service"),
    "mariadbd": ("mariadb.service",),
    "postgres": ("postgresql.service",),
    "agent": ("datadog-agent.service",),
    "trace-agent": ("datadog-agent-trace.service",),
    "process-agent": ("datadog-agent-process.service",),
    "zabbix_agentd": ("zabbix-agent.service",),
    "zabbix_agent2": ("zabbix-agent2.service",),
    "zabbix_server": ("zabbix-server.service",),
    "zabbix_proxy": ("zabbix-proxy.service",),
    "grafana": ("grafana-server.service",),
    "alertmanager": ("alertmanager.service", "prometheus-alertmanager.service"),
    "charon": ("strongswan-starter.service", "strongswan.service"),
    "charon-systemd": ("strongswan.service",),
    "pluto": ("ipsec.service",),
    "openvpn": ("openvpn-server@server.service", "openvpn@server.service"),
    "redis-server": ("redis-server.service", "redis.service"),
}
_SHIM = "containerd-shim"


@lru_cache(maxsize=8)
def _by_program(witness: Witness) -> dict[str, str]:
    """The first 15 characters of each running service's name → the service."""
    return {
        name.removesuffix(".service")[:15]: name
        for name, service in witness.entries("services").items()
        if service.active == "active" and name.endswith(".service")
    }


def unit_of(witness: Witness, program: str) -> str | None:
    """The active unit that runs this program on this side; None where none of that name is seen."""
    for name in _UNITS.get(program[:15], ()):
        service = witness.entries("services").get(name)
        if service is not None and service.active == "active":
            return name
    return _by_program(witness).get(program[:15])


def started(pair: Pair, change: Change, unit: str) -> Evidence | None:
    """That a unit began (or, for what was removed, stopped) to run between the two recordings."""
    witness = pair.side(change)
    other = pair.after if change.kind == "removed" else pair.before
    here, there = witness.entries("services").get(unit), other.entries("services").get(unit)
    if here is None or here.active != "active" or not other.entries("services"):
        return None
    if there is not None and there.active == "active":
        return None
    return witness.saw("services", f"{unit} {here.active} ({here.sub})")


def in_container(witness: Witness, program: str) -> tuple[Evidence, ...]:
    """What shows that every process of this program is a pod's: its container by OCI specification or name,
    or a parent chain that ends at Kubernetes' shims; empty where anything else may have started it."""
    short = program[:15]
    for spec in witness.entries("oci").values():
        own_network = any(each == "network" for each in spec.namespaces)
        if spec.program.rpartition("/")[2][:15] == short and spec.pod and not own_network:
            return (witness.saw("oci", f"{spec.namespace}/{spec.pod} {spec.container}"),)
    for container in witness.entries("crictl_ps").values():
        if container.name.replace("_", "-")[:15] == short.replace("_", "-") and container.state == "running":
            return (
                witness.saw(
                    "crictl_ps", f"{container.namespace or '-'}/{container.pod or '-'} {container.name}"
                ),
            )
    parents = _roots(witness, short)
    if parents == {_SHIM} and _kubernetes_shims(witness):
        return (witness.saw("processes", f"{short} <- {_SHIM}"),)
    return ()


def _roots(witness: Witness, program: str) -> set[str]:
    """The programs that started it, followed up to a shim or to one without parents of another name."""
    processes = witness.entries("processes")
    roots: set[str] = set()
    waiting, met = [program], {program}
    while waiting:
        entry = processes.get(waiting.pop())
        parents = set(entry.parents) - met if entry is not None else set()
        if entry is None or not set(entry.parents) - {program}:
            return set()
        met |= parents
        for parent in parents:
            if parent == _SHIM or parent == "systemd":
                roots.add(parent)
            else:
                waiting.append(parent)
    return roots


def _kubernetes_shims(witness: Witness) -> bool:
    """Whether all shims of this side serve Kubernetes: Docker starts its containers with shims as well."""
    shim = witness.entries("processes").get(_SHIM)
    return shim is not None and all("-namespace k8s.io" in each for each in shim.arguments)
