"""A worker of the lab against the recorded real worker: both as `leadline record` has them, entry by entry.

The real one (tests/data/recordings/k8s-w1) is node 2 of 2 with six pods; the lab is made so. What a real node
keeps inside its pods was recorded with the plugins alone (tests/data/lab/likeness). Where the machine that runs
the tests has another kernel or another iproute2, attributes that only one of the two knows are left out.

What the lab has not, and why: no kubelet, containerd and kube-proxy processes (their listeners, units, cgroups,
overlay and token mounts), because it needs no images; global settings of the kernel (vm.overcommit_memory,
kernel.panic, kernel.panic_on_oops), because they are the machine's.
"""

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from labs import inside, standing
from likeness import Told, apart, shared

from leadline.lab.lab import Lab

DATA = Path(__file__).parent.parent / "data"
REAL = DATA / "recordings" / "k8s-w1"
PLUGINS = DATA / "lab" / "likeness"
KUBELET = DATA / "lab" / "kube-proxy-kubelet"
POD = "web-8"
"""The pod with the address of the one whose inside was recorded."""

# The machine's own, or given by the kernel after its memory and processors.
MACHINES = re.compile(
    r"net\.core\.(?!somaxconn)|_[rw]?mem |max_orphans|max_tw_buckets|max_syn_backlog|conntrack_(max|buckets|expect_max)"
)
# A count, and a secret.
CHANCE = re.compile(r"nf_conntrack_count|tcp_fastopen_key")
# What the kernel hides from a user namespace, or tells in its numbers of users.
ROOTLESS = re.compile(r"net\.ipv6\.route\.|ping_group_range|,uid=\d+,gid=\d+")
# The recorded kube-proxy was told to leave conntrack alone; by default it sets these (its own recording,
# tests/data/lab/likeness/node/kube-proxy-sysctl.txt).
CONNTRACK = re.compile(r"nf_conntrack_tcp_timeout_(close_wait|established)")
# Settings that somebody writes, who makes a node; all others are the kernel's own.
WRITTEN = re.compile(
    r"forwarding|rp_filter|route_localnet|accept_(ra|dad) |arp_notify|bridge-nf|\.mtu |dgram_qlen"
)

OF_SERVICES = re.compile(
    r"KUBE-(SVC|SVL|EXT|FW|SEP)-|chain (endpoint|service|local|external|firewall)-\w{8}-|affinity-"
)
OF_A_SERVICE = re.compile(r'--comment "[a-z-]+/')
"""kube-proxy's part that says which Services there are; tests/lab/test_kube_proxy.py holds all of it."""


@pytest.fixture(scope="module")
def labs() -> Iterator[dict[str, Lab]]:
    """All at once: each has to wait until the kernel has found its IPv6 addresses unique."""
    wished: dict[str, dict[str, Any]] = {
        "iptables": {"nodes": 2, "pods": 6},
        "nftables": {"nodes": 2, "pods": 6, "proxy": "nftables"},
        "vxlan": {"nodes": 3, "pods": 0},
        "host-gw": {"nodes": 3, "pods": 0, "backend": "host-gw"},
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(standing(**wishes)) for name, wishes in wished.items()}


