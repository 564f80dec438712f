"""The lab beside mininet: namespaces and links made and taken down again, in one run."""

import shutil
import sys
from pathlib import Path

from bench.measure import Ratio, beside, program, settled, timed

LEADLINE = str(Path(sys.executable).parent / "leadline")
SHAPES = ((3, 2), (10, 4), (25, 4), (50, 4))
# mininet's hosts -> the lab that it is held against
BESIDE = {10: (3, 2), 50: (50, 4)}


def rows() -> list[str]:
    """The section of docs/benchmarks.md. A namespace here is a node's or a pod's, each with its link."""
    lines = [
        "## The lab, up and down as whole processes",
        "",
        "Each namespace comes with its link; ours with processes, routes, FDB and neighbour entries, firewall rules and "
        "servers as well, mininet's with a shell. The VXLAN entries of a lab grow with the square of its nodes; they are "
        "lines of one batch for each node.",
        "",
        "| what | namespaces | up and down | each |",
        "| --- | --- | --- | --- |",
    ]
    for nodes, pods in SHAPES:
        taken = timed(lambda nodes=nodes, pods=pods: lab(nodes, pods), 5, settled)
        count = nodes * (1 + pods)
        lines.append(
            f"| `leadline lab`, {nodes} nodes × {pods} pods | {count} | {taken} | {taken.median / count * 1000:.1f} ms |"
        )
    if (mininet := shutil.which("mn")) is None:
        return [*lines, "| mininet | | not installed (Debian: mininet, bridge-utils) | |"]
    for hosts, (nodes, pods) in BESIDE.items():
        arguments = [
            "--switch",
            "lxbr",
            "--controller",
            "none",
            "--topo",
            f"single,{hosts}",
            "--test",
            "none",
        ]
        _, theirs, ratio = beside(
            lambda nodes=nodes, pods=pods: lab(nodes, pods), program([mininet, *arguments]), 5, settled
        )
        scale = nodes * (1 + pods) / hosts
        each = Ratio(ratio.median * scale, ratio.spread * scale)
        lines.append(
            f"| mininet, {hosts} hosts | {hosts} | {theirs} | {theirs.median / hosts * 1000:.1f} ms, {each} the lab of "
            f"{nodes} × {pods} (goal: at least 5×) |"
        )
    return lines


def lab(nodes: int, pods: int) -> None:
    """Up and down."""
    shape = ["--nodes", str(nodes), "--pods", str(pods)]
    program([LEADLINE, "lab", "up", "--name", "bench", *shape])()
    program([LEADLINE, "lab", "down", "--name", "bench"])()
