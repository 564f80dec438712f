"""The iptables rules of a node as data, and the one text that loads those of all its writers.

kubelet, kube-proxy, flanneld and portmap each own chains of their own and hook them into the built-in chains
by jumps, which they put first or last there. The final order depends on who came when: `restore()` takes the
writers in that order.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

Table = Literal["mangle", "filter", "nat"]


class Jump(msgspec.Struct, frozen=True):
    """A rule in a built-in chain. `rule`: all of it after `-A CHAIN `. `last`: appended, else put first."""

    table: Table
    chain: str
    rule: str
    last: bool = False


class Rules(msgspec.Struct, frozen=True):
    """What one writer adds to one address family.

    `chains`: its own chains by table and name, each with its rules in order, as text after `-A CHAIN `.
    `jumps`: in the order in which the writer makes them.
    """

    chains: Mapping[Table, Mapping[str, Sequence[str]]]
    jumps: Sequence[Jump] = ()


def restore(writers: Iterable[Rules]) -> str:
    """The input of `iptables-restore --noflush` (or ip6tables-restore) for a node's empty tables.

    `writers`: in the order in which they came to the node. A jump that is there already is not made again,
    and a chain that two writers own holds what the later one wrote, if it wrote: both as on a real node.
    """
    chains: dict[Table, dict[str, Sequence[str]]] = {}
    jumps: dict[Table, dict[str, list[str]]] = {}
    for writer in writers:
        for table, own in writer.chains.items():
            present = chains.setdefault(table, {})
            present |= {chain: rules for chain, rules in own.items() if rules or chain not in present}
        for jump in writer.jumps:
            made = jumps.setdefault(jump.table, {}).setdefault(jump.chain, [])
            if jump.rule not in made:
                made.insert(len(made) if jump.last else 0, jump.rule)
    lines: list[str] = []
    for table in sorted(chains.keys() | jumps.keys()):
        lines.append(f"*{table}")
        lines += [f":{chain} - [0:0]" for chain in chains.get(table, {})]
        for content in (jumps.get(table, {}), chains.get(table, {})):
            lines += [f"-A {chain} {rule}" for chain, rules in content.items() for rule in rules]
        lines.append("COMMIT\n")
    return "\n".join(lines)
