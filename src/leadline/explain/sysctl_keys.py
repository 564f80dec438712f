"""How a sysctl key is built: the interface whose tree holds it, and the setting apart from the interface."""

from functools import lru_cache
from typing import NamedTuple

_FAMILIES = ("ipv4", "ipv6", "mpls")
_TREES = ("conf", "neigh")
_NO_INTERFACE = ("all", "default")


class Place(NamedTuple):
    """`net.ipv4.conf.flannel/1.rp_filter`: of the interface `flannel.1`, the setting
    `net.ipv4.conf.*.rp_filter`, which starts as a copy of `net.ipv4.conf.default.rp_filter`.

    Some tools print the interface's own dots, as no setting's name has one. Other keys, `all` and `default` among them, are of no interface (None) and stand for themselves.
    """

    interface: str | None
    setting: str
    default: str


# A node with several hundred pods has as many keys; each is asked for more than once.
@lru_cache(maxsize=65536)
def place_of(key: str) -> Place:
    """The parts of a key."""
    if key.startswith("net."):
        parts = key.split(".", 3)
        if len(parts) == 4:
            _, family, tree, rest = parts
            name, _, leaf = rest.rpartition(".")
            if name and family in _FAMILIES and tree in _TREES and name not in _NO_INTERFACE:
                return Place(name.replace("/", "."), *_setting(family, tree, leaf))
    return Place(None, key, key)


@lru_cache(maxsize=1024)
def _setting(family: str, tree: str, leaf: str) -> tuple[str, str]:
    return f"net.{family}.{tree}.*.{leaf}", f"net.{family}.{tree}.default.{leaf}"


def interface_of(key: str) -> str | None:
    """The interface whose tree of settings holds the key; None for other keys."""
    return place_of(key).interface


def leaf_of(key: str) -> str:
    """The last part of a key: the setting's own name."""
    return key.rpartition(".")[2]