@pytest.fixture(scope="module")
def folder(labs: dict[str, Lab], tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("likeness")
    record(labs["iptables"], into, "k8s-w1")
    return record(labs["iptables"], into, POD)  # after it: what runs in a pod is seen on its node


@pytest.fixture(scope="module")
def ours(folder: Path) -> Told:
    return Told(folder / "k8s-w1")


@pytest.fixture(scope="module")
def pod(folder: Path) -> Told:
    return Told(folder / POD)


REAL_WORKER = Told(REAL / "after")
PLUGINS_NODE = Told(PLUGINS / "node", "addr.json")
PLUGINS_POD = Told(PLUGINS / "pod", "addr.json")


def record(lab: Lab, into: Path, name: str) -> Path:
    """`leadline record` of a node or pod, as soon as the kernel has found its IPv6 addresses unique."""
    until = time.monotonic() + 10
    while "tentative" in inside(lab, name, "ip addr"):
        assert time.monotonic() < until
        time.sleep(0.05)
    target = f"lab:{lab.name}/{name}"
    subprocess.run([sys.executable, "-m", "leadline", "record", target, "--to", into], check=True)
    return into


@cache
def same_machine() -> bool:
    """Whether the tests run with the kernel and the iproute2 of the recordings."""
    release = (REAL / "after" / "uname.txt").read_text().split()[2].rsplit(".", 1)[0]
    tool = subprocess.run(["ip", "-V"], capture_output=True, text=True, check=True).stdout
    return os.uname().release.startswith(f"{release}.") and "iproute2-6.1.0" in tool


def alike(recorded: Sequence[Any], ours: Sequence[Any]) -> None:
    if not same_machine():
        recorded, ours = shared(recorded, ours)
    assert apart(recorded, ours) == {}


def permanent(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in entries if each["state"] in ("permanent", ["PERMANENT"])]


def settings(told: Told) -> list[str]:
    left_out = [MACHINES, CHANCE, *([ROOTLESS] if os.geteuid() else [])]
    kept = [
        line
        for line in told.lines("sysctl.txt", r"^net\.")
        if not any(each.search(line) for each in left_out)
    ]
    return kept if same_machine() else [line for line in kept if WRITTEN.search(line)]


def without_services(chains: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        chain: [
            re.sub(r"(?<=--to-destination )\S+", "<pod>", rule)
            for rule in rules
            if not OF_A_SERVICE.search(rule)
        ]
        for chain, rules in chains.items()
        if not OF_SERVICES.search(chain)
    }


def test_interfaces(ours: Told) -> None:
    alike(REAL_WORKER.entries("ip_addr.json"), ours.entries("ip_addr.json"))


def test_routes(ours: Told) -> None:
    alike(REAL_WORKER.lines("ip_route_all.txt"), ours.lines("ip_route_all.txt"))


def test_rules(ours: Told) -> None:
    assert ours.lines("ip_rule.txt")[:3] == REAL_WORKER.lines("ip_rule.txt")


def test_neighbours(ours: Told) -> None:
    assert permanent(ours.entries("ip_neigh.json"))
    alike(permanent(REAL_WORKER.entries("ip_neigh.json")), permanent(ours.entries("ip_neigh.json")))


def test_forwarding_entries(ours: Told) -> None:
    alike(permanent(REAL_WORKER.entries("bridge_fdb.json")), permanent(ours.entries("bridge_fdb.json")))


def test_bridge_ports(ours: Told) -> None:
    port = r"^\d+: "
    recorded, own = (
        [re.sub(port, "", line) for line in each.lines("bridge_link.txt", port)]
        for each in (REAL_WORKER, ours)
    )
    alike(recorded, own)
    # the tool names the other end by its number, as if it were on the node
    ports, plugins = (
        [{**each, "link": "any"} for each in told.entries("bridge_link.json")]
        for told in (ours, PLUGINS_NODE)
    )
    for each in ports:
        alike(plugins[:1], [each])


def test_settings(ours: Told) -> None:
    recorded = [line for line in settings(REAL_WORKER) if not CONNTRACK.search(line)]
    assert len(recorded) > (800 if same_machine() else 100)
    alike(recorded, [line for line in settings(ours) if not CONNTRACK.search(line)])
    written = [
        line[2:]
        for line in (PLUGINS / "node" / "kube-proxy-sysctl.txt").read_text().splitlines()
        if line[0] == ">"
    ]
    assert sorted(filter(CONNTRACK.search, settings(ours))) == sorted(filter(CONNTRACK.search, written))


def test_iptables(ours: Told) -> None:
    recorded = without_services(REAL_WORKER.chains("iptables-save.txt"))
    assert without_services(ours.chains("iptables-save.txt")) == recorded


def test_ip6tables(ours: Told) -> None:
    # of a kubelet and a kube-proxy that were started once; the worker's kube-proxy had been in another mode before
    recorded = PLUGINS_NODE.chains(KUBELET / "ip6tables-save.txt")
    assert ours.chains("ip6tables-save.txt") == recorded


def test_rules_of_nftables_mode(labs: dict[str, Lab], tmp_path: Path) -> None:
    ours = Told(record(labs["nftables"], tmp_path, "k8s-w1") / "k8s-w1")
    worker = Told(REAL / "after-nftables")
    recorded = without_services(worker.chains("iptables-save.txt"))
    # left behind by the kube-proxy of the hour before, which was in iptables mode
    left = {f"{table} KUBE-PROXY-CANARY -" for table in ("mangle", "filter", "nat")} | {
        "nat KUBE-MARK-MASQ -"
    }
    assert without_services(ours.chains("iptables-save.txt")) == {
        k: v for k, v in recorded.items() if k not in left
    }
    # of the version whose rules the lab has; the worker's is two older
    kube_proxy = Told(REAL / "after").nft(
        DATA / "lab" / "kube-proxy" / "01-base" / "nftables.txt", "ip kube-proxy"
    )
    assert chains_only(ours.nft("nft_ruleset.txt", "ip kube-proxy")) == chains_only(kube_proxy)


def chains_only(table: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: rules for name, rules in without_services(table).items() if name.startswith("chain")}


def test_mounts(ours: Told) -> None:
    # as sets: the real worker has two more sandboxes, in the node's network namespace
    pattern = "nsfs|/sandboxes/[^ ]*/shm "
    own = ours.mounts(pattern)
    mounts = {ROOTLESS.sub("", mount) for mount in own} if os.geteuid() else set(own)
    assert mounts == set(REAL_WORKER.mounts(pattern))
    assert len(ours.mounts("nsfs")) == len(REAL_WORKER.mounts("nsfs"))


def test_kernel_listens(ours: Told) -> None:
    assert [" ".join(line.split()) for line in ours.lines("ss.txt", ":8472")] == [
        " ".join(line.split()) for line in REAL_WORKER.lines("ss-tulnp.txt", ":8472")
    ]


@pytest.mark.parametrize("backend", ["vxlan", "host-gw"])
def test_flannel_alone(labs: dict[str, Lab], backend: str, tmp_path: Path) -> None:
    """Three nodes before the first pod: what flanneld has made, against recordings of it alone (whose
    masquerading is another than the worker's)."""
    folder = record(labs[backend], tmp_path, "k8s-w1") / "k8s-w1"
    ours, recorded = Told(folder), Told(PLUGINS / f"flannel-{backend}")
    for file in ("ip_addr.json", "ip_neigh.json", "bridge_fdb.json"):
        kept = permanent if file != "ip_addr.json" else list
        alike(kept(recorded.entries(file)), kept(ours.entries(file)))
    alike(recorded.lines("ip_route_all.txt"), ours.lines("ip_route_all.txt"))
    assert (folder / "subnet_env.txt").read_text().partition(" <==\n")[2].strip() == recorded.text(
        "subnet.env"
    ).strip()


def test_files_of_flannel(folder: Path) -> None:
    worker, recorded = folder / "k8s-w1", REAL / "after" / "files"
    _, _, text = (worker / "subnet_env.txt").read_text().partition(" <==\n")
    assert text.strip() == (recorded / "run/flannel/subnet.env").read_text().strip()
    _, _, text = (worker / "cni_config.txt").read_text().partition(" <==\n")
    assert json.loads(text) == json.loads((recorded / "etc/cni/net.d/10-flannel.conflist").read_text())


def test_files_of_the_plugins(labs: dict[str, Lab]) -> None:
    """Names, modes, sizes and contents."""
    script = (
        "cd /var/lib/cni; find . -path ./results -prune -o -type f -print | "
        'while read f; do stat -c "== %n %a %s" $f; cat -A $f; echo; done'
    )
    found, recorded = (
        {re.sub(r"[0-9a-f]{64}|10\.244\.1\.\d", "<own>", file).strip() for file in listed.split("== ")[1:]}
        for listed in (
            inside(labs["iptables"], "k8s-w1", script),
            (PLUGINS / "node" / "var-lib-cni.txt").read_text(),
        )
    )
    assert found == recorded


def test_files_of_libcni(labs: dict[str, Lab]) -> None:
    """Against those of a real containerd (1.6.20, with the plugins 1.1.1), of two pods, the second with a hostPort.

    Its libcni did not tell the network namespace yet; its pods' network was the bridge plugin's, called directly."""
    script = "cd /var/lib/cni/results; stat -c %a * | sort -u; for f in *; do echo == $f; cat $f; echo; done"
    modes, *listed = inside(labs["iptables"], "k8s-w1", script).split("== ")
    assert modes.split() == ["600"]
    _, *recorded = (PLUGINS / "containerd" / "results.txt").read_text().split("== ")
    found, real = ({json.dumps(_attached(file)) for file in files} for files in (listed, recorded))
    assert found == real


CHANCES = re.compile(
    r"\b(?:[0-9a-f]{64}|veth[0-9a-f]{8}|(?!00:00:)[0-9a-f]{2}(?::[0-9a-f]{2}){5}|web-\d+|10\.244\.1\.[2-9]"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"
)


def _attached(file: str) -> dict[str, Any]:
    """One of libcni's files, with its name and the order of its fields, without what is chance."""
    name, _, text = CHANCES.sub("<own>", file).partition("\n")
    kept = json.loads(text)
    assert kept.pop("netns", None) in (None, "/var/run/netns/cni-<own>")
    config = json.loads(base64.b64decode(kept.pop("config")))
    kept["config"] = [config["name"], config["cniVersion"]]
    kept["cniArgs"].sort()
    return {"name": name, **kept}


def test_namespaces(ours: Told) -> None:
    """Which namespaces a pod's first process, pause, makes and shares, and which each container has alone."""
    real = owners(REAL_WORKER, "pause", "httpd", "sleep", "sh")
    assert real == {"pause": ALONE | {"net shared", "ipc shared", "uts shared"}, "container": ALONE}
    lab = owners(ours, "pause", "web")
    assert lab["pause"] == real["pause"]
    # the real worker has the first version of control groups, with which containers share the node's
    assert lab["container"] == real["container"] | {"cgroup alone"}


ALONE = {"mnt alone", "pid alone"}


def owners(told: Told, *names: str) -> dict[str, set[str]]:
    """Role → the kinds of namespace that its processes came first into, and whether others are there."""
    found: dict[str, set[str]] = {}
    flat = re.findall(
        r'"type": "(\w+)",\s+"nprocs": (\d+),\s+"pid": (\d+),(?:\s+"ppid": \d+,)?\s+"user": "[^"]*",\s+"command": "([^"]*)"',
        told.text("lsns.json"),
    )
    with_network = {pid for kind, _, pid, _ in flat if kind == "net"}
    for kind, count, pid, command in flat:
        name = command.split()[0].rpartition("/")[2]
        if name not in names or (name == "pause" and pid not in with_network):
            continue
        own = 2 if name == "sh" else 1  # a shell with its `sleep`
        found.setdefault("pause" if name == "pause" else "container", set()).add(
            f"{kind} {'alone' if int(count) == own else 'shared'}"
        )
    return found


def test_interfaces_of_a_pod(pod: Told, ours: Told) -> None:
    # Both ends have the same queue, none by the worker's older plugins: of it only the node's end was recorded.
    recorded, own = PLUGINS_POD.entries("addr.json"), pod.entries("ip_addr.json")
    for inner, outer in ((recorded, PLUGINS_NODE.entries("addr.json")), (own, ours.entries("ip_addr.json"))):
        ends = {each.pop("txqlen", 0) for each in inner if each["ifname"] == "eth0"}
        assert ends == {each.get("txqlen", 0) for each in outer if each["ifname"] == "veth"}
    alike(recorded, own)


def test_routes_of_a_pod(pod: Told) -> None:
    alike(PLUGINS_POD.entries("route.json"), pod.entries("ip_route.json"))


def test_settings_of_a_pod(pod: Told) -> None:
    alike(settings(PLUGINS_POD), settings(pod))
