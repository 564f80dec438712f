"""Who reaches whom: a flow between every two pods, and the fewest causes that explain all that does not arrive."""

from collections.abc import Callable, Iterator

import msgspec

from leadline.base.text import Text
from leadline.network.alike import groups
from leadline.network.annotations import differences
from leadline.network.leases import exhausted
from leadline.network.names import Asked, first_packet
from leadline.network.packet import number
from leadline.network.pods import Pod
from leadline.network.ports import Protocol
from leadline.network.result import Cause, Disposition, Flow, Trace
from leadline.network.topology import Topology
from leadline.network.trace.tracing import follow
from leadline.network.tracing import trace
from leadline.network.unread import unread_lines


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """The pairs from pods of one host to pods of another. `delivered`: how many of `pairs` get through and are answered;
    `ends`: of the others, how many end how; `causes`: keys of what stops them."""

    source: str
    destination: str
    pairs: int
    delivered: int
    ends: dict[Disposition, int] = {}
    causes: tuple[str, ...] = ()


class Blamed(msgspec.Struct, frozen=True):
    """A cause, and how many of the pairs it explains. `example`: one of them."""

    cause: Cause
    pairs: int
    example: tuple[str, str]


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """All pairs. `causes`: the fewest that explain every pair that does not get through, those of most pairs first.
    `traced`: how many flows were followed: pods that nothing tells apart share one. `notes`: as in Trace."""

    hosts: tuple[str, ...]
    cells: tuple[Cell, ...]
    causes: tuple[Blamed, ...]
    protocol: Protocol
    port: int | None
    traced: int
    notes: tuple[Text, ...] = ()

    @property
    def pairs(self) -> int:
        return sum(cell.pairs for cell in self.cells)

    @property
    def delivered(self) -> int:
        return sum(cell.delivered for cell in self.cells)


class _Group(msgspec.Struct, frozen=True):
    """Pairs that go alike: from each of some pods to each of others; `found` of one of them."""

    source: Pod
    destination: Pod
    pairs: int
    found: Trace


def matrix(
    topology: Topology,
    *,
    protocol: Protocol = "icmp",
    port: int | None = None,
    step: Callable[[int, int], None] | None = None,
) -> Matrix:
    """Follows the largest packet that both ends take from every pod to every other, with its answer. `step` is told how
    many of how many flows are done."""
    alike = groups(topology, [pod for pod in topology.pods if not pod.host_network and pod.host])
    found = list(_followed(topology, alike, protocol, port, step))
    failed = [
        msgspec.structs.replace(each, found=trace(topology, Asked(flow=each.found.flow)))
        for each in found
        if not each.found.delivered
    ]
    blamed = _fewest(failed)
    keys = {each.cause.key for each in blamed}
    cells: dict[tuple[str, str], Cell] = {}
    for each in found:
        where = each.source.host, each.destination.host
        cell = cells.get(where) or Cell(source=where[0], destination=where[1], pairs=0, delivered=0)
        got = each.pairs if each.found.delivered else 0
        cells[where] = msgspec.structs.replace(
            cell, pairs=cell.pairs + each.pairs, delivered=cell.delivered + got
        )
    for each in failed:
        where = each.source.host, each.destination.host
        cell = cells[where]
        ends = dict(cell.ends)
        for disposition in {way.ends.disposition for way in each.found.branches} - {"delivered"}:
            ends[disposition] = ends.get(disposition, 0) + each.pairs
        own = [cause.key for cause in each.found.causes if cause.key in keys]
        cells[where] = msgspec.structs.replace(
            cell, ends=ends, causes=tuple(dict.fromkeys((*cell.causes, *own)))
        )
    return Matrix(
        hosts=tuple(dict.fromkeys(host for where in cells for host in where)),
        cells=tuple(cells.values()),
        causes=blamed,
        protocol=protocol,
        port=port,
        traced=len(found),
        notes=(
            *topology.notes,
            *unread_lines(topology, topology.hosts).values(),
            *differences(topology),
            *exhausted(topology, topology.hosts),
        ),
    )


def _followed(
    topology: Topology,
    alike: list[tuple[Pod, ...]],
    protocol: Protocol,
    port: int | None,
    step: Callable[[int, int], None] | None,
) -> Iterator[_Group]:
    done, total = 0, len(alike) ** 2
    for ours in alike:
        for theirs in alike:
            done += 1
            pairs = len(ours) * len(theirs) - (len(ours) if ours is theirs else 0)
            if not pairs:
                continue
            source, destination = ours[0], theirs[1 if ours is theirs else 0]
            found = follow(topology, pair_flow(topology, source, destination, protocol, port), quiet=True)
            yield _Group(source, destination, pairs, found)
            if step is not None:
                step(done, total)


def pair_flow(
    topology: Topology, source: Pod, destination: Pod, protocol: Protocol, port: int | None
) -> Flow:
    """The largest packet that the interfaces of both take."""
    ends = number(source.addresses[0]), number(destination.addresses[0])
    packet = first_packet(*ends, protocol, port, None, True)
    sizes = [mtu for pod in (source, destination) if (mtu := _mtu(topology, pod)) is not None]
    return Flow(
        source=source.full_name,
        destination=destination.full_name,
        host=source.host,
        place=source.full_name,
        packet=msgspec.structs.replace(packet, size=min(sizes, default=packet.size)),
    )


def _mtu(topology: Topology, pod: Pod) -> int | None:
    """The smallest MTU of a pod's interfaces, loopback aside."""
    inside = topology.netns.get((pod.host, pod.netns or ""))
    if inside is None:
        return None
    return min(
        (link.mtu for link in inside.links.values() if link.mtu and link.kind != "loopback"), default=None
    )


def _fewest(failed: list[_Group]) -> tuple[Blamed, ...]:
    """The fewest causes that explain all of them: always the one that explains most of what is left."""
    left = list(failed)
    chosen: list[Blamed] = []
    while left:
        weights: dict[str, int] = {}
        causes: dict[str, Cause] = {}
        for each in left:
            for cause in each.found.causes:
                causes.setdefault(cause.key, cause)
                weights[cause.key] = weights.get(cause.key, 0) + each.pairs
        if not weights:
            break
        key = max(weights, key=lambda one: weights[one])
        stopped = [each for each in left if any(cause.key == key for cause in each.found.causes)]
        example = stopped[0].source.full_name, stopped[0].destination.full_name
        chosen.append(Blamed(causes[key], weights[key], example))
        left = [each for each in left if each not in stopped]
    return tuple(chosen)
