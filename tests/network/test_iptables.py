"""What recorded and written rules make of a packet, as data/network/iptables/ states it.

`recorded.yaml`: a chain and what a packet meets in it, rule by rule up to a verdict. `written.yaml`: one rule each, in a
chain of its own. `meets`: the rule's place, its verdict in words, and the mark where it has changed. `chosen`: the outcomes of
what the rules ask, in order; `asked`: of each question the chance of outcome 0 (null: nothing decides) and the words.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML

from leadline.base.text import Text
from leadline.facts.iptables import parse_save
from leadline.network.packet import Packet, dotted, number
from leadline.network.sight import Answer, Sight, Tracked, Tuple, Unknown, Verdict
from leadline.network.trace.ipset import IpSets
from leadline.network.trace.iptables import IptablesRules

DATA = Path(__file__).parent.parent / "data"
CASES = DATA / "network" / "iptables"
TEXTS = sorted(
    file
    for pattern in ("lab/kube-proxy*/**/iptables*.txt", "recordings/**/iptables*.txt")
    for file in DATA.glob(pattern)
)


class Here:
    """A host that knows address types, and answers what is asked as the case says."""

    def __init__(self, types: dict[str, str], chosen: Sequence[int]) -> None:
        self._types = {number(address): kind for address, kind in types.items()}
        self._chosen = list(chosen)
        self.asked: list[list[object]] = []

    def address_type(self, address: int, device: str = "") -> str:
        return self._types.get(address, "unicast")

    def reverse_device(self, packet: Packet, device: str, *, loose: bool) -> bool:
        return True

    def route_device(self, address: int, *, source: int | None, mark: int, device: str) -> str:
        return "eth0"

    def interface_group(self, device: str) -> int | None:
        return None

    def choose(self, weights: Sequence[float] | None, what: Text) -> int:
        self.asked.append([weights and weights[0], what.en])
        return self._chosen.pop(0)

    def in_set(self, name: str, directions: tuple[str, ...], seen: Sight) -> bool | Unknown:
        return IpSets({}).contains(name, directions, seen)


def loaded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(CASES / name)
    return found


def rules_of(text: str) -> IptablesRules:
    return IptablesRules(parse_save(text, "iptables-save").entries)


def sight(case: dict[str, Any]) -> Sight:
    written: dict[str, Any] = {
        "protocol": "tcp",
        "source": "10.0.0.9",
        "destination": "10.0.0.1",
        "source_port": 40000,
        "destination_port": 80,
        "size": 60,
        **case.get("packet", {}),
    }
    addresses: dict[str, Any] = {side: number(written.pop(side)) for side in ("source", "destination")}
    return Sight(
        Packet(**addresses, **written),
        case.get("hook", "prerouting"),
        Here(case.get("types", {}), case.get("chosen", ())),
        came_in=case.get("came_in", "eth0"),
        tracked=Tracked(**case["tracked"]) if "tracked" in case else None,
        forwarded=case.get("forwarded", True),
        local_uid=case.get("local_uid"),
    )


def said(answer: Answer, before: Packet, now: Packet) -> str | bool:
    if isinstance(answer, Unknown):
        return f"unknown {answer.what.en}"
    if isinstance(answer, bool):
        changed = f" mark {now.mark:#x}" if now.mark != before.mark else ""
        return f"continue{changed}" if answer else False
    words = [answer.kind, answer.chain, answer.answer]
    if answer.address is not None and answer.last_address is not None:
        words.append(f"{dotted(answer.address)}-{dotted(answer.last_address)}")
    if answer.port is not None:
        words.append(f"{answer.port}-{answer.last_port}")
    if answer.base is not None:
        words.append(f"from {answer.base}")
    return " ".join(word for word in words if word)


def met(rules: IptablesRules, chain: str, seen: Sight) -> Iterator[str]:
    for rule in rules.rules("ip", *chain.split()):
        before = seen.packet
        answer = rule(seen)
        if (words := said(answer, before, seen.packet)) is not False:
            yield f"{rule.number} {words}"
        if isinstance(answer, Verdict | Unknown):
            return


@pytest.mark.parametrize("case", loaded("recorded.yaml")["cases"], ids=lambda case: f"{case['chain']}")
def test_recorded(case: dict[str, Any]) -> None:
    rules = rules_of((DATA / loaded("recorded.yaml")["text"]).read_text())
    seen = sight(case)
    assert list(met(rules, case["chain"], seen)) == case["meets"]
    assert isinstance(seen.here, Here)
    assert seen.here.asked == case.get("asked", seen.here.asked)


@pytest.mark.parametrize("case", loaded("written.yaml")["rules"], ids=lambda case: case["rule"])
def test_written(case: dict[str, Any]) -> None:
    rules = rules_of(f"*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING {case['rule']}\nCOMMIT\n")
    [rule] = rules.rules("ip", "mangle", "PREROUTING")
    assert rule.cite == f"-A PREROUTING {case['rule']}".rstrip()
    seen = sight(case)
    before = seen.packet
    assert said(rule(seen), before, seen.packet) == case["meets"]
    assert isinstance(seen.here, Here)
    assert seen.here.asked == case.get("asked", seen.here.asked)


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: str(file.relative_to(DATA)))
def test_every_recorded_rule_is_understood(file: Path) -> None:
    entries = parse_save(file.read_text(), "iptables-save").entries
    rules = IptablesRules(entries)
    ends = Tuple("icmp", 1, 1, 1, 1)
    packet = Packet(
        protocol="icmp", source=1, destination=2, source_port=1, destination_port=2, icmp=(8, 0), size=60
    )
    tracked = Tracked(state="established", original=ends, answer=ends)
    for key in entries:
        _, table, chain, *_ = key.split(" ")
        for rule in rules.rules("ip", table, chain):
            for step in (*rule.matches, *rule.steps):
                seen = Sight(packet, "forward", Here({}, [0] * 9), came_in="eth0", tracked=tracked)
                assert not isinstance(step(seen), Unknown), rule.cite


def test_base_chains_stand_where_the_kernel_has_them() -> None:
    bases = rules_of((DATA / "recordings/k8s-ctr/after/iptables-save.txt").read_text()).chains()
    assert {
        (base.table, base.name): (base.hook, base.priority, base.kind, base.policy) for base in bases
    } == {
        ("mangle", "PREROUTING"): ("prerouting", -150, "filter", "accept"),
        ("mangle", "INPUT"): ("input", -150, "filter", "accept"),
        ("mangle", "FORWARD"): ("forward", -150, "filter", "accept"),
        ("mangle", "OUTPUT"): ("output", -150, "route", "accept"),
        ("mangle", "POSTROUTING"): ("postrouting", -150, "filter", "accept"),
        ("filter", "INPUT"): ("input", 0, "filter", "accept"),
        ("filter", "FORWARD"): ("forward", 0, "filter", "accept"),
        ("filter", "OUTPUT"): ("output", 0, "filter", "accept"),
        ("nat", "PREROUTING"): ("prerouting", -100, "nat", "accept"),
        ("nat", "INPUT"): ("input", 100, "nat", "accept"),
        ("nat", "OUTPUT"): ("output", -100, "nat", "accept"),
        ("nat", "POSTROUTING"): ("postrouting", 100, "nat", "accept"),
    }


def test_what_is_not_there_is_a_key_error() -> None:
    rules = rules_of("*filter\n:INPUT DROP [0:0]\n:raw-a - [0:0]\n-A INPUT -g raw-a\nCOMMIT\n")
    assert [chain.policy for chain in rules.chains()] == ["drop"]
    assert rules.rules("ip", "filter", "raw-a") == []
    for family, table, chain in (
        ("ip", "filter", "FORWARD"),
        ("ip", "nat", "INPUT"),
        ("ip6", "filter", "INPUT"),
    ):
        with pytest.raises(KeyError):
            rules.rules(family, table, chain)


def test_a_rule_sees_what_earlier_ones_set() -> None:
    rules = rules_of(
        "*mangle\n:PREROUTING ACCEPT [0:0]\n"
        "-A PREROUTING -j CONNMARK --set-xmark 0x8/0xf\n"
        "-A PREROUTING -m connmark --mark 0x8/0xf -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff\n"
        "-A PREROUTING -m mark --mark 0x18/0xff -j ACCEPT\nCOMMIT\n"
    )
    seen = sight({"tracked": {"state": "new", "mark": 0x10}})
    assert list(met(rules, "mangle PREROUTING", seen)) == ["0 continue", "1 continue mark 0x18", "2 accept"]
    assert seen.connection_mark == 0x18
    assert msgspec.structs.replace(seen.packet, mark=0) == sight({}).packet
