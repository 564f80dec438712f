"""One network namespace of a recorded host: the host's own, or a pod's."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from leadline.facts.sources.bridge_fdb import Forwarding
from leadline.facts.sources.ip_neigh import Neighbour
from leadline.facts.sources.ip_route import Route
from leadline.facts.sources.ip_rule import PolicyRule

if TYPE_CHECKING:
    from leadline.facts.listeners import Listener
    from leadline.facts.sources.ipvs import Server, Service
    from leadline.network.sight import Rules, Sight, Unknown


class End(msgspec.Struct, frozen=True):
    """An interface in a network namespace: `netns` as in Netns.key."""

    netns: tuple[str, str]
    device: str


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One interface. `kind`: veth, bridge, vxlan, loopback, ether, … `mac`, `mtu`: None where no text tells. `up`: it
    is switched on; `carrier`: its other side is there (None: not told). `addresses`: (address, prefix length).
    `master`: its bridge or bond, "" for none. `peer`: the other end of a veth pair, None where it is not known.
    `hairpin`: of a bridge port, None where it is not told. `vni`, `local`, `port`, `learning`: of a VXLAN device;
    `lower`: the interface it sends by. `raw`: the line of its text that names it.
    """

    name: str
    index: int | None = None
    kind: str
    mac: str | None = None
    mtu: int | None = None
    up: bool = True
    carrier: bool | None = None
    addresses: tuple[tuple[int, int], ...] = ()
    master: str = ""
    peer: End | None = None
    hairpin: bool | None = None
    isolated: bool | None = None
    vni: int | None = None
    local: int | None = None
    port: int | None = None
    learning: bool | None = None
    lower: str = ""
    raw: str = ""


class Netns(Protocol):
    """A network namespace as a trace needs it. What is not recorded is None, never empty.

    `key`: host and name of the namespace, "" for the host's own. `host`: the recording it is in. `place`: the pod in it
    as `namespace/name`, else its name, "" for the host's own. `inferred`: as its CNI plugin makes it, for nothing of
    it is recorded.
    """

    @property
    def key(self) -> tuple[str, str]: ...
    @property
    def host(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def inferred(self) -> bool: ...
    @property
    def links(self) -> Mapping[str, Link]: ...

    def routes(self) -> "Sequence[tuple[Route, str]] | None":
        """IPv4 routes of all tables in the kernel's order, each with its raw line."""
        ...

    def policy(self) -> "Sequence[tuple[PolicyRule, str]] | None":
        """IPv4 policy rules by priority, each with its raw line."""
        ...

    def neighbour(self, device: str, address: int) -> "tuple[Neighbour, str] | None":
        """The entry of an address with its raw line; None where there is none."""
        ...

    def forwarding(self, device: str, mac: str) -> "Sequence[tuple[Forwarding, str]]":
        """FDB entries of a MAC address on a device (a VXLAN device's own, or of a bridge's ports by the bridge)."""
        ...

    def knows(self, fact: str) -> bool:
        """Whether a source was recorded here, so that what it does not name is not there."""
        ...

    def sysctl(self, key: str) -> str | None:
        """A kernel setting; None where it was not recorded or does not exist."""
        ...

    def rules(self) -> "Sequence[Rules] | None":
        """The packet filters' rules; None where none were recorded. Empty where they were and there are none."""
        ...

    def tables(self) -> Sequence[tuple[str, str]]:
        """The nftables tables, those of iptables-nft too, by family and name, in the order they were made; () where it
        was not recorded."""
        ...

    def in_set(self, name: str, directions: tuple[str, ...], seen: "Sight") -> "bool | Unknown":
        """Whether a packet is in a set of ipset by these sides; Unknown where it was not recorded."""
        ...

    def balanced(self) -> "Sequence[tuple[Service | Server, str]] | None":
        """What IPVS shares out and among whom, each with its raw line; None where it was not recorded."""
        ...

    def listeners(self) -> "Sequence[tuple[Listener, str]] | None":
        """Listening sockets with their raw lines; None where they were not recorded."""
        ...


def named(netns: Netns) -> str:
    """What a namespace is called in a sentence."""
    return netns.place or netns.host
