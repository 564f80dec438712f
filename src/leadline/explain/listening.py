"""Listeners of one component: the ports it is known to open, and how it usually binds them."""

from collections.abc import Callable, Mapping

import msgspec

from leadline.base.text import Text
from leadline.explain.components import seen, seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

WHERE = {
    "loopback": Text("loopback only", "loopback 전용"),
    "node": Text("the node's address", "노드 주소"),
    "everywhere": Text("every address", "모든 주소"),
}
_USUAL = Text("It listens on {where}, as {who} does.", "{where}에서 listen하며, {who}의 일반적인 구성입니다.")
_UNUSUAL = Text(
    "It listens on {where}; usual is {usual}: check who may reach it.",
    "{where}에서 listen합니다. 일반적인 구성은 {usual}이므로 누가 접근할 수 있는지 확인하십시오.",
)


class Endpoint(msgspec.Struct, frozen=True):
    """What a port is for, and by exposure (`loopback`, `node`, `everywhere`) who binds it so."""

    what: Text
    usual: Mapping[str, str]


def binding(endpoint: Endpoint, exposure: str) -> Text:
    """The sentence on where a listener is bound, and whether that is usual."""
    if exposure in endpoint.usual:
        return _USUAL.fill(where=WHERE[exposure], who=endpoint.usual[exposure])
    usual = Text(*(" / ".join(f"{WHERE[each][lang]} ({who})" for each, who in endpoint.usual.items()) for lang in ("en", "ko")))
    return _UNUSUAL.fill(where=WHERE[exposure], usual=usual)


def elsewhere(witness: Witness, component: str, key: str, processes: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Evidence of the component other than the one listener `key`: another of its sockets, or any sign."""
    for other, listener in witness.entries("ss").items():
        if other != key and any(name[:15] == process[:15] for name in listener.processes or () for process in processes):
            return (witness.saw("ss", f"{other} {' '.join(listener.processes)}"),)
    return seen_apart(witness, component, "ss")


def listens(
    component: str, processes: tuple[str, ...], endpoints: Mapping[str, Endpoint]
) -> Callable[[Change, Pair], Match | None]:
    """The match of a rule on `ss`: a socket of one of `processes` on a port of `endpoints` (`tcp 10250`;
    `tcp *` for the random one).

    Shown where the component is seen by anything but this one line; likely where the line, program and
    port together, is all there is. Without the program's name only the whole set of ports counts.
    """
    names = {process[:15] for process in processes}
    fixed = {port for port in endpoints if not port.endswith("*")}

    def match(change: Change, pair: Pair) -> Match | None:
        listener = change.entry
        port = f"{listener.protocol} {listener.port}"
        if "*" in change.key.split()[1].rpartition(":")[2]:
            port = f"{listener.protocol} *"
        endpoint = endpoints.get(port)
        if endpoint is None:
            return None
        witness = pair.side(change)
        line = witness.saw("ss", f"{change.key} {' '.join(listener.processes or ())}".strip())
        values: dict[str, object] = {
            "port": listener.port,
            "what": endpoint.what,
            "binding": binding(endpoint, listener.exposure),
        }
        usual = listener.exposure in endpoint.usual
        if listener.processes is None:
            open_ports = {f"{each.protocol} {each.port}" for each in witness.entries("ss").values()}
            found = seen(witness, component)
            if found:
                return Match((line, *found), "likely", values, usual)
            whole = len(fixed) >= 3 and fixed <= open_ports
            return Match((line,), "likely", values, usual) if whole else None
        if not any(name[:15] in names for name in listener.processes):
            return None
        other = elsewhere(witness, component, change.key, processes)
        return Match((line, *other), "shown" if other else "likely", values, usual)

    return match
