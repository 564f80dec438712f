"""Addresses that host-local gave to pods: the files of /var/lib/cni/networks."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.parts import parts, show
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source

_GLOB = "var/lib/cni/networks/*/*"
_PATH = re.compile(r"(?:.*/)?networks/([^/]+)/([^/]+)$")
_ADDRESS = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)$")
_CONTAINER = re.compile(r"[\w.-]+$")


class Lease(msgspec.Struct, frozen=True):
    """One address in use: by which sandbox (its id), on which interface in it ("" where the file is old)."""

    container: str
    interface: str


class LastReserved(msgspec.Struct, frozen=True):
    """Where host-local continues its search; it moves with every pod."""

    last_reserved: str


def parse(text: str) -> Parsed:
    """`<network> <address>` → Lease, `<network> last_reserved_ip.0` → LastReserved; empty: no leases."""
    found, problems = parts(text)
    entries: dict[str, Lease | LastReserved] = {}
    for part in found:
        if (path := _PATH.match(part.path)) is None:
            if not part.path:
                raise refused(text, "tail -n +1 /var/lib/cni/networks/*/*")
            problems.append(unread(part.line))
            continue
        network, name = path.groups()
        words = part.text.split()
        # files on Windows-like mounts write the colons of an IPv6 address as dashes
        address = name if _ADDRESS.match(name) else name.replace("-", ":")
        if name == "lock":
            continue
        if name.startswith("last_reserved_ip") and len(words) == 1 and _ADDRESS.match(words[0]):
            entries[f"{network} {name}"] = LastReserved(words[0])
        elif (
            _ADDRESS.match(address) and len(words) in (1, 2) and all(_CONTAINER.match(word) for word in words)
        ):
            entries[f"{network} {address}"] = Lease(words[0], words[1] if len(words) == 2 else "")
        else:
            problems.append(unread(part.line))
    return Parsed(entries, tuple(problems))


source = Source(
    name="cni_leases",
    title=Text("Pod address leases", "파드 주소 할당(host-local)"),
    files={"cni_leases.txt": show(f"/{_GLOB}")},
    parse=parse,
    aliases=("cni_networks",),
    volatile=frozenset({"last_reserved"}),
    paths=(_GLOB,),
)
