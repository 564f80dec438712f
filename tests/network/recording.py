"""A lab's nodes as a trace sees them."""

from collections.abc import Collection

from leadline.hosts.inside import InsideHost
from leadline.lab import lab as labs
from leadline.lab.lab import Lab
from leadline.network.topology import SOURCES, Topology
from leadline.snapshot.collect import collect
from leadline.snapshot.snapshot import Snapshot


def recorded(lab: Lab, only: Collection[str] = ()) -> Topology:
    """The nodes (or `only` those) as they are now, and nothing of what is between and beyond them."""
    names = [node.name for node in labs.topology(lab).nodes if not only or node.name in only]
    hosts = [InsideHost(name, labs.place(lab, name)) for name in names]
    taken = collect(hosts, SOURCES, timeout=20, jobs=3, done=lambda host, came: None)
    assert all(isinstance(each, Snapshot) for each in taken), taken
    return Topology({each.host: each for each in taken if isinstance(each, Snapshot)})
