"""Which of its servers an IPVS service gives a new connection to (net/netfilter/ipvs/ip_vs_*.c of Linux 6.x).

What a scheduler goes by is not recorded: whose turn it is (rr, wrr), how many connections each server has (lc, wlc, sed,
nq), in which order the servers were added, by which the hashes fill their tables (sh, dh, mh). So each server is one
outcome, with the share of new connections that it gets in the long run: the same for all, or by weight.
"""

from collections.abc import Sequence

import msgspec

from leadline.base.text import Text
from leadline.facts.sources.ipvs import Server, Service
from leadline.network.netns import Netns
from leadline.network.packet import Packet, dotted
from leadline.network.trace import settings
from leadline.network.trace.choices import Choices
from leadline.network.trace.trail import missing

_ALIKE = frozenset(("rr", "lc"))
_BY_WEIGHT = frozenset(("wrr", "wlc", "sed", "nq", "sh", "mh", "lblc", "lblcr"))
_BUCKETS = "dh"
_HIGHEST = "fo"
_QUIESCENT = "net.ipv4.vs.expire_quiescent_template"
_UNTRACED_SERVICE = ("-o", "--ops", "--pe")
_UNTRACED_SERVER = ("-x", "--u-threshold")


class Scheduled(msgspec.Struct, frozen=True):
    """A server, with its line."""

    server: Server
    cite: str


def schedule(
    netns: Netns, choices: Choices, service: Service, servers: Sequence[tuple[Server, str]], packet: Packet
) -> Scheduled | None:
    """The server that a connection goes to, None where the service has none for it. Raises EndedError where the way it
    is drawn is not understood."""
    untraced = [each for each in service.options if each.startswith(_UNTRACED_SERVICE)]
    untraced += [
        each for server, _ in servers for each in server.options if each.startswith(_UNTRACED_SERVER)
    ]
    if untraced:
        raise missing(_OPTION.fill(option=untraced[0], service=service.address))
    if service.persistence is not None and servers:
        held = _held(netns, choices, service, servers, packet)
        if held is not None:
            return held
    weights = _weights(service, servers)
    if not any(weights):
        return None
    drawn = choices.choose(weights, _DRAWN) if len(weights) > 1 else 0
    server, cite = servers[drawn]
    # the table of dh has the servers without weight, too, and a connection that falls on one gets none
    return Scheduled(server, cite) if server.weight > 0 else None


def _weights(service: Service, servers: Sequence[tuple[Server, str]]) -> tuple[float, ...]:
    if service.scheduler in _ALIKE:
        return tuple(float(server.weight > 0) for server, _ in servers)
    if service.scheduler in _BY_WEIGHT:
        return tuple(float(server.weight) for server, _ in servers)
    if service.scheduler == _BUCKETS:
        return tuple(1.0 for _ in servers)
    if service.scheduler == _HIGHEST:
        highest = max((server.weight for server, _ in servers), default=0)
        return tuple(float(server.weight == highest > 0) for server, _ in servers)
    raise missing(_SCHEDULER.fill(scheduler=service.scheduler, service=service.address))


def _held(
    netns: Netns, choices: Choices, service: Service, servers: Sequence[tuple[Server, str]], packet: Packet
) -> Scheduled | None:
    """The server that persistence holds a client at; None for a client that it does not know. Outcome 0 of the choice is
    the client's first connection, each further one a server that it may have had."""
    quiescent = settings.value(netns, _QUIESCENT)
    known = [(server, cite) for server, cite in servers if server.weight > 0 or quiescent == 0]
    for server, cite in known:
        what = _HELD.fill(
            client=dotted(packet.source), seconds=service.persistence or 0, server=server.address
        )
        if choices.choose(None, what):
            return Scheduled(server, cite)
    return None


_DRAWN = Text("another server of the IPVS service", "IPVS 서비스의 다른 서버")
_HELD = Text(
    "{client} asked within the last {seconds} s and was sent to {server}",
    "{client}이(가) 최근 {seconds}초 안에 {server}(으)로 연결한 적이 있음",
)
_OPTION = Text(
    "the option {option} of the IPVS service {service} is not traced",
    "IPVS 서비스 {service}의 {option} 옵션은 추적하지 않습니다",
)
_SCHEDULER = Text(
    "the scheduler {scheduler} of the IPVS service {service} is not traced",
    "IPVS 서비스 {service}의 스케줄러 {scheduler}은(는) 추적하지 않습니다",
)
