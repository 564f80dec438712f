"""IPVS of one namespace during one trace: its virtual services, and the connections it has given to their servers.

As Linux 6.x does it (net/netfilter/ipvs: ip_vs_core.c, ip_vs_xmit.c, ip_vs_nfct.c, and the schedulers): a connection's
first packet is given to a server, at the input hook behind all filters (priority 99) and at the output hook behind
destination NAT (-98). A server elsewhere gets it by a route of its own, which leads through the output hook anew. What
a server answers gets the service's address back where it passes: forward (100), input (98), output (-99). Conntrack is
told who will answer, without a NAT of its own, if net.ipv4.vs.conntrack is set, as kube-proxy sets it.
"""

from typing import Literal
from weakref import WeakKeyDictionary

import msgspec

from leadline.base.text import Text
from leadline.facts.sources.ipvs import Server, Service
from leadline.network.netns import Netns
from leadline.network.packet import TCP, UDP, Packet, dotted, end, number
from leadline.network.sight import Hook, Tuple
from leadline.network.trace import routing, settings
from leadline.network.trace.choices import Choices
from leadline.network.trace.scheduling import Scheduled, schedule
from leadline.network.trace.tracking import Tracking, inverse, tuple_of
from leadline.network.trace.trail import EndedError, Trail, missing

Part = Literal["answers", "requests"]
PLACES: dict[Hook, tuple[tuple[int, Part], ...]] = {
    "input": ((98, "answers"), (99, "requests")),
    "output": ((-99, "answers"), (-98, "requests")),
    "forward": ((100, "answers"),),
}
"""Where it stands at the hooks, by priority."""
FACT = "ipvs"
_DEVICE = "kube-ipvs0"
_CONNTRACK = "net.ipv4.vs.conntrack"
_SLOPPY = "net.ipv4.vs.sloppy_tcp"
_PROTOCOLS = frozenset((TCP, UDP, "sctp"))
_MARKED = "fwmark"
_FTP, _FTP_DATA, _UNPRIVILEGED = 21, 20, 1024
_PORT_UNREACHABLE = (3, 3)
_LOOPBACK_NETWORK = 127


class Kept(msgspec.Struct, frozen=True):
    """A connection. `service`, `server`: address and port; `cite`: the server's line."""

    service: tuple[int, int | None]
    server: tuple[int, int | None]
    cite: str


class Given(msgspec.Struct, frozen=True):
    """A request as its server gets it. `elsewhere`: not on this host."""

    packet: Packet
    tracking: Tracking | None
    elsewhere: bool


class Told(msgspec.Struct, frozen=True):
    """What IPVS of a namespace shares out, by protocol and address as written, each with its line."""

    services: dict[tuple[str, str], tuple[Service, str]]
    servers: dict[tuple[str, str], list[tuple[Server, str]]]


_known: "WeakKeyDictionary[Netns, Told]" = WeakKeyDictionary()


def _told(netns: Netns) -> Told:
    if netns not in _known:
        known = _known[netns] = Told({}, {})
        for each, line in netns.balanced() or ():
            if isinstance(each, Service):
                known.services[each.protocol, each.address] = (each, line)
            else:
                known.servers.setdefault((each.protocol, each.service), []).append((each, line))
    return _known[netns]


