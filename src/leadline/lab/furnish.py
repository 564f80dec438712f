"""What a node of the lab sees as its files: the machine's programs, and its own /run, /etc and /var/lib."""

import os
from pathlib import Path

from leadline.hosts.namespaces import BIND, MOVE, NO_DEV, NO_EXEC, NO_SUID, PRIVATE, RECURSIVE, SHARED, mount

# Directories that may be hidden under a new root while it is put together.
_PLACES = ("/mnt", "/media", "/srv", "/opt")
_OWN = {"proc", "sys", "run", "etc", "var"}
# What Kubernetes keeps there is the lab's own, whatever the machine has.
_NOT_THE_MACHINES = {"cni", "kubernetes", "kubelet", "containerd", "etcd", "hosts", "hostname", "crictl.yaml"}
_MACHINE = ".machine"
# What each node has of its own, beside /run.
_NODES = ("/etc/cni", "/var/lib/cni")
_NODES_FILES = ("/etc/hosts", "/etc/hostname")
# Only root may read what the CNI plugins keep.
_PLUGINS = "/var/lib/cni/"
_PLAIN = NO_SUID | NO_DEV


def own_root() -> None:
    """Gives this mount namespace a root of its own: the machine's directories, but an empty /run, and /etc
    and /var/lib whose entries lead to the machine's and can be replaced. Nothing mounted here is seen outside."""
    mount("", "/", flags=PRIVATE | RECURSIVE)
    root = next(place for place in _PLACES if Path(place).is_dir())
    mount("tmpfs", root, "tmpfs", _PLAIN, "mode=755")
    for entry in Path("/").iterdir():
        here = Path(root, entry.name)
        if entry.is_symlink():
            here.symlink_to(entry.readlink())
        elif entry.is_dir():
            here.mkdir()
            if entry.name not in _OWN and str(entry) != root:
                mount(str(entry), str(here), flags=BIND | RECURSIVE)
    for machines in ("etc", "var/lib"):
        behind, own = Path(root, _MACHINE, machines), Path(root, machines)
        behind.mkdir(parents=True)
        mount(f"/{machines}", str(behind), flags=BIND | RECURSIVE)
        own.mkdir(parents=True, exist_ok=True)
        for entry in behind.iterdir():
            if entry.name not in _NOT_THE_MACHINES:
                # a link stays as it is: `../usr/lib/os-release` leads nowhere from another place
                through = entry.readlink() if entry.is_symlink() else f"/{_MACHINE}/{machines}/{entry.name}"
                (own / entry.name).symlink_to(through)
    for directory in ("/var/log", "/var/tmp", *_NODES):  # noqa: S108
        Path(f"{root}{directory}").mkdir(exist_ok=True)
    for file in _NODES_FILES:
        Path(f"{root}{file}").touch()
    Path(f"{root}/var/run").symlink_to("/run")
    mount("/sys", f"{root}/sys", flags=BIND | RECURSIVE)
    mount("proc", f"{root}/proc", "proc", _PLAIN | NO_EXEC)
    os.chdir(root)
    mount(".", "/", flags=MOVE)
    os.chroot(".")
    os.chdir("/")


def own_container(shm: str) -> None:
    """/proc of this PID namespace and the pod's /dev/shm, in this mount namespace only."""
    mount("", "/", flags=PRIVATE | RECURSIVE)
    _own_proc()
    mount(shm, "/dev/shm", flags=BIND)  # noqa: S108 - where a container has it


def _own_proc() -> None:
    mount("proc", "/proc", "proc", _PLAIN | NO_EXEC)


def own_node(files: dict[str, str]) -> None:
    """The directories that differ from node to node, and these files in them (path → content).

    What is mounted is seen by everything of the node, as systemd has it."""
    mount("", "/", flags=SHARED | RECURSIVE)
    _own_proc()
    for directory in ("/run", *_NODES):
        mount("tmpfs", directory, "tmpfs", _PLAIN, "mode=755")
    for directory in ("/run/lock", "/run/netns", "/run/leadline"):
        Path(directory).mkdir()
    for path, content in files.items():
        own = Path("/run/leadline", Path(path).name) if path in _NODES_FILES else Path(path)
        own.parent.mkdir(parents=True, exist_ok=True)
        # newline: host-local ends its first line as Windows does
        with open(own, "x", newline="", opener=_plugins if path.startswith(_PLUGINS) else None) as file:
            file.write(content)
        if str(own) != path:
            mount(str(own), path, flags=BIND)


def _plugins(path: str, flags: int) -> int:
    return os.open(path, flags, 0o750 if path.endswith("/lock") else 0o600)


def kernel(values: dict[str, str]) -> None:
    """Writes kernel settings; those that this kernel does not have (br_netfilter not loaded) are left out."""
    for path, value in values.items():
        file = Path("/proc/sys", path)
        if file.exists():
            file.write_text(value)


def named_network(name: str, process: int) -> None:
    """`ip netns` and `ip link … netns NAME` know a process's network namespace by this name."""
    path = Path("/run/netns", name)
    path.touch()
    mount(f"/proc/{process}/ns/net", str(path), flags=BIND)


def shared_memory(sandbox: str) -> str:
    """The pod's /dev/shm, where containerd keeps it; its path."""
    path = Path("/run/containerd/io.containerd.grpc.v1.cri/sandboxes", sandbox, "shm")
    path.mkdir(parents=True)
    mount("shm", str(path), "tmpfs", _PLAIN | NO_EXEC, "mode=1777,size=65536k")
    return str(path)
