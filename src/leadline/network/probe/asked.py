"""What a probe is asked for: what to send, from where, and where to look meanwhile."""

import msgspec

from leadline.hosts.host import Host
from leadline.network.probe.agent import Tool


class Namespace(msgspec.Struct, frozen=True):
    """A network namespace of a host. `path`: of its file there (`/run/netns/NAME`, `/proc/PID/ns/net`), "" for the
    host's own; `name`: what observations call it, "" for the host's own."""

    name: str = ""
    path: str = ""


class Station(msgspec.Struct, frozen=True):
    """A host where the packets may pass, with the namespaces to capture in. `tools`: the first that is there captures;
    tcpdump first leaves the receiver's MAC address unknown, and needs one that can tell the interface (4.99)."""

    host: Host
    namespaces: tuple[Namespace, ...] = (Namespace(),)
    tools: tuple[Tool, ...] = ("python3", "tcpdump")


class Origin(msgspec.Struct, frozen=True):
    """Where the packets begin. `source`: the address to send from, "" for the one that the routes choose."""

    host: Host
    namespace: Namespace = Namespace()
    source: str = ""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent. `size`: bytes of the IP packet (UDP, ICMP). `count`: how many, `pause` seconds apart, each waiting
    up to `timeout` seconds: a kernel looks for a neighbour for 3 until it says that the host is unreachable. `request`: what a TCP connection sends; without one it is only made and closed.
    `addresses`, `ports`: every one that the packets may bear beside the destination's: the source's, endpoints', those
    that are rewritten to. `tunnels`: ports of VXLAN."""

    protocol: str
    destination: str
    port: int = 0
    size: int = 64
    df: bool = False
    count: int = 1
    timeout: float = 4.0
    pause: float = 0.05
    request: bytes = b""
    addresses: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    tunnels: tuple[int, ...] = (8472, 4789)
    limit: int = 5000
