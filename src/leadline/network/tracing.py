"""A flow traced through a topology, with the causes where it does not get through."""

import msgspec

from leadline.network.diagnosis import causes
from leadline.network.names import Asked
from leadline.network.result import Trace
from leadline.network.topology import Topology
from leadline.network.trace.tracing import follow


def trace(topology: Topology, asked: Asked) -> Trace:
    """Every way that what was asked for can go, and why it does not get through where it does not."""
    found = follow(topology, asked.flow)
    service = f"{asked.service.namespace}/{asked.service.name}" if asked.service is not None else ""
    return msgspec.structs.replace(
        found,
        causes=causes(topology, asked.flow, found.branches),
        notes=(*asked.notes, *topology.notes, *found.notes),
        service=service,
    )
