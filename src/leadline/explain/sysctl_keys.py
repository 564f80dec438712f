"""How a sysctl key is built: the interface whose tree holds it, and the setting's own name."""

import re
from functools import lru_cache

_INTERFACE = re.compile(r"net\.(?:ipv4|ipv6|mpls)\.(?:conf|neigh)\.([^.]+)\.(.+)")


@lru_cache(maxsize=16384)
def interface_of(key: str) -> str | None:
    """The interface whose per-interface tree holds the key (`flannel/1` is `flannel.1`); None for others,
    and for `all` and `default`, which are not interfaces."""
    match = _INTERFACE.fullmatch(key)
    if match is None or match[1] in ("all", "default"):
        return None
    return match[1].replace("/", ".")


def leaf_of(key: str) -> str:
    """The last part of a key: the setting's own name."""
    return key.rpartition(".")[2]
