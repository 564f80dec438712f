"""tuned's profiles: the kernel settings each one writes, and which of them a host shows.

Values are those of the profile with what it includes (tuned 2.9-2.28, profiles/*/tuned.conf).
"""

from functools import lru_cache

from leadline.explain.components import seen
from leadline.explain.pair import Pair
from leadline.explain.witness import Evidence, Witness

_THROUGHPUT = {"vm.dirty_ratio": "40", "vm.dirty_background_ratio": "10", "vm.swappiness": "10"}
_LATENCY = {"vm.dirty_ratio": "10", "vm.dirty_background_ratio": "3", "vm.swappiness": "10"}
PROFILES = {
    "throughput-performance": _THROUGHPUT,
    "virtual-guest": {**_THROUGHPUT, "vm.dirty_ratio": "30", "vm.swappiness": "30"},
    "virtual-host": {**_THROUGHPUT, "vm.dirty_background_ratio": "5"},
    "latency-performance": _LATENCY,
    "network-latency": {
        **_LATENCY,
        "net.core.busy_read": "50",
        "net.core.busy_poll": "50",
        "net.ipv4.tcp_fastopen": "3",
        "kernel.numa_balancing": "0",
        "kernel.hung_task_timeout_secs": "600",
        "kernel.nmi_watchdog": "0",
        "vm.stat_interval": "10",
        "kernel.timer_migration": "0",
    },
    "network-throughput": {
        **_THROUGHPUT,
        "net.ipv4.tcp_rmem": "4096\t131072\t16777216",
        "net.ipv4.tcp_wmem": "4096\t16384\t16777216",
    },
    "hpc-compute": {
        **_LATENCY,
        "vm.min_free_kbytes": "135168",
        "vm.zone_reclaim_mode": "1",
        "kernel.numa_balancing": "0",
        "net.core.busy_read": "50",
        "net.core.busy_poll": "50",
        "net.ipv4.tcp_fastopen": "3",
    },
    "oracle": {
        **_THROUGHPUT,
        "vm.dirty_background_ratio": "3",
        "kernel.panic_on_oops": "1",
        "kernel.shmmax": "4398046511104",
        "kernel.shmall": "1073741824",
        "kernel.sem": "250\t32000\t100\t128",
        "fs.file-max": "6815744",
        "fs.aio-max-nr": "1048576",
        "net.ipv4.ip_local_port_range": "9000\t65499",
    },
    "postgresql": {
        "vm.swappiness": "3",
        "vm.dirty_bytes": "536870912",
        "vm.dirty_background_bytes": "67108864",
        "kernel.sched_autogroup_enabled": "0",
    },
    "mssql": {
        "vm.swappiness": "1",
        "vm.dirty_background_ratio": "3",
        "vm.dirty_ratio": "80",
        "vm.dirty_expire_centisecs": "500",
        "vm.dirty_writeback_centisecs": "100",
        "vm.max_map_count": "1600000",
    },
    "sap-netweaver": {
        **_THROUGHPUT,
        "kernel.sem": "32000\t1024000000\t500\t32000",
        "vm.max_map_count": "2147483647",
    },
    "openshift": {
        "net.netfilter.nf_conntrack_max": "1048576",
        "net.ipv4.conf.all.arp_announce": "2",
        "net.ipv4.neigh.default.gc_thresh1": "8192",
        "net.ipv4.neigh.default.gc_thresh2": "32768",
        "net.ipv4.neigh.default.gc_thresh3": "65536",
        "net.ipv6.neigh.default.gc_thresh1": "8192",
        "net.ipv6.neigh.default.gc_thresh2": "32768",
        "net.ipv6.neigh.default.gc_thresh3": "65536",
        "vm.max_map_count": "262144",
    },
    "openshift-node": {
        "net.ipv4.tcp_fastopen": "3",
        "fs.inotify.max_user_watches": "65536",
        "fs.inotify.max_user_instances": "8192",
    },
    "atomic-host": {
        "kernel.pid_max": "131072",
        "net.netfilter.nf_conntrack_max": "1048576",
        "fs.inotify.max_user_watches": "65536",
    },
}

KEYS = frozenset(key for values in PROFILES.values() for key in values)


@lru_cache(maxsize=4)
def profiles(witness: Witness) -> tuple[str, ...]:
    """The profiles of which every setting has its value on this side."""
    return tuple(name for name, values in PROFILES.items() if witness.sysctls(values))


def sets(witness: Witness, key: str, value: str) -> tuple[Evidence, ...]:
    """Evidence of tuned where it is seen and a profile that is whole here gives this setting this value."""
    if any(PROFILES[name].get(key) == value for name in profiles(witness)):
        return seen(witness, "tuned")
    return ()


@lru_cache(maxsize=4)
def moved(pair: Pair) -> dict[str, int]:
    """The profiles that are whole on the after side → how many of their settings changed to it."""
    counts = {}
    for name in profiles(pair.after):
        changes = [pair.change("sysctl", key) for key in PROFILES[name]]
        counts[name] = sum(change is not None and change.kind == "changed" for change in changes)
    return counts