class Ipvs:
    """IPVS of one namespace."""

    def __init__(self, netns: Netns, choices: Choices) -> None:
        self._netns = netns
        self._choices = choices
        self._requests: dict[Tuple, Kept] = {}
        self._answers: dict[Tuple, Kept] = {}

    def answer(
        self, trail: Trail, hook: Hook, packet: Packet, tracking: Tracking | None
    ) -> tuple[Packet, Tracking | None] | None:
        """What a server answers, or an error message about what one was sent, with the service's address as its
        source; None for everything else (ip_vs_out_hook)."""
        about = packet.about
        kept = self._answers.get(inverse(tuple_of(about)) if about is not None else tuple_of(packet))
        if kept is None:
            return None
        address, port = kept.service
        if about is not None:
            about = msgspec.structs.replace(about, destination=address, destination_port=port)
            now = msgspec.structs.replace(packet, source=address, about=about)
        else:
            now = msgspec.structs.replace(packet, source=address, source_port=port)
        old = end(packet.source, packet.source_port)
        trail.note("rewrite", hook, _ANSWERED, kept.cite, FACT, old=old, new=end(address, port))
        return now, self._tracked(tracking)

    def request(self, trail: Trail, hook: Hook, packet: Packet, tracking: Tracking | None) -> Given | None:
        """A request as its server gets it; None for what is for no service (ip_vs_in_hook). Raises EndedError where
        the service has no server, or nobody can tell."""
        if packet.protocol not in _PROTOCOLS or packet.about is not None:
            return None
        key = tuple_of(packet)
        kept = self._requests.get(key)
        first = kept is None
        if kept is None:
            kept = self._schedule(trail, hook, packet)
        if kept is None:
            return None
        address, port = kept.server
        route = routing.output(self._netns, address)
        if route.kind == "unknown" and route.missing is not None:
            raise missing(route.missing)
        elsewhere = route.kind != "local"
        self._crosses(packet, address, hook, elsewhere=elsewhere)
        self._requests[key] = kept
        self._answers[inverse(key_of(key, kept))] = kept
        if first and tracking is not None and tracking.connection is not None and not tracking.reply:
            connection = tracking.connection
            connection.answer = msgspec.structs.replace(connection.answer, source=address, source_port=port)
        trail.note(
            "rewrite", hook, _SENT, kept.cite, FACT, verdict=f"dnat to {end(address, port)}",
            old=end(packet.destination, packet.destination_port), new=end(address, port),
        )  # fmt: skip
        now = msgspec.structs.replace(packet, destination=address, destination_port=port)
        return Given(now, self._tracked(tracking), elsewhere)

    def _tracked(self, tracking: Tracking | None) -> Tracking | None:
        """The packet's part in conntrack from now on: none where IPVS keeps its connections from it."""
        value = settings.value(self._netns, _CONNTRACK)
        if value is None and tracking is not None:
            raise missing(
                Text("the kernel setting `{key}` of {host} (`sysctl -a`) was not recorded", "{host}의 커널 설정 `{key}`(`sysctl -a`)이(가) 기록되지 않았습니다")
                .fill(key=_CONNTRACK, host=self._netns.host), setting=_CONNTRACK,
            )  # fmt: skip
        return tracking if value else Tracking("untracked")

    def _crosses(self, packet: Packet, server: int, hook: Hook, *, elsewhere: bool) -> None:
        """IPVS lets nothing from loopback out, and nothing from outside in there."""
        out = elsewhere and packet.source >> 24 == _LOOPBACK_NETWORK
        if out or (not elsewhere and hook == "input" and server >> 24 == _LOOPBACK_NETWORK):
            said = _NOT_OUT if out else _NOT_IN
            raise EndedError(
                "no-route",
                said.fill(server=dotted(server), host=self._netns.host),
                at=self._netns,
                address=dotted(server),
            )

    def _schedule(self, trail: Trail, hook: Hook, packet: Packet) -> Kept | None:
        if packet.protocol == TCP and (
            "rst" in packet.flags or ("syn" not in packet.flags and not settings.value(self._netns, _SLOPPY))
        ):
            return None
        found = self._service(packet)
        if found is None:
            return None
        service, cite = found
        if not trail.quiet:
            trail.note(
                "rule", hook, _SERVICE, cite, FACT, verdict=service.scheduler, scheduler=service.scheduler
            )
        servers = _told(self._netns).servers.get((service.protocol, service.address), [])
        scheduled = schedule(self._netns, self._choices, service, servers, packet)
        if scheduled is None:
            raise EndedError(
                "no-endpoint", (_NO_WEIGHT if servers else _NO_SERVER).fill(cite=cite, host=self._netns.host),
                at=self._netns, told=_PORT_UNREACHABLE, rule=cite, tool=FACT, hook=hook,
            )  # fmt: skip
        return self._kept(packet, scheduled)

    def _kept(self, packet: Packet, scheduled: Scheduled) -> Kept:
        server = scheduled.server
        if server.forwarding != "masquerade":
            raise missing(
                Text("IPVS forwards by {method} with `{cite}`, which is not traced", "IPVS가 `{cite}`(으)로 전달하는 방식({method})은 추적하지 않습니다")
                .fill(method=server.forwarding, cite=scheduled.cite), rule=scheduled.cite,
            )  # fmt: skip
        address, port = endpoint(server.address)
        to = address, port or packet.destination_port
        return Kept((packet.destination, packet.destination_port), to, scheduled.cite)

    def _service(self, packet: Packet) -> tuple[Service, str] | None:
        """The service that a packet is for: by its mark, its address and port, or its address alone
        (ip_vs_service_find). Raises EndedError where the services were not recorded."""
        if self._netns.balanced() is None:
            # a tunnel whose packets were balanced would not work
            if packet.frame is not None or not _is_own(self._netns, packet.destination):
                return None
            raise missing(
                Text("the IPVS services of {host} were not recorded; save `ipvsadm -Sn`",
                     "{host}의 IPVS 서비스가 기록되지 않았습니다. `ipvsadm -Sn`의 출력을 저장하십시오")
                .fill(host=self._netns.host), address=dotted(packet.destination),
            )  # fmt: skip
        found = _told(self._netns).services
        address, port = dotted(packet.destination), packet.destination_port
        if packet.mark and (marked := found.get((_MARKED, str(packet.mark)))) is not None:
            return marked
        if (exact := found.get((packet.protocol, f"{address}:{port}"))) is not None:
            return exact
        ftp = found.get((packet.protocol, f"{address}:{_FTP}"))
        if ftp is not None and packet.protocol == TCP and _is_data(port) and ftp[0].persistence is not None:
            raise missing(_NOT_TRACED.fill(cite=ftp[1]), rule=ftp[1])
        whole = found.get((packet.protocol, f"{address}:0"))
        return whole if whole is not None and whole[0].persistence is not None else None


