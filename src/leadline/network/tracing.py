"""A flow traced through a topology, with the causes where it does not get through."""

from collections.abc import Iterator

import msgspec

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.network.annotations import differences
from leadline.network.balancing.told import told
from leadline.network.diagnosis import causes
from leadline.network.leases import exhausted
from leadline.network.names import Asked
from leadline.network.packet import number
from leadline.network.result import Trace
from leadline.network.topology import Topology
from leadline.network.trace.tracing import follow
from leadline.network.unread import doubted, unread_lines


def trace(topology: Topology, asked: Asked) -> Trace:
    """Every way that what was asked for can go, and why it does not get through where it does not.

    Raises UsageError where the hosts cannot be of one network.
    """
    if topology.mixed:
        raise UsageError(topology.mixed[0])
    found = follow(topology, asked.flow)
    hosts = {
        hop.host: None
        for each in found.branches
        for way in (each.request, each.reply)
        if way
        for hop in way.hops
    }
    if lost := unread_lines(topology, hosts):
        found = msgspec.structs.replace(found, branches=tuple(doubted(each, lost) for each in found.branches))
    service = f"{asked.service.namespace}/{asked.service.name}" if asked.service is not None else ""
    passed = {hop.host: None for branch in found.branches for hop in branch.request.hops if hop.host}
    return msgspec.structs.replace(
        found,
        causes=causes(topology, asked.flow, found.branches),
        notes=(
            *asked.notes,
            *_balanced(topology, asked),
            *topology.notes,
            *found.notes,
            *differences(topology),
            *exhausted(topology, passed),
        ),
        service=service,
    )


def _balanced(topology: Topology, asked: Asked) -> Iterator[Text]:
    """The explanation of a load balancer's address: the one that is asked for, else those of the Service."""
    service = asked.service.load_balancers if asked.service is not None else ()
    to = asked.flow.packet.destination
    for address in (to,) if topology.balanced(to) is not None else map(number, service):
        found = topology.balanced(address)
        yield from told(found) if found is not None else ()
