"""Which file asks for a kernel setting, and whose file that is."""

from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec

from leadline.explain.witness import Witness

# Files under /etc that a package or a component writes: the start of the file's name -> its owner.
OWNERS = {
    "10-apparmor": "distribution",
    "10-bufferbloat": "distribution",
    "10-console-messages": "distribution",
    "10-default-yama-scope": "distribution",
    "10-ipv6-privacy": "distribution",
    "10-kernel-hardening": "distribution",
    "10-link-restrictions": "distribution",
    "10-lxd-inotify": "lxd",
    "10-magic-sysrq": "distribution",
    "10-map-count": "distribution",
    "10-microk8s": "microk8s",
    "10-netavark-": "podman",
    "10-network-security": "distribution",
    "10-ptrace": "distribution",
    "10-zeropage": "distribution",
    "60-gce-network-security": "distribution",
    "99-cloudimg-ipv6": "distribution",
    "99-protect-links": "distribution",
    "99-zzz-override_cilium": "cilium",
}


class Asked(msgspec.Struct, frozen=True):
    """A line of a sysctl file: the file, the value it asks for, and its owner
    (`administrator` where nothing says that a package or component writes this file)."""

    file: str
    value: str
    owner: str


class _Files(msgspec.Struct, frozen=True):
    exact: dict[str, list[Asked]]
    patterns: list[tuple[str, Asked]]


@lru_cache(maxsize=4)
def _files(witness: Witness) -> _Files:
    files = _Files({}, [])
    for entry, value in witness.entries("sysctl_conf").items():
        file, _, rest = entry.partition(" ")
        key = rest.partition(" #")[0].lstrip("-")
        asked = Asked(file, " ".join(value.split()), owner_of(file))
        if "*" in key:
            files.patterns.append((key, asked))
        else:
            files.exact.setdefault(key, []).append(asked)
    return files


def owner_of(file: str) -> str:
    """Whose file this is, by its folder and name."""
    name = file.rpartition("/")[2]
    owner = next((owner for start, owner in OWNERS.items() if name.startswith(start)), None)
    return owner or ("distribution" if file.startswith(("/usr/lib/", "/lib/")) else "administrator")


def asked(witness: Witness, key: str, value: str) -> Asked | None:
    """The line that gives this setting this value; of several the one whose file name sorts last, as at boot."""
    files = _files(witness)
    wanted = " ".join(value.split())
    found = [line for line in files.exact.get(key, ()) if line.value == wanted]
    if not found:
        found = [line for glob, line in files.patterns if line.value == wanted and fnmatchcase(key, glob)]
    return max(found, key=lambda line: line.file.rpartition("/")[2], default=None)


def recorded(witness: Witness) -> bool:
    """Whether this side has the sysctl files, so that what they do not say is known too."""
    return "sysctl_conf" in witness.snapshot.names()


def vendor_recorded(witness: Witness) -> bool:
    """Whether the distribution's own files (below /usr/lib) are among them."""
    return any(entry.startswith(("/usr/lib/", "/lib/")) for entry in witness.entries("sysctl_conf"))
