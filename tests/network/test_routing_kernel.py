"""Routes looked up over recorded texts, held against the kernel they were recorded from."""

import os
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from routing_worlds import Question, World

from leadline.network.packet import dotted
from leadline.network.recorded import RecordedNetns
from leadline.network.trace import routing
from leadline.network.trace.routing import RouteAnswer
from leadline.snapshot.store import load

WORLDS, QUESTIONS, FILTERED = 5, 600, 12
FILTERS = {
    "local", "broadcast", "multicast", "unicast", "local-here", "strict", "loose", "by-v1", "by-v2", "rpfilter",
    "rpfilter--loose", "rpfilter--accept-local",
}  # fmt: skip


def needs_namespaces() -> None:
    if subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode:
        pytest.skip("network namespaces cannot be made here")


def ours(netns: RecordedNetns, question: Question) -> RouteAnswer:
    packet = question.packet
    if question.came_in:
        return routing.input(netns, packet, question.came_in)
    return routing.output(
        netns,
        packet.destination,
        source=packet.source or None,
        mark=packet.mark,
        device=question.bound,
        tos=packet.tos,
        protocol=packet.protocol,
        source_port=packet.source_port,
        destination_port=packet.destination_port,
        uid=0,
    )


def ways(answer: RouteAnswer) -> list[tuple[str, str]]:
    """Interface and gateway of all ways."""
    several = answer.candidates or (answer,)
    return [(each.device, "" if each.gateway is None else dotted(each.gateway)) for each in several]


def differences(question: Question, answer: RouteAnswer, said: dict[str, Any]) -> list[str]:
    """What is wrong with our answer, by the kernel's."""
    if answer.kind == "unknown":
        # of a multipath route some ways may be refused
        return [] if "drawn" in str(answer.missing) else ["unknown"]
    incoming = bool(question.came_in)
    if (error := said.get("error")) is not None:
        wanted = answer.error
        if incoming and answer.kind in ("reverse-path", "martian"):
            wanted = "EINVAL"
        elif answer.kind == "not-forwarding":
            wanted = "EHOSTUNREACH"
        return [] if wanted == error else [f"error: {error}"]
    wrong = []
    kind = {"": "forward", "unicast": "forward", "anycast": "forward"}.get(
        said.get("type", ""), said.get("type")
    )
    if kind == "broadcast" and incoming and "brd" not in said["cache"]:
        kind = "forward"
    if kind == "forward" and said["dev"] == "lo" and not incoming:
        kind = "local"
    if kind != answer.kind:
        wrong.append(f"kind: {kind}")
    elif not (incoming and kind != "forward"):
        if (said["dev"], said.get("gateway", "")) not in ways(answer):
            wrong.append("way")
        sources = {each.source for each in answer.candidates or (answer,)}
        source = said.get("prefsrc") or said.get("from")
        if not incoming and (source or "0.0.0.0") not in {dotted(each or 0) for each in sources}:
            wrong.append(f"source: {source}")
    matched = said["match"]
    if "dst" in matched and answer.cite and "error" not in matched:
        words = answer.cite.split()
        prefix = next(word for word in words if word[0].isdigit() or word == "default")
        if matched["dst"] != prefix:
            wrong.append("prefix")
    return wrong


def miscounted(answer: RouteAnswer, counted: list[str]) -> bool:
    """Whether a packet that really came in went another way than ours."""
    if answer.kind == "forward":
        return "forward" not in counted
    if answer.kind in ("local", "broadcast"):
        return "deliver" not in counted
    if answer.kind in ("reverse-path", "not-forwarding"):
        return answer.kind not in counted
    if answer.kind == "multicast":
        return "reverse-path" in counted
    if answer.kind == "unknown":
        return False
    if answer.icmp is None:
        return bool(counted)
    # the error may be for an address here, or for one that is routed
    return "icmp" not in counted and bool({"deliver", "forward", "reverse-path"} & set(counted))


def mismatched(netns: RecordedNetns, question: Question, matched: list[str]) -> set[str]:
    """Which filters matched a packet that came in and should not, by us, or the other way round."""
    packet, device = question.packet, question.came_in
    to, source = packet.destination, packet.source

    def leaves(to: int, source: int, device: str = "") -> str:
        return routing.route_device(
            netns, to, source=source, mark=0, device=device, tos=packet.tos, protocol=packet.protocol
        )

    kind = routing.address_type(netns, to)
    ours = {kind, f"by-{leaves(to, source)}"} & FILTERS
    for name, matches in (
        ("local-here", routing.address_type(netns, to, device) == "local"),
        ("strict", leaves(source, to, device)),
        ("loose", leaves(source, to)),
        ("rpfilter", routing.reverse_device(netns, packet, device, loose=False)),
        ("rpfilter--loose", routing.reverse_device(netns, packet, device, loose=True)),
        (
            "rpfilter--accept-local",
            routing.reverse_device(netns, packet, device, loose=False, accept_local=True),
        ),
    ):
        ours |= {name} if matches else set()
    return ours ^ (set(matched) & FILTERS)


def test_routes_are_the_kernels(tmp_path: Path) -> None:
    needs_namespaces()
    start = int(os.environ.get("LEADLINE_SEED", random.randrange(1 << 30)))
    compared: dict[str, int] = {}
    for seed in range(start, start + WORLDS):
        world = World(seed)
        questions = [world.question(came_in=place % 2 == 0) for place in range(QUESTIONS)]
        folder = tmp_path / str(seed)
        said = world.asked(folder, questions, FILTERED)
        netns = RecordedNetns(load(folder / "host")["host"])
        for question, kernel in zip(questions, said, strict=True):
            answer = ours(netns, question)
            compared[answer.kind] = compared.get(answer.kind, 0) + 1
            wrong = differences(question, answer, kernel)
            if "counted" in kernel:
                wrong += ["counted"] if miscounted(answer, kernel["counted"]) else []
            if "matched" in kernel and question.packet.source:
                wrong += mismatched(netns, question, kernel["matched"])
            assert not wrong, f"seed {seed}: {wrong}\n{question.words()}\n{kernel}\n{answer}\n{folder}"
    assert len(compared) > 8, compared
