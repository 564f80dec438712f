"""What a proof makes of what was seen: clocks that differ, bridges' copies, silence, repeated packets, and lies."""

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from leadline.base.text import Lang, same
from leadline.network.netns import Link, Netns
from leadline.network.packet import Frame, Packet, number
from leadline.network.probe.decode import ACK, SYN, Decoded
from leadline.network.probe.observation import Attempt, Observation, Probed, Problem, SendResult
from leadline.network.probe.proof import Proof, proof
from leadline.network.result import Branch, Flow, Hop, Seen, Trace, Way
from leadline.report.contract import Style, load
from leadline.report.views.probe import document

A, B = number("10.244.0.2"), number("10.244.1.2")
NODES = {"n1": number("192.168.10.1"), "n2": number("192.168.10.2")}
PORTS = {"tcp": 6, "udp": 17}
LEFT = 1_800_000_000_000_000_000
WAY = [
    ("n1", "default/a", "eth0", "out"),
    ("n1", "", "veth1", "in"),
    ("n1", "", "cni0", "in"),
    ("n1", "", "eth0", "out"),
    ("n2", "", "eth0", "in"),
    ("n2", "", "cni0", "out"),
    ("n2", "", "veth2", "out"),
    ("n2", "default/b", "eth0", "in"),
]


def links(*names: str) -> Netns:
    made = {
        each: Link(name=each, kind="veth", master="cni0" if each.startswith("veth") else "") for each in names
    }
    return cast(Netns, SimpleNamespace(links=made))


NETNS: Mapping[tuple[str, str], Netns] = {
    ("n1", ""): links("veth1", "veth9", "cni0", "eth0", "eth1"),
    ("n2", ""): links("veth2", "veth8", "cni0", "eth0"),
}
CAPTURED = frozenset((host, place) for host, place, _, _ in WAY)


def hops(packet: Packet, way: list[tuple[str, str, str, str]]) -> tuple[Hop, ...]:
    """The way as hops, tunnelled between the nodes."""
    ends = (NODES["n1"], NODES["n2"]) if packet.source == A else (NODES["n2"], NODES["n1"])
    outer = Packet(
        protocol="udp", source=ends[0], destination=ends[1], size=110, frame=Frame("", "", packet), vni=1
    )
    places = list(dict.fromkeys((host, place) for host, place, _, _ in way))
    found = []
    for place, (host, inside) in enumerate(places):
        through = tuple(each[2] for each in way if each[:2] == (host, inside))
        first, last = place == 0, place == len(places) - 1
        tunnelled = not inside
        found.append(
            Hop(
                host=host, place=inside, through=through,
                came_in="" if first else through[0], goes_out="" if last else through[-1],
                packet=outer if tunnelled and place == 2 else packet,
                leaves=None if last else outer if tunnelled and place == 1 else packet,
            )
        )  # fmt: skip
    return tuple(found)


def traced(protocol: str = "tcp", *, at: str = "n2") -> Trace:
    asked = Packet(
        protocol=protocol, source=A, destination=B, source_port=40000, destination_port=8080, size=60
    )
    answer = msgspec.structs.replace(asked, source=B, destination=A, source_port=8080, destination_port=40000)
    request = Way(
        hops=hops(asked, WAY), disposition="delivered", at=at, place="default/b", why=same("it arrives")
    )
    reply = Way(hops=hops(answer, WAY[::-1]), disposition="delivered", at="n1", why=same("it arrives"))
    flow = Flow(source="a", destination="b", host="n1", place="default/a", packet=asked)
    return Trace(flow=flow, branches=(Branch(probability=1, request=request, reply=reply),))


def seen(
    where: tuple[str, str, str, str], number_: int, *, protocol: str = "tcp", reply: bool = False,
    begin: int = 1000, port: int = 25000, vtep: str = "n2", **more: Any,
) -> Observation:  # fmt: skip
    """A frame where the way has it, a millisecond behind the one before."""
    host, place, interface, direction = where
    ends = (B, 8080, A, port) if reply else (A, port, B, 8080)
    numbers = (
        {"flags": SYN | ACK, "sequence": 7, "acknowledged": begin + 1}
        if reply
        else {"flags": SYN, "sequence": begin}
    )
    packet = Decoded(
        4,
        PORTS[protocol],
        ends[0],
        ends[2],
        ends[1],
        ends[3],
        size=60,
    )
    if protocol == "tcp":
        packet = msgspec.structs.replace(packet, **numbers)
    if (interface, place) == ("eth0", ""):
        nodes = (NODES["n1"], NODES[vtep])
        source, to = nodes[::-1] if reply else nodes
        packet = Decoded(4, 17, source, to, 1, 8472, size=110, vni=1, inner=packet)
    return Observation(
        host=host, netns=place, interface=interface, direction=direction,  # type: ignore[arg-type]
        time=LEFT + number_ * 1_000_000, frame=b"", role="reply" if reply else "request", packet=packet, **more,
    )  # fmt: skip


TURNED = {"in": "out", "out": "in"}
BACK = [(host, place, interface, TURNED[direction]) for host, place, interface, direction in reversed(WAY)]


def request(**more: Any) -> list[Observation]:
    return [seen(each, place, **more) for place, each in enumerate(WAY)]


def reply(**more: Any) -> list[Observation]:
    return [seen(each, len(WAY) + place, reply=True, **more) for place, each in enumerate(BACK)]


def result(
    observations: Iterable[Observation], heard: Seen | None = "answer", *, trace: Trace | None = None, attempts: int = 1,
    captured: frozenset[tuple[str, str]] = CAPTURED, problems: tuple[Problem, ...] = (),
) -> Proof:  # fmt: skip
    tried = tuple(Attempt(seen=heard or "unknown", at=LEFT / 1e9 + each) for each in range(attempts))
    sent = SendResult(seen=heard, detail=same(heard), attempts=tried) if heard is not None else None
    probed = Probed(sent=sent, observations=tuple(observations), captured=captured, problems=problems)
    return proof(trace or traced(), probed, NETNS)


