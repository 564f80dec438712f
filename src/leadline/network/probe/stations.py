"""A trace's hosts as a probe's: where to send from, and where to capture."""

from collections.abc import Mapping

from leadline.base.command import Command, Completed
from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.facts.sources.pod_networks import Network
from leadline.hosts.host import Host
from leadline.network.probe.asked import Namespace, Origin, Station
from leadline.network.result import Flow, Trace
from leadline.network.topology import Topology

_NO_ENTRANCE = Text(
    "{place} on {host}: its network namespace cannot be entered, for no file or process of it is recorded; run it as root, or give --sudo",
    "{host}의 {place}: 네트워크 네임스페이스로 들어갈 파일이나 프로세스가 기록되지 않았습니다. root로 실행하거나 --sudo를 지정하십시오",
)


class Called:
    """A host by the name that its recording has."""

    def __init__(self, name: str, host: Host) -> None:
        self.name = name
        self._host = host

    async def run(self, command: Command) -> Completed:
        return await self._host.run(command)


def stations(topology: Topology, hosts: Mapping[str, Host], trace: Trace) -> list[Station]:
    """All hosts, each with its own namespace and those of the pods that the flow may pass. `hosts`: by the names of their
    recordings."""
    places: dict[str, dict[str, None]] = {each: {} for each in hosts}
    if trace.flow.place and trace.flow.host in places:
        places[trace.flow.host][trace.flow.place] = None
    for branch in trace.branches:
        for way in (branch.request, branch.reply):
            for hop in way.hops if way is not None else ():
                if hop.place and hop.host in places:
                    places[hop.host][hop.place] = None
    found = []
    for name, host in hosts.items():
        inside = [_namespace(topology, name, each) for each in places[name]]
        found.append(
            Station(Called(name, host), (Namespace(), *(each for each in inside if each is not None)))
        )
    return found


def origin(topology: Topology, hosts: Mapping[str, Host], flow: Flow) -> Origin:
    """Where a flow begins that begins at a recorded host. Raises UsageError where its pod cannot be entered."""
    host = Called(flow.host, hosts[flow.host])
    if not flow.place:
        return Origin(host)
    namespace = _namespace(topology, flow.host, flow.place)
    if namespace is None:
        raise UsageError(_NO_ENTRANCE.fill(place=flow.place, host=flow.host))
    return Origin(host, namespace)


def tunnels(topology: Topology) -> tuple[int, ...]:
    """The ports of VXLAN devices."""
    ports = {
        link.port
        for netns in topology.netns.values()
        for link in netns.links.values()
        if link.kind == "vxlan"
    }
    return tuple(sorted(port for port in ports if port))


def _namespace(topology: Topology, host: str, place: str) -> Namespace | None:
    """A pod's namespace with a file that leads into it; None where none is known."""
    key = next(
        (key for key, netns in topology.netns.items() if key[0] == host and netns.place == place), None
    )
    if key is None:
        return None
    recorded: Mapping[str, object] = topology.snapshots[host].entries("pod_networks")
    found = recorded.get(key[1])
    if isinstance(found, Network):
        path = found.path or (f"/proc/{found.pid}/ns/net" if found.pid else "")
        return Namespace(place, path) if path else None
    pod = next((each for each in topology.pods if topology.key(each) == key), None)
    return Namespace(place, f"/run/netns/{pod.netns}") if pod is not None and pod.netns else None
