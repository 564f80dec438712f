"""What one side of a comparison can testify: the evidence that rules ask for."""

from collections import Counter
from functools import cached_property
from typing import Any, Literal

import msgspec

from leadline.explain.sysctl_keys import interface_of
from leadline.snapshot.snapshot import Snapshot

# The kernel gives each interface more than forty settings; a few lines alone may come from anywhere.
_TREE = 10


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One thing seen in a snapshot: on which side, in which fact, and its text as the host shows it."""

    side: Literal["before", "after"]
    fact: str
    text: str


class Witness:
    """One side's snapshot, asked by rules. Every method gives Evidence, or None where nothing is seen."""

    def __init__(self, side: Literal["before", "after"], snapshot: Snapshot) -> None:
        self.side = side
        self.snapshot = snapshot

    def entries(self, fact: str) -> Any:
        """The entries of a fact by key; empty where it was not recorded."""
        return self.snapshot.entries(fact)

    def saw(self, fact: str, text: str) -> Evidence:
        """Evidence of a rule's own finding."""
        return Evidence(self.side, fact, text)

    @cached_property
    def _programs(self) -> dict[str, dict[str, Evidence]]:
        """Program name (as the kernel keeps it: 15 characters) → fact → where it was seen running."""
        seen: dict[str, dict[str, Evidence]] = {}

        def add(name: str, fact: str, text: str) -> None:
            seen.setdefault(name[:15], {}).setdefault(fact, self.saw(fact, text))

        for key, listener in self.entries("ss").items():
            for name in listener.processes or ():
                add(name, "ss", f"{key} {name}")
        for name in self.entries("processes"):
            add(name, "processes", name)
        for name, service in self.entries("services").items():
            if service.sub == "running":
                add(name.removesuffix(".service"), "services", f"{name} running")
        return seen

    def programs(self, *names: str) -> tuple[Evidence, ...]:
        """Every fact in which one of these programs is seen running (longer names are cut to 15 characters)."""
        return tuple(found for name in names for found in self._programs.get(name[:15], {}).values())

    def process(self, *names: str) -> Evidence | None:
        """One of these programs running."""
        return next(iter(self.programs(*names)), None)

    def container(self, *names: str) -> Evidence | None:
        """A CRI container of one of these names (`flanneld` runs in the container `kube-flannel`)."""
        for container in self.entries("crictl_ps").values():
            if container.name in names:
                return self.saw("crictl_ps", f"{container.name} ({container.state})")
        return None

    @cached_property
    def _trees(self) -> Counter[str]:
        """Interface → how many settings of its own the kernel shows for it in sysctl."""
        found: Counter[str] = Counter()
        for key in self.entries("sysctl"):
            if key.startswith("net.ipv") and (name := interface_of(key)) is not None:
                found[name] += 1
        return found

    def links(self) -> list[str]:
        """The names of all interfaces: as recorded, else those whose trees of settings sysctl shows."""
        recorded = self.entries("ip_addr")
        if recorded:
            return list(recorded)
        return [name for name, size in self._trees.items() if size >= _TREE]

    def interface(self, *names: str, kind: str | None = None) -> Evidence | None:
        """An interface of one of these names; with `kind`, only where its kind is that or unknown.

        Where interfaces were not recorded, its tree of settings in sysctl shows that it is there.
        """
        recorded = self.entries("ip_addr")
        for name in names:
            entry = recorded.get(name)
            if entry is not None and (kind is None or entry.kind in (None, kind)):
                return self.saw("ip_addr", f"{name} mtu {entry.mtu}")
            if not recorded and self._trees[name] >= _TREE:
                return self.saw("sysctl", f"{self._trees[name]} settings of {name}")
        return None

    def mount(self, *prefixes: str, fstype: str | None = None) -> Evidence | None:
        """A mount below one of these paths (findmnt, else df)."""
        for fact in ("findmnt", "df"):
            for target, entry in self.entries(fact).items():
                if target.startswith(prefixes) and (fstype is None or entry.fstype == fstype):
                    return self.saw(fact, f"{target} {entry.fstype}")
        return None

    @cached_property
    def _chains(self) -> dict[str, Evidence]:
        chains: dict[str, Evidence] = {}
        for fact in ("iptables", "ip6tables", "nft"):
            for key in self.entries(fact):
                words = key.split()
                if words[0] == "chain":
                    chains.setdefault(words[-1], self.saw(fact, key))
        return chains

    def chain(self, *names: str) -> Evidence | None:
        """A firewall chain of one of these names, in iptables or nftables."""
        for name in names:
            if (found := self._chains.get(name)) is not None:
                return found
        return None

    def chains(self, prefix: str) -> Evidence | None:
        """A firewall chain whose name begins so."""
        return next((found for name, found in self._chains.items() if name.startswith(prefix)), None)

    def sysctls(self, values: dict[str, str]) -> tuple[Evidence, ...]:
        """These settings, all of them with these values: a component's whole signature; else nothing."""
        have = self.entries("sysctl")
        if all(have.get(key) == value for key, value in values.items()):
            return tuple(self.saw("sysctl", f"{key} = {value}") for key, value in values.items())
        return ()

    def unit(self, *names: str) -> Evidence | None:
        """A systemd unit that is loaded and active, or enabled."""
        for name in names:
            if (service := self.entries("services").get(name)) is not None and service.active == "active":
                return self.saw("services", f"{name} active")
            if (unit := self.entries("unit_files").get(name)) is not None and unit.enabled.startswith(
                "enabled"
            ):
                return self.saw("unit_files", f"{name} {unit.enabled}")
        return None

    def package(self, *names: str) -> Evidence | None:
        """An installed package."""
        for name in names:
            if (found := self.entries("packages").get(name)) is not None:
                return self.saw("packages", f"{name} {found.version}")
        return None


def first(*found: Evidence | None) -> tuple[Evidence, ...]:
    """The first thing seen, as a rule's evidence; empty where nothing was."""
    return next(((each,) for each in found if each is not None), ())
