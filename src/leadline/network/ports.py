"""Which port and protocol are meant where a flow's destination leaves them open."""

from typing import Literal, cast

import msgspec

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.network.nodes import Node
from leadline.network.pods import Pod
from leadline.network.service import Service, ServicePort
from leadline.network.topology import Topology

Protocol = Literal["tcp", "udp", "icmp", "sctp"]
DEFAULT = 80
_HIGHEST = 65535

_WHICH = Text(
    "{word} has the ports {ports}; say which by --port, e.g. --port {first}",
    "{word}에 포트가 여럿 있습니다({ports}). --port {first}처럼 하나를 지정하십시오",
)
_NO_SUCH = Text(
    "{word}: the Service has no port {port}; it has {ports}",
    "{word}: 서비스에 포트 {port}이(가) 없습니다. 있는 포트: {ports}",
)
_NOT_SPOKEN = Text(
    "{word}: the Service has no {protocol} port; it has {ports}",
    "{word}: 서비스에 {protocol} 포트가 없습니다. 있는 포트: {ports}",
)
_NOT_A_PORT = Text(
    "{word}: {port} is no port; write 1 to 65535, or the name of one of the Service's ports",
    "{word}: {port}은(는) 포트가 아닙니다. 1에서 65535까지의 수나 서비스 포트의 이름을 쓰십시오",
)
_ASSUMED = Text(
    "no port was given: {port} of {protocol}, {why}",
    "포트를 지정하지 않아 {protocol} {port}번을 씁니다({why})",
)
_USUAL = Text("the usual one", "일반적인 포트")
_LISTENS = Text("the only one that the pod has", "파드의 유일한 포트")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a word means: an address, and whose it is. `port`: what was written behind it. `services`: those that the
    address is for; `by_address`: it was written as an address, not as a name."""

    word: str
    address: int
    port: str = ""
    pod: Pod | None = None
    node: Node | None = None
    services: tuple[Service, ...] = ()
    by_address: bool = False


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The `number` of the port, None for icmp; the Service's `port` and the Service where it is one's."""

    number: int | None
    protocol: Protocol
    service: Service | None = None
    port: ServicePort | None = None
    notes: tuple[Text, ...] = ()


def chosen_port(topology: Topology, to: Place, asked: str | int | None, protocol: Protocol | None) -> Chosen:
    """The port of what `to` is. `asked`: a number or a name where none is written there, None where nobody said.

    Raises UsageError where the Service does not have the port, or has several.
    """
    wanted = to.port or (str(asked) if asked is not None else "")
    if protocol == "icmp":
        return Chosen(number=None, protocol="icmp", service=to.services[0] if to.services else None)
    if to.services:
        return _of_services(to, wanted, protocol)
    if wanted and not wanted.isdecimal():
        named = [each for each in to.pod.ports if each.name == wanted] if to.pod is not None else []
        if not named:
            raise UsageError(_NOT_A_PORT.fill(word=to.word, port=wanted))
        return Chosen(number=named[0].port, protocol=protocol or cast(Protocol, named[0].protocol))
    if wanted:
        return _of_number(topology, to, _number(wanted, to.word), protocol)
    only = _only(topology, to.pod, protocol or "tcp") if to.pod is not None else None
    assumed = _ASSUMED.fill(
        port=only or DEFAULT, protocol=(protocol or "tcp").upper(), why=_LISTENS if only else _USUAL
    )
    return Chosen(number=only or DEFAULT, protocol=protocol or "tcp", notes=(assumed,))


def _of_number(topology: Topology, to: Place, port: int, protocol: Protocol | None) -> Chosen:
    """A port by its number; of a node it may be a Service's."""
    for service in topology.services if to.node is not None else ():
        for each in service.ports:
            if each.node_port == port and protocol in (None, each.protocol):
                return Chosen(number=port, protocol=each.protocol, service=service, port=each)
    return Chosen(number=port, protocol=protocol or "tcp")


def _of_services(to: Place, wanted: str, protocol: Protocol | None) -> Chosen:
    """A port of one of the Services that an address is for. Of an address that was written as such it need not be."""
    every = [(service, each) for service in to.services for each in service.ports]
    listed = ", ".join(
        f"{each.name + ' ' if each.name else ''}{each.port}/{each.protocol}" for _, each in every
    )
    fitting = [(service, each) for service, each in every if protocol in (None, each.protocol)]
    if wanted:
        fitting = [(service, each) for service, each in fitting if wanted in (each.name, str(each.port))]
    if not fitting and wanted.isdecimal() and to.by_address:
        return Chosen(number=_number(wanted, to.word), protocol=protocol or "tcp", service=to.services[0])
    if not fitting and wanted:
        raise UsageError(_NO_SUCH.fill(word=to.word, port=wanted, ports=listed))
    if not fitting:
        raise UsageError(_NOT_SPOKEN.fill(word=to.word, protocol=(protocol or "").upper(), ports=listed))
    if len(fitting) > 1:
        raise UsageError(_WHICH.fill(word=to.word, ports=listed, first=fitting[0][1].port))
    service, port = fitting[0]
    return Chosen(number=port.port, protocol=port.protocol, service=service, port=port)


def _number(wanted: str, word: str) -> int:
    if not wanted.isascii() or not wanted.isdecimal() or not 0 < int(wanted) <= _HIGHEST:
        raise UsageError(_NOT_A_PORT.fill(word=word, port=wanted))
    return int(wanted)


def _only(topology: Topology, pod: Pod, protocol: Protocol) -> int | None:
    """The only port that a pod declares, else the only one that something in it listens on for others."""
    declared = {each.port for each in pod.ports if each.protocol == protocol}
    if len(declared) == 1:
        return declared.pop()
    key = topology.key(pod)
    netns = topology.netns.get(key) if key is not None and not pod.host_network else None
    heard = {
        each.port
        for each, _ in (netns.listeners() if netns is not None else None) or ()
        if each.protocol == protocol and each.exposure != "loopback"
    }
    return heard.pop() if not declared and len(heard) == 1 else None