def told(found: Proof) -> list[tuple[str, str, str]]:
    return [(each.found, each.host, each.interface) for each in found.shown.lineup.differences]


def test_confirmed_with_the_time_of_each_interface() -> None:
    found = result([*request(), *reply()])
    assert (found.verdict, found.delivered, told(found)) == ("confirmed", True, [])
    assert found.shown.latencies == pytest.approx([each / 1000 for each in range(16)])
    assert found.shown.last is not None and found.shown.last.place == "default/a"


def test_what_must_not_confuse_it() -> None:
    """SYNs sent again, a source port drawn anew by a rule, frames of a bridge that floods or asks for a neighbour itself."""
    again = [msgspec.structs.replace(each, time=each.time + 10**9) for each in request()]
    masqueraded = [*request(port=61234), *reply(port=61234)]
    flooded = [seen(("n2", "", "veth8", "out"), 6), seen(("n2", "", "cni0", "out"), 5)]
    copies = [seen(("n1", "", "veth9", "other"), 2), seen(("elsewhere", "", "eth0", "in"), 2)]
    found = result([*masqueraded, *again, *flooded, *copies])
    assert (found.verdict, told(found)) == ("confirmed", [])
    assert "copy" in {each.found for each in found.shown.lineup.points}


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (lambda frames: [*frames[:4], *frames[5:]], ("not-seen", "n2", "eth0")),
        (lambda frames: [*frames, seen(("n1", "", "eth1", "out"), 3)], ("not-predicted", "n1", "eth1")),
        (lambda frames: [*frames[:3], seen(WAY[3], 3, vtep="n1"), *frames[4:]], ("otherwise", "n1", "eth0")),
    ],
)
def test_contradicted(change: Any, difference: tuple[str, str, str]) -> None:
    found = result(change([*request(), *reply()]))
    assert (found.verdict, told(found)) == ("contradicted", [difference])


def test_the_sender_noticed_something_else() -> None:
    assert result([*request(), *reply()], "refused").verdict == "contradicted"
    assert result(request(), "timeout").verdict == "contradicted"


def test_silence_of_a_program_proves_nothing() -> None:
    udp = traced("udp")
    found = result(request(protocol="udp"), "timeout", trace=udp)
    assert (found.verdict, found.shown.lineup.silent) == ("insufficient-information", True)
    assert "did not answer" in found.whys[0].en
    assert result(request(protocol="udp")[:-1], "timeout", trace=udp).verdict == "contradicted"
    abroad = result(request(), "timeout", trace=traced(at="outside"))
    assert abroad.verdict == "insufficient-information"
    assert result([*request(), *reply()], "refused", trace=traced(at="outside")).verdict != "contradicted"


def test_what_could_not_be_seen_is_named() -> None:
    some = frozenset(each for each in CAPTURED if each[0] == "n1")
    mine = [each for each in [*request(), *reply()] if each.host == "n1"]
    found = result(mine, captured=some, problems=(Problem("n2", same("n2: no python3")),))
    assert (found.verdict, [each.en for each in found.whys]) == (
        "insufficient-information",
        ["n2: no python3"],
    )
    named = [each.en for each in result(mine, captured=some).whys]
    assert len(named) == 2 and all("n2" in each for each in named)
    nothing = result([], None, problems=(Problem("n1", same("n1: nothing was sent")),))
    assert (nothing.verdict, nothing.whys[0].en) == ("insufficient-information", "n1: nothing was sent")
    assert result([], "unknown").verdict == "insufficient-information"


def test_a_clock_that_is_off() -> None:
    def off(frames: list[Observation], seconds: float) -> list[Observation]:
        late = int(seconds * 1e9)
        return [
            msgspec.structs.replace(each, time=each.time + late) if each.host == "n2" else each
            for each in frames
        ]

    for seconds in (5, -5):
        found = result(off([*request(), *reply()], seconds))
        assert found.verdict == "confirmed"
        assert found.shown.offsets == {"n2": pytest.approx(seconds, abs=0.005)}
        assert found.shown.latencies == pytest.approx([each / 1000 for each in range(16)], abs=0.005)
    # nothing came back, so nobody knows by how much
    line = result(off(request(), -5), "timeout").shown
    assert line.latencies[:4] == pytest.approx([0, 0.001, 0.002, 0.003]) and set(line.latencies[4:8]) == {
        None
    }


def test_each_connection_by_itself() -> None:
    second = [
        msgspec.structs.replace(each, time=each.time + 10**9) for each in request(begin=2**32 - 1, port=25001)
    ]
    found = result([*request(), *reply(), *second], attempts=2)
    assert [each.verdict for each in found.lines] == ["confirmed", "contradicted"]
    assert found.shown is found.lines[1]
    assert all(len(each.connection.observations) in (16, 8) for each in found.lines)


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_every_verdict_is_shown(lang: Lang, name: str) -> None:
    wrong = result([*request()[:5], seen(("n1", "", "eth1", "out"), 3)], "timeout")
    shown = load(name).render(document(wrong, again="leadline probe a b"), lang, Style(False, 100))
    assert "leadline probe a b -o json --to probe.json --capture probe.pcapng" in shown
    assert {"en": "a failure of leadline", "ko": "leadline의 오류"}[lang] in shown
    missing = result([], None, problems=(Problem("n1", same("n1: nothing was sent")),))
    assert "n1: nothing was sent" in load(name).render(document(missing), lang, Style(False, 100))
