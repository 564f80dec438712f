"""The lab beside mininet: namespaces and links made and taken down again, in one run."""

import shutil
import sys
from pathlib import Path

from bench.measure import program, settled, timed

LEADLINE = str(Path(sys.executable).parent / "leadline")
SHAPES = ((3, 2), (10, 4), (25, 4), (50, 4))
HOSTS = (10, 50)


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
    ours = []
    for nodes, pods in SHAPES:
        up = program([LEADLINE, "lab", "up", "--name", "bench", "--nodes", str(nodes), "--pods", str(pods)])
        down = program([LEADLINE, "lab", "down", "--name", "bench"])
        alone = timed(lambda up=up, down=down: (up(), down()), 5, settled)
        count = nodes * (1 + pods)
        ours.append(alone.median / count)
        lines.append(
            f"| `leadline lab`, {nodes} nodes × {pods} pods | {count} | {alone} | {alone.median / count * 1000:.1f} ms |"
        )
    if (mininet := shutil.which("mn")) is None:
        return [*lines, "| mininet | | not installed (Debian: mininet, bridge-utils) | |"]
    for number, hosts in enumerate(HOSTS):
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
        theirs = timed(program([mininet, *arguments]), 5, settled)
        each = theirs.median / hosts
        ratio = each / ours[0 if number == 0 else -1]
        lines.append(
            f"| mininet, {hosts} hosts | {hosts} | {theirs} | {each * 1000:.1f} ms; ours {ratio:.1f}× faster (goal: at least 5×) |"
        )
    return lines
