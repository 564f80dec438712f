"""What a probe is asked for: what to send, from where, and where to look meanwhile."""

from collections.abc import Iterator

import msgspec

from leadline.hosts.host import Host
from leadline.network.packet import Packet, dotted
from leadline.network.probe.agent import Tool
from leadline.network.probe.decode import VXLAN_PORTS
from leadline.network.result import Trace


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


def wanted(
    trace: Trace, *, count: int = 1, timeout: float = 4.0, request: bytes = b"", tunnels: tuple[int, ...] = ()
) -> Wanted:
    """The traced flow as it is sent, with every address and port that the trace knows it to bear. `tunnels`: ports of
    VXLAN beside the usual ones."""
    packet = trace.flow.packet
    addresses: dict[int, None] = {}
    ports: dict[int, None] = {}
    for each in _packets(trace):
        addresses |= {each.source: None, each.destination: None}
    for branch in trace.branches:
        if branch.endpoint:
            ports[int(branch.endpoint.rpartition(":")[2])] = None
    return Wanted(
        protocol=packet.protocol,
        destination=dotted(packet.destination),
        port=packet.destination_port or 0,
        size=packet.size,
        df=packet.df,
        count=count,
        timeout=timeout,
        request=request,
        addresses=tuple(map(dotted, addresses)),
        ports=tuple(ports),
        tunnels=tuple(dict.fromkeys((*tunnels, *sorted(VXLAN_PORTS)))),
    )


def _packets(trace: Trace) -> Iterator[Packet]:
    for branch in trace.branches:
        for way in (branch.request, branch.reply):
            for hop in way.hops if way is not None else ():
                for each in (hop.packet, hop.leaves):
                    if each is not None:
                        yield each.frame.packet if each.frame is not None else each
