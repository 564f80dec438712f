"""One live probe: the prediction, the packets, and both side by side."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.cli._options import end_in_order, progress, said
from leadline.cli._where import Live

if TYPE_CHECKING:
    from leadline.hosts.host import Host
    from leadline.network.names import Asked
    from leadline.network.probe.asked import Origin, Station, Wanted
    from leadline.network.probe.observation import PathMtu, Probed
    from leadline.network.probe.proof import Proof
    from leadline.network.result import Trace

_OUTSIDE = "outside"
_SIZED = Text(
    "--size of TCP cannot be probed, since a connection begins with small packets; take --proto udp or icmp, or --path-mtu",
    "TCP 연결은 작은 패킷으로 시작하므로 --size로 시험할 수 없습니다. --proto udp나 icmp 또는 --path-mtu를 쓰십시오",
)
_OURS = Text(
    "FROM outside: this machine is one of the hosts itself; name a pod or a node, or probe from another machine",
    "FROM outside: 이 머신이 호스트 중 하나입니다. 파드나 노드를 지정하거나 다른 머신에서 실행하십시오",
)
_NO_WAY = Text(
    "FROM outside: this machine has no route to {to}; run it where there is one",
    "FROM outside: 이 머신에서 {to}(으)로 가는 경로가 없습니다. 경로가 있는 곳에서 실행하십시오",
)
_NOT_HERE = Text(
    "FROM {word}: it is no recorded host, and packets cannot be sent from it; name a pod, a node, or `outside`",
    "FROM {word}: 기록된 호스트가 아니어서 패킷을 보낼 수 없습니다. 파드, 노드 또는 `outside`를 지정하십시오",
)


class Probing:
    """A probe as it was asked for."""

    def __init__(
        self,
        there: Live,
        source: str,
        destination: str,
        *,
        vxlan: tuple[int, ...],
        count: int,
        timeout: float,
    ) -> None:
        self._there = there
        self._source = source
        self._destination = destination
        self._vxlan = vxlan
        self._count = count
        self._timeout = timeout
        self._begun = time.monotonic()

    def run(self, named: "Callable[[str], Asked]", *, sized: bool, mtu: bool) -> "Proof":
        """Predicts, sends, and lines up. `named`: the flow from a word. Raises UsageError where it cannot be sent."""
        from leadline.network.probe.asked import wanted
        from leadline.network.probe.live import probe
        from leadline.network.probe.proof import proof
        from leadline.network.probe.stations import stations, tunnels
        from leadline.network.tracing import trace

        topology = self._there.topology
        asked = named(self._source)
        if sized and asked.flow.packet.protocol == "tcp":
            raise UsageError(_SIZED)
        origin = self._origin(asked)
        if asked.flow.outside and origin.source not in ("", self._source):
            asked = named(origin.source)
        found = trace(topology, asked)
        self._say(said("predicted", "예측 완료"))
        places = [*stations(topology, self._there.hosts, found), *self._beside(origin)]
        ports = (*self._vxlan, *tunnels(topology))
        want = wanted(found, count=self._count, timeout=self._timeout, tunnels=ports)
        end_in_order()
        self._say(said("sending", "전송"))
        seen = asyncio.run(probe(want, origin, places))
        largest = self._mtu(found, want, origin, places) if mtu and seen.sent is not None else None
        return proof(found, seen, topology.netns, largest)

    def _origin(self, asked: "Asked") -> "Origin":
        from leadline.network.names import WORLD
        from leadline.network.packet import dotted
        from leadline.network.probe.asked import Origin
        from leadline.network.probe.stations import Called, origin

        flow = asked.flow
        if not flow.outside:
            if flow.host not in self._there.hosts:
                raise UsageError(_NOT_HERE.fill(word=self._source))
            return origin(self._there.topology, self._there.hosts, flow)
        if self._there.lab is not None:
            from leadline.hosts.inside import InsideHost
            from leadline.lab.lab import find, place

            host = InsideHost(_OUTSIDE, place(find(self._there.lab), _OUTSIDE))
            return Origin(host, source=WORLD if self._source == _OUTSIDE else self._source)
        from leadline.hosts.local import LocalHost

        here = LocalHost()
        own = asyncio.run(_own_address(here, dotted(flow.packet.destination)))
        if not own:
            raise UsageError(_NO_WAY.fill(to=self._destination))
        if own in {each for node in self._there.topology.nodes for each in node.addresses}:
            raise UsageError(_OURS)
        if self._source not in (_OUTSIDE, own):
            raise UsageError(_NOT_HERE.fill(word=self._source))
        return Origin(Called(_OUTSIDE, here), source=own)

    def _beside(self, origin: "Origin") -> "list[Station]":
        """The world beyond a lab can be captured in, too."""
        from leadline.network.probe.asked import Station

        outside = origin.host.name == _OUTSIDE and self._there.lab is not None
        return [Station(origin.host)] if outside else []

    def _mtu(
        self, found: "Trace", want: "Wanted", origin: "Origin", places: "list[Station]"
    ) -> "PathMtu | None":
        """By the flow's own protocol; a TCP flow's by pings to where it arrives."""
        from leadline.network.packet import dotted
        from leadline.network.probe.path_mtu import path_mtu
        from leadline.report.views.trace import decisive

        self._say(said("path MTU", "경로 MTU"))
        branch = decisive(found)
        way = branch.request
        if want.protocol == "tcp":
            to = branch.endpoint.partition(":")[0] or dotted(found.flow.packet.destination)
            want = msgspec.structs.replace(want, protocol="icmp", destination=to, port=0, size=84)
        arrives = (way.at, way.place) if way.disposition == "delivered" and way.at != _OUTSIDE else None
        quick = msgspec.structs.replace(want, timeout=min(want.timeout, 1.0))
        return asyncio.run(path_mtu(quick, origin, places, arrives=arrives)).mtu

    def _say(self, what: str) -> None:
        progress(f"{self._source} → {self._destination}: {what}", self._begun)

    def write(self, probed: "Probed", to: str) -> None:
        """Writes what was seen as pcapng; an interface is called by its host, its pod and its name."""
        from leadline.network.probe.writing import Writer

        numbers: dict[tuple[str, str, str, int], int] = {}
        try:
            with Path(to).open("wb") as file:
                writer = Writer(file, comment=f"leadline probe {self._source} {self._destination}")
                for each in sorted(probed.observations, key=lambda each: each.time):
                    where = (each.host, each.netns, each.interface, each.link)
                    if where not in numbers:
                        name = " ".join(filter(None, where[:3]))
                        numbers[where] = writer.interface(name, each.link)
                    writer.packet(
                        each.time, numbers[where], each.frame, comment=f"{each.role}, {each.direction}"
                    )
        except OSError as error:
            raise UsageError(
                Text(
                    f"{to}: cannot be written ({error.strerror}); name another file",
                    f"{to}: 쓸 수 없습니다({error.strerror}). 다른 파일을 지정하십시오",
                )
            ) from None


async def _own_address(here: "Host", to: str) -> str:
    """The address that this machine would send from, "" where there is no way there."""
    from leadline.base.command import Command

    done = await here.run(Command(f"ip -4 -o route get {to}", 5))
    words = done.stdout.decode(errors="replace").split()
    return words[words.index("src") + 1] if "src" in words[:-1] else ""
