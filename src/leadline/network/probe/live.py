"""A probe on living hosts: captures everywhere, sends, waits until it is quiet, brings home what was seen."""

import asyncio
import secrets
from collections.abc import Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from weakref import WeakSet

import msgspec

from leadline.base.command import Command, Completed
from leadline.base.errors import HostError, LeadlineError
from leadline.network.probe import agent, said
from leadline.network.probe.agent import Filter, Line
from leadline.network.probe.asked import Origin, Station, Wanted
from leadline.network.probe.belonging import belonging
from leadline.network.probe.captures import Reading
from leadline.network.probe.decode import ETHERNET, RAW
from leadline.network.probe.observation import (
    Attempt,
    Direction,
    Observation,
    PathMtu,
    Probed,
    Problem,
    SendResult,
)

_SETTLING = 0.3
"""Seconds in which the last packets reach the last host."""
_PATIENCE = 20.0
"""Seconds that a host may take to begin: a connection over SSH may take 15."""
_SPARE_PORTS = 8
_THREADS = 512
"""At most; they begin when they are needed."""
_roomy: "WeakSet[asyncio.AbstractEventLoop]" = WeakSet()
_DIRECTIONS: dict[int, Direction] = {0: "in", 1: "in", 2: "in", 3: "other", 4: "out"}


async def probe(wanted: Wanted, origin: Origin, stations: Sequence[Station]) -> Probed:
    """Sends, and captures at all stations meanwhile. What cannot be done at a host is among the problems; the probe
    goes on without it."""
    return await Probe(wanted, origin, stations).run((wanted.size,) * wanted.count, bisect=False)


class _Running(msgspec.Struct):
    """A station whose capture was begun."""

    station: Station
    token: str
    capture: "asyncio.Task[Completed]"


