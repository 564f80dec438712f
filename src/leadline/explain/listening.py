"""Listeners of one component: the ports it is known to open, and how it usually binds them."""

import re
from collections.abc import Callable, Iterable, Mapping

import msgspec

from leadline.base.text import Text
from leadline.explain.components import SIGNS, seen, seen_apart
from leadline.explain.kubespray import marks
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rancher import k3s, rke2
from leadline.explain.rule import Match
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

WHERE = {
    "loopback": Text("loopback only", "loopback 전용"),
    "node": Text("the node's address", "노드 주소"),
    "everywhere": Text("every address", "모든 주소"),
}
EVERYONE = Text("every installer", "모든 설치 도구")
# What k3s and MicroK8s run inside one process of their own.
PARTS = ("kubelet", "kube-proxy", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")
_USUAL = Text("Bound to {where}, which is usual for {who}.", "바인딩: {where}({who}의 일반적인 구성).")
_UNUSUAL = Text(
    "Bound to {where}; usual is {usual}: check who may reach it.",
    "바인딩: {where}. 일반적인 구성은 {usual}이므로 누가 접근할 수 있는지 확인하십시오.",
)
_TIGHTER = Text(
    "Bound to loopback only; usual is {usual}: nobody outside this host reaches it.",
    "바인딩: loopback 전용. 일반적인 구성은 {usual}이지만, 이 호스트 밖에서는 접근할 수 없습니다.",
)
_KUBESPRAY = "kubespray"
_ONLY_KUBESPRAY = Text(
    "Bound to every address, which only kubespray does, and nothing else here looks like kubespray: check who may "
    "reach it.",
    "바인딩: 모든 주소. kubespray만 이렇게 구성하는데 이 호스트에는 kubespray의 다른 흔적이 없으므로, 누가 접근할 수 있는지 "
    "확인하십시오.",
)
_OFF = Text(
    "Bound to {where}; usually this port is off: check who may reach it.",
    "바인딩: {where}. 보통은 꺼져 있는 포트이므로 누가 접근할 수 있는지 확인하십시오.",
)
_MOVED = Text("{binding} Before, it was bound to {where}.", "{binding} 이전 바인딩은 {where}입니다.")
_MOVES = Text("{binding} Afterwards it is bound to {where}.", "{binding} 이후 바인딩은 {where}입니다.")


class Endpoint(msgspec.Struct, frozen=True):
    """What a port is for, and by exposure (`loopback`, `node`, `everywhere`) who binds it so; nobody: off.

    `stand_in`: the port alone is not the component's: it opens it in another's place, or many use the number.
    """

    what: Text
    usual: Mapping[str, str | Text]
    stand_in: bool = False


def binding(endpoint: Endpoint, exposure: str) -> Text:
    """The sentence on where a listener is bound, and whether that is usual."""
    if exposure in endpoint.usual:
        return _USUAL.fill(where=WHERE[exposure], who=endpoint.usual[exposure])
    if not endpoint.usual:
        return _OFF.fill(where=WHERE[exposure])
    each = [
        Text("{where} ({who})", "{where}({who})").fill(where=WHERE[at], who=who)
        for at, who in endpoint.usual.items()
    ]
    usual = Text(" / ".join(text.en for text in each), " / ".join(text.ko for text in each))
    if exposure == "loopback":
        return _TIGHTER.fill(usual=usual)
    return _UNUSUAL.fill(where=WHERE[exposure], usual=usual)


def moved(change: Change, pair: Pair, sentence: Text) -> Text:
    """The sentence on a binding, with where the same program had the port on the other side."""
    listener = change.entry
    if change.kind == "changed":
        return sentence
    for other in pair.changes("ss", "removed" if change.kind == "added" else "added"):
        was = other.entry
        if (
            (was.protocol, was.port, was.processes) == (listener.protocol, listener.port, listener.processes)
            and was.processes
            and was.exposure != listener.exposure
        ):
            return (_MOVED if change.kind == "added" else _MOVES).fill(
                binding=sentence, where=WHERE[was.exposure]
            )
    return sentence


def line(change: Change, pair: Pair) -> Evidence:
    """The changed socket itself, as ss shows it."""
    return pair.side(change).saw("ss", f"{change.key} {' '.join(change.entry.processes or ())}".strip())


def held_by(listener: object, processes: tuple[str, ...]) -> bool:
    """Whether one of these programs holds the socket (names are cut to 15 characters)."""
    names = {process[:15] for process in processes}
    return any(name[:15] in names for name in getattr(listener, "processes", None) or ())


def elsewhere(witness: Witness, component: str, key: str, processes: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Evidence of the component other than the one listener `key`: another of its sockets, or any sign."""
    processes = (*processes, *(SIGNS[component].processes if component in SIGNS else ()))
    for other, listener in witness.entries("ss").items():
        if other != key and held_by(listener, processes):
            return (witness.saw("ss", f"{other} {' '.join(listener.processes)}"),)
    return seen_apart(witness, component, "ss")


def listens(
    component: str, processes: tuple[str, ...], endpoints: Mapping[str, Endpoint]
) -> Callable[[Change, Pair], Match | None]:
    """The match of a rule on `ss`: a socket of one of `processes` on a port of `endpoints` (`tcp 10250`;
    `tcp *` for the random one on loopback).

    Shown where the line names one of the component's own programs on a port of its own: ss read the name from
    the process that holds the socket. A port drawn at random is nobody's own: there the component must be seen
    by something else too, else it is likely. Without the program's name nothing is more than likely, and only
    the whole set of ports or another sign of the component counts.
    """
    fixed = {port for port in endpoints if not port.endswith("*")}

    def match(change: Change, pair: Pair) -> Match | None:
        if only(change, "pids", "fds"):
            return None
        listener = change.entry
        port = f"{listener.protocol} {listener.port}"
        if "*" in change.key.split()[1].rpartition(":")[2]:
            port = f"{listener.protocol} *"
        endpoint = endpoints.get(port)
        if endpoint is None:
            return None
        witness = pair.side(change)
        values: dict[str, object] = {
            "port": listener.port,
            "what": endpoint.what,
            "binding": moved(change, pair, binding(endpoint, listener.exposure)),
        }
        usual = listener.exposure in endpoint.usual
        if (
            listener.exposure == "everywhere"
            and endpoint.usual.get("everywhere") == _KUBESPRAY
            and not marks(witness)
        ):
            usual = False
            values["binding"] = moved(change, pair, _ONLY_KUBESPRAY)
        own = line(change, pair)
        if listener.processes is None:
            if endpoint.stand_in or _another(witness, component):
                return None
            open_ports = {f"{each.protocol} {each.port}" for each in witness.entries("ss").values()}
            found = seen(witness, component)
            if found:
                return Match((own, *found), "likely", values, usual)
            whole = len(fixed) >= 3 and fixed <= open_ports
            return Match((own,), "likely", values, usual) if whole else None
        if not held_by(listener, processes):
            return None
        other = elsewhere(witness, component, change.key, processes)
        return Match((own, *other), "shown" if other or port in fixed else "likely", values, usual)

    return match


def _another(witness: Witness, component: str) -> bool:
    """Whether a port of this component is another's here: k3s and MicroK8s are all of them in one process, and
    what lies below k3s' path may be RKE2's."""
    if component == "k3s":
        return bool(rke2(witness))
    return component in PARTS and bool(k3s(witness) or seen(witness, "microk8s"))


def kernel_socket(
    protocol: str,
    port: int,
    device: str,
    rivals: str = "",
    programs: tuple[str, ...] = (),
    others: tuple[str, ...] = (),
) -> Callable[[Change, Pair], Match | None]:
    """Asks whether a change is the kernel's own socket (no process) of a tunnel device.

    `device`, `rivals`: regular expressions for names of interfaces. Where a rival is there as well, the
    socket may be either's: nothing is proven. Where no interfaces were recorded, a running one of `programs`,
    whose default this tunnel is, makes it likely, unless one of `others` runs, who open the same port.
    """

    def ask(change: Change, pair: Pair) -> Match | None:
        listener = change.entry
        if (listener.protocol, listener.port) != (protocol, port) or listener.processes:
            return None
        witness = pair.side(change)
        names = witness.links()
        if any(re.fullmatch(rivals, name) for name in names if rivals):
            return None
        found = next((witness.interface(name) for name in names if re.fullmatch(device, name)), None)
        if found is not None:
            return Match((line(change, pair), found))
        author = witness.process(*programs) if programs and not names else None
        if author is None or witness.process(*others):
            return None
        return Match((line(change, pair), author), "likely")

    return ask


def tunnel(
    change: Change, pair: Pair, sockets: Iterable[tuple[Endpoint, Callable[[Change, Pair], Match | None]]]
) -> Match | None:
    """The first of these kernel sockets that a change is, with what is said of its port."""
    for endpoint, ask in sockets:
        if (found := ask(change, pair)) is not None:
            exposure = change.entry.exposure
            values = {
                "port": change.entry.port,
                "what": endpoint.what,
                "binding": binding(endpoint, exposure),
            }
            return Match(found.evidence, found.certainty, values, exposure in endpoint.usual)
    return None


def any_port(change: Change, pair: Pair, component: str, processes: tuple[str, ...]) -> Match | None:
    """A socket of a program that opens whatever port it is told to, or draws one.

    Shown where another fact shows the component; likely where only other sockets of its programs do.
    """
    if not held_by(change.entry, processes) or only(change, "pids", "fds", "port"):
        return None
    found = elsewhere(pair.side(change), component, change.key, processes)
    apart = seen_apart(pair.side(change), component, "ss")
    if not found:
        return None
    values = {"port": change.entry.port, "where": WHERE[change.entry.exposure]}
    own = line(change, pair)
    return Match((own, *apart), values=values) if apart else Match((own, *found), "likely", values)