def stands(netns: Netns) -> bool:
    """Whether IPVS has a part in what happens to packets here, as far as anybody knows."""
    told = netns.balanced()
    return bool(told) or (told is None and _DEVICE in netns.links)


def key_of(key: Tuple, kept: Kept) -> Tuple:
    """The connection as its server sees it."""
    return msgspec.structs.replace(key, destination=kept.server[0], destination_port=kept.server[1])


def endpoint(written: str) -> tuple[int, int]:
    """`10.244.1.2:80` → its numbers. Raises EndedError for IPv6."""
    address, _, port = written.rpartition(":")
    try:
        return number(address), int(port)
    except ValueError:
        raise missing(_NOT_TRACED.fill(cite=written), rule=written) from None


def _is_data(port: int | None) -> bool:
    """Whether a connection to this port may be one for FTP's data."""
    return port is not None and (port == _FTP_DATA or port >= _UNPRIVILEGED)


def _is_own(netns: Netns, address: int) -> bool:
    return any(own == address for link in netns.links.values() for own, _ in link.addresses)


_SERVICE = Text(
    "it is for an IPVS service, which draws its server by {scheduler}",
    "IPVS 서비스 대상, 서버는 {scheduler}(으)로 선택",
)
_SENT = Text("IPVS: destination {old} → {new}", "IPVS: 목적지 {old} → {new}")
_ANSWERED = Text("IPVS: source {old} → {new}", "IPVS: 출발지 {old} → {new}")
_NO_SERVER = Text(
    "the IPVS service `{cite}` of {host} has no server", "{host}의 IPVS 서비스 `{cite}`에 서버가 없습니다"
)
_NO_WEIGHT = Text(
    "no server of the IPVS service `{cite}` of {host} takes new connections",
    "{host}의 IPVS 서비스 `{cite}`에 새 연결을 받는 서버가 없습니다",
)
_NOT_TRACED = Text("`{cite}` of IPVS is not traced", "IPVS의 `{cite}`은(는) 추적하지 않습니다")
_NOT_OUT = Text(
    "IPVS of {host} sends nothing from loopback to the server {server} elsewhere",
    "{host}의 IPVS는 루프백에서 온 패킷을 다른 호스트의 서버 {server}(으)로 보내지 않습니다",
)
_NOT_IN = Text(
    "IPVS of {host} lets nothing from outside in to {server}",
    "{host}의 IPVS는 외부에서 온 패킷을 {server}(으)로 보내지 않습니다",
)
