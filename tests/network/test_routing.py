"""Routing over recorded texts: what follows from them, and what cannot be said without one that is missing.

A case is `texts` (file name → text, or `@path` under tests/data) and questions with what they are answered:
`output` and `input` (see `told`), `types` of addresses, `routes` (an address' interface), `reverse` (whether a packet
would be answered by the interface it came in by).
"""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from leadline.network.packet import Packet, dotted, number
from leadline.network.recorded import RecordedNetns
from leadline.network.trace import routing
from leadline.network.trace.answer import Candidate, RouteAnswer
from leadline.snapshot.store import load

DATA = Path(__file__).parent.parent / "data"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}:{case['case']}")
        for file in sorted((DATA / "network" / "routing").glob("*.yaml"))
        for case in YAML(typ="safe").load(file)
    ]


def netns(folder: Path, texts: dict[str, str]) -> RecordedNetns:
    (folder / "host").mkdir()
    for name, text in texts.items():
        content = (DATA / text[1:]).read_text() if text.startswith("@") else text
        (folder / "host" / name).write_text(content)
    return RecordedNetns(next(iter(load(folder / "host").values())))


def way(of: RouteAnswer | Candidate) -> list[str]:
    words = [of.device] if of.device else []
    words += ["via", dotted(of.gateway)] if of.gateway is not None else []
    words += ["onlink"] if of.onlink else []
    return [*words, *(["from", dotted(of.source)] if of.source is not None else [])]


def told(answer: RouteAnswer) -> str:
    """`kind device via gateway onlink from source mtu M table T by rule error icmp type/code (setting), assumed rules;
    candidate; …`, or `unknown: what is missing`."""
    if answer.kind == "unknown":
        assert answer.missing is not None
        return f"unknown: {answer.missing.en}"
    words = [answer.kind, *way(answer)]
    words += ["mtu", str(answer.mtu)] if answer.mtu else []
    words += ["table", answer.table] if answer.table else []
    words += ["by", " ".join(answer.rule.split())] if answer.rule else []
    words += [answer.error] if answer.error and answer.kind != "martian" else []
    words += ["icmp {}/{}".format(*answer.icmp)] if answer.icmp else []
    words += [f"({answer.setting})"] if answer.setting else []
    said = " ".join(words) + (", assumed rules" if answer.note else "")
    return "; ".join(
        [said, *(" ".join([*way(each), "weight", str(each.weight)]) for each in answer.candidates)]
    )


def asked(question: str) -> tuple[int, dict[str, str]]:
    """`8.8.8.8 from 10.0.0.1 on eth0 mark 1` → the address and the words behind it; `loose` and `rewritten` stand
    alone."""
    to, *words = question.split()
    found = {word: "yes" for word in ("loose", "rewritten") if word in words}
    pairs = [word for word in words if word not in found]
    return number(to), found | dict(zip(pairs[::2], pairs[1::2], strict=True))


def packet(to: int, words: dict[str, str]) -> Packet:
    return Packet(
        protocol="udp",
        source=number(words["from"]),
        destination=to,
        source_port=40000,
        destination_port=53,
        size=60,
        mark=int(words.get("mark", "0")),
    )


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    here = netns(tmp_path, case["texts"])

    def answer(kind: str, question: str) -> object:
        to, words = asked(question)
        device = words.get("on", "")
        match kind:
            case "output":
                return told(
                    routing.output(
                        here,
                        to,
                        source=number(words["from"]) if "from" in words else None,
                        mark=int(words.get("mark", "0")),
                        device=words.get("by", ""),
                        tos=int(words.get("tos", "0")),
                        uid=int(words["uid"]) if "uid" in words else None,
                        any_source="rewritten" in words,
                    )
                )
            case "input":
                return told(routing.input(here, packet(to, words), device))
            case "types":
                return routing.address_type(here, to, device)
            case "routes":
                return routing.route_device(here, to, source=None, mark=0, device=device)
        return routing.reverse_device(here, packet(to, words), device, loose="loose" in words)

    for kind in ("output", "input", "types", "routes", "reverse"):
        wanted = case.get(kind, {})
        assert {question: answer(kind, question) for question in wanted} == wanted