class Probe:
    """One probe; `run` it once."""

    def __init__(self, wanted: Wanted, origin: Origin, stations: Sequence[Station]) -> None:
        self._wanted = wanted
        self._origin = origin
        self._stations = stations
        tcp = wanted.protocol == "tcp"
        draw = secrets.SystemRandom()
        self._kept = Filter(
            protocol=wanted.protocol,
            addresses=tuple(dict.fromkeys((wanted.destination, *wanted.addresses))),
            ports=() if wanted.protocol == "icmp" else tuple(dict.fromkeys((wanted.port, *wanted.ports))),
            # below the ports that kernels choose by themselves, so that one is rarely taken
            sources=tuple(draw.sample(range(20000, 30000), _SPARE_PORTS + wanted.count * tcp)),
            token=secrets.token_bytes(8),
            begins=tuple(draw.sample(range(1, 1 << 32), wanted.count)) if tcp else (),
            window=len(wanted.request) + 2,
            tunnels=wanted.tunnels,
        )
        self._problems: list[Problem] = []
        self._captured: set[tuple[str, str]] = set()

    async def run(self, sizes: tuple[int, ...], *, bisect: bool) -> Probed:
        wanted = self._wanted
        rounds = 40 if bisect else len(sizes)
        sending = rounds * (wanted.timeout + wanted.pause) + 5
        began: list[_Running] = []
        _make_room()
        try:
            began += [self._begin(each, _PATIENCE + sending + _SETTLING + 5) for each in self._stations]
            await asyncio.gather(*(self._until_ready(each) for each in began))
            sent, mtu = await self._send(sizes, bisect, sending)
            await asyncio.sleep(_SETTLING)
            seen = await asyncio.gather(*(self._collect(each) for each in began))
        finally:
            for each in began:
                each.capture.cancel()
            await asyncio.gather(*(each.capture for each in began), return_exceptions=True)
        own = belonging([each for some in seen for each in some], self._kept)
        return Probed(
            sent=sent,
            observations=tuple(own),
            captured=frozenset(self._captured),
            problems=tuple(self._problems),
            mtu=mtu,
        )

    def _begin(self, station: Station, seconds: float) -> _Running:
        token = secrets.token_hex(16)
        script = agent.capture(
            self._kept,
            [each.path for each in station.namespaces],
            token,
            seconds=seconds,
            limit=self._wanted.limit,
            tools=station.tools,
        )
        running = station.host.run(Command(script, seconds + _PATIENCE))
        return _Running(station, token, asyncio.ensure_future(running))

    async def _until_ready(self, running: _Running) -> None:
        """Until it captures, or has ended without."""
        host = running.station.host
        waiting = asyncio.ensure_future(
            _or_none(host.run(Command(agent.ready(running.token, seconds=_PATIENCE), 2 * _PATIENCE)))
        )
        try:
            await asyncio.wait({waiting, running.capture}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    async def _send(
        self, sizes: tuple[int, ...], bisect: bool, seconds: float
    ) -> tuple[SendResult | None, PathMtu | None]:
        wanted, origin = self._wanted, self._origin
        asked = {
            "namespace": origin.namespace.path,
            "source": origin.source,
            "protocol": wanted.protocol,
            "destination": wanted.destination,
            "port": wanted.port,
            "df": wanted.df,
            "timeout": wanted.timeout,
            "pause": wanted.pause,
            "token": self._kept.token.hex(),
            "begins": self._kept.begins,
            "request": wanted.request.hex(),
            "sources": self._kept.sources,
            "sizes": sizes,
            "bisect": bisect,
        }
        host = origin.host
        try:
            done = await host.run(Command(agent.send(asked), seconds + _PATIENCE))
        except HostError as error:
            self._problems.append(Problem(host.name, error.text))
            return None, None
        lines = [each for each in done.stdout.split(b"\n") if each.strip()]
        if lines and bisect and b'"largest"' in lines[0]:
            return None, msgspec.json.decode(lines[0], type=PathMtu)
        first = _read(lines[0]) if lines else Line(error=_last(done))
        if first.none:
            self._problems.append(Problem(host.name, said.NO_PYTHON.fill(host=host.name)))
        elif not lines or first.cannot:
            self._problems.append(
                Problem(host.name, said.failed(host.name, origin.namespace.name, first, sends=True))
            )
        else:
            attempts = tuple(msgspec.json.decode(each, type=Attempt) for each in lines)
            return said.result(attempts, wanted.protocol), None
        return None, None

    async def _collect(self, running: _Running) -> list[Observation]:
        station = running.station
        host = station.host
        if not running.capture.done():
            await _or_none(host.run(Command(agent.stop(running.token), _PATIENCE)))
        try:
            done = await running.capture
        except LeadlineError as error:
            self._problems.append(Problem(host.name, error.text))
            return []
        lines = [_read(each) for each in done.stdout.split(b"\n") if each.strip()]
        if any(each.none for each in lines):
            self._problems.append(Problem(host.name, said.NO_TOOL.fill(host=host.name)))
            return []
        if not any(each.done for each in lines):
            self._problems.append(Problem(host.name, said.broken(host.name, _last(done))))
            return []
        return self._observed(station, lines)

    def _observed(self, station: Station, lines: list[Line]) -> list[Observation]:
        host = station.host.name
        gaps: set[int] = set()
        names = {(each.namespace, each.index): each.interface for each in lines if each.index}
        found = []
        for each in lines:
            netns = station.namespaces[each.namespace].name if each.namespace >= 0 else ""
            if each.errno is not None:
                gaps.add(each.namespace)
                self._problems.append(Problem(host, said.failed(host, netns, each, sends=False)))
            elif each.lost:
                gaps.add(each.namespace)
                self._problems.append(
                    Problem(host, said.LOST.fill(host=host, netns=said.within(netns), n=each.lost))
                )
            elif each.over:
                gaps |= set(range(len(station.namespaces)))
                self._problems.append(Problem(host, said.OVER.fill(host=host)))
            elif each.frame:
                found.append(
                    Observation(
                        host=host,
                        netns=netns,
                        interface=each.interface,
                        direction=_DIRECTIONS.get(each.kind, "other"),
                        time=each.time,
                        frame=bytes.fromhex(each.frame),
                        link=ETHERNET if each.link == "ethernet" else RAW,
                    )
                )
            elif each.pcap:
                found += _from_pcap(bytes.fromhex(each.pcap), host, netns, each.namespace, names)
        self._captured |= {
            (host, each.name) for number, each in enumerate(station.namespaces) if number not in gaps
        }
        return sorted(found, key=lambda each: each.time)


def _from_pcap(
    data: bytes, host: str, netns: str, namespace: int, names: dict[tuple[int, int], str]
) -> list[Observation]:
    """What tcpdump wrote: cooked frames that tell the interface's number and the direction."""
    reading = Reading(host, BytesIO(data), ())
    return [
        Observation(
            host=host,
            netns=netns,
            interface=names.get((namespace, int.from_bytes(frame[4:8], "big")), ""),
            direction=_DIRECTIONS.get(frame[10], "other"),
            time=time,
            frame=frame,
            link=reading.interfaces[interface].link,
        )
        for time, interface, _, frame in reading.frames()
        if len(frame) >= 20
    ]


def _make_room() -> None:
    """Hosts that are processes on this machine each keep a thread busy as long as their capture stays: several probes
    at once must not wait for each other's."""
    loop = asyncio.get_running_loop()
    if loop not in _roomy:
        _roomy.add(loop)
        loop.set_default_executor(ThreadPoolExecutor(_THREADS))


async def _or_none(running: Awaitable[Completed]) -> Completed | None:
    """What came of a script whose failure shows elsewhere."""
    try:
        return await running
    except HostError:
        return None


def _read(line: bytes) -> Line:
    try:
        return msgspec.json.decode(line, type=Line)
    except msgspec.DecodeError:
        return Line()


def _last(done: Completed) -> str:
    lines = done.stderr.decode(errors="replace").split("\n")
    return next((each.strip() for each in reversed(lines) if each.strip()), f"exit {done.exit}")
