"""Every figure in docs/benchmarks.md, measured now."""

import gc
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import captures, laboratory, peers, tracing
from bench.measure import beside, program, settled, spin, timed
from leadline.explain.explain import explain
from leadline.snapshot.record import whole_script
from leadline.snapshot.snapshot import Snapshot
from leadline.snapshot.store import load

ROOT = Path(__file__).parent.parent
PAIR = ROOT / "src/leadline/demo/before", ROOT / "src/leadline/demo/after"
LEADLINE = str(Path(sys.executable).parent / "leadline")


def one(folder: Path) -> Snapshot:
    return next(iter(load(folder).values()))


def start_up() -> list[str]:
    bare = timed(program([sys.executable, "-c", ""]))
    rows = [f"| bare Python | {bare} | |"]
    for title, arguments, codes, limit in (
        ("`leadline --help`", ["--help"], (0,), "< 100 ms"),
        ("`leadline diff` of the recorded pair, terminal", ["diff", *map(str, PAIR)], (1,), "< 300 ms"),
        ("`leadline diff -o json`", ["diff", *map(str, PAIR), "-o", "json"], (1,), ""),
        ("`leadline diff -o html`", ["diff", *map(str, PAIR), "-o", "html"], (1,), ""),
        ("`leadline explain vm.overcommit_memory`", ["explain", "vm.overcommit_memory"], (0,), ""),
    ):
        rows.append(f"| {title} | {timed(program([LEADLINE, *arguments], codes))} | {limit} |")
    return ["## Whole processes", "", "| what | time | goal |", "| --- | --- | --- |", *rows]


def busy_node(folder: Path, side: str, pods: int = 110) -> None:
    """The recorded node with the kubelet's default limit of pods: its own lines, repeated under other names."""
    folder.mkdir(parents=True)
    origin = PAIR[side == "after"]
    for fact in ("df", "findmnt"):
        lines = (origin / f"{fact}.txt").read_text().splitlines(keepends=True)
        sample = [line for line in lines if re.search(r"[0-9a-f]{64}/(rootfs|shm)", line)][:3]
        more = [
            re.sub(r"[0-9a-f]{64}", lambda found, number=number: f"{number:08x}{found[0][8:]}", line)
            for number in range(pods if side == "after" else 0)
            for line in sample
        ]
        (folder / f"{fact}.txt").write_text("".join(lines[:-1] + more + lines[-1:]))
    text = (origin / "sysctl.txt").read_text()
    tree = "".join(line for line in text.splitlines(keepends=True) if ".veth0d6bd62c." in line)
    trees = "".join(tree.replace("veth0d6bd62c", f"veth{number:08x}") for number in range(pods))
    (folder / "sysctl.txt").write_text(text.replace("user.max", trees + "user.max", 1))


def against_jc() -> list[str]:
    facts, cannot = peers.readable(PAIR)
    lines = [
        "## Parse + diff + explanation against jc + DeepDiff (parse + diff only)",
        "",
        f"The same files, in one process; {', '.join(facts)} are what jc can parse.",
        "",
        "| files | ours, with explanation | jc + DeepDiff | ratio (goal: at least 5×) |",
        "| --- | --- | --- | --- |",
    ]

    def measured(title: str, folders: tuple[Path, Path], runs: int) -> str:
        ours, theirs, ratio = beside(
            lambda: explain(one(folders[0]), one(folders[1])), lambda: peers.run(folders, facts), runs
        )
        return f"| {title} | {ours} | {theirs} | {ratio} |"

    with tempfile.TemporaryDirectory() as scratch:
        plain, busy = Path(scratch) / "plain", Path(scratch) / "busy"
        for side, origin in zip(("before", "after"), PAIR, strict=True):
            (plain / side).mkdir(parents=True)
            for fact in facts:
                shutil.copy(origin / f"{fact}.txt", plain / side)
            busy_node(busy / side, side)
        lines.append(measured("the recorded pair", (plain / "before", plain / "after"), 15))
        lines.append(measured("the same node with 110 pods", (busy / "before", busy / "after"), 9))
    return [*lines, "", *(f"Where jc cannot: {why}." for why in cannot.values())]


def recording() -> list[str]:
    def record() -> None:
        with tempfile.TemporaryDirectory() as folder:
            program([LEADLINE, "record", "--to", f"{folder}/new"])()

    script = whole_script(30)
    every, made = script.commands, script.text.encode()
    alone = {
        command: timed(program(["/bin/sh", "-c", command], tuple(range(256))), 3)
        for command in every.values()
    }
    command = max(alone, key=lambda each: alone[each].median)
    slowest = program(["/bin/sh", "-c", command], tuple(range(256)))
    one_command, on_host, of_host = beside(
        slowest, lambda: subprocess.run(["sh", "-s"], input=made, capture_output=True, check=True), 9
    )
    _, ours, of_ours = beside(slowest, record, 9)
    rows = [
        f"| slowest single command (`{command.splitlines()[0][:60]}`) | {one_command} | |",
        f"| the script on the host, all {len(every)} commands | {on_host} | {of_host} the slowest (goal: at most 1.5) |",
        f"| `leadline record`, whole process | {ours} | {of_ours} the slowest |",
    ]
    if sos := shutil.which("sos"):
        with tempfile.TemporaryDirectory() as folder:
            _, theirs, ratio = beside(
                record, program([sos, "report", "--batch", "--quiet", "--tmp-dir", folder]), 3
            )
        rows.append(f"| `sos report --batch` | {theirs} | {ratio} ours (goal: at least 30×) |")
    else:
        rows.append("| `sos report` | not installed (Debian: sosreport) | |")
    return ["## Recording this machine", "", "| what | time | ratio |", "| --- | --- | --- |", *rows]


FLEET = """
import resource, sys, time
from pathlib import Path
from leadline.explain.explain import explain
from leadline.snapshot.store import load
start = time.perf_counter()
changes = 0
before, after = load(Path(sys.argv[1])), load(Path(sys.argv[2]))
for host in list(after):
    changes += len(explain(before.pop(host), after.pop(host)).changes)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, changes)
"""


def fleet() -> list[str]:
    rows = []
    for hosts in (250, 500, 1000):
        with tempfile.TemporaryDirectory() as scratch:
            for side in ("before", "after"):
                for number in range(hosts):
                    folder = Path(scratch) / side / f"node{number:04}"
                    folder.mkdir(parents=True)
                    value = 1 if side == "after" else 0
                    keys = "".join(
                        f"net.test.group{i // 50}.key{i} = {value if i % 100 == 0 else i}\n"
                        for i in range(2000)
                    )
                    (folder / "sysctl.txt").write_text(keys)
            done = subprocess.run(
                [sys.executable, "-c", FLEET, f"{scratch}/before", f"{scratch}/after"],
                capture_output=True,
                text=True,
                check=True,
            )
            seconds, megabytes, changes = done.stdout.split()
            rows.append(
                f"| {hosts} | {float(seconds):.2f} s | {float(seconds) / hosts * 1000:.2f} ms | {float(megabytes):.0f} MB | {changes} |"
            )
    head = [
        "## Fleets: hosts with 2,000 sysctls each",
        "",
        "| hosts | time | per host | peak memory (goal: < 500 MB) | changes |",
    ]
    return [*head, "| --- | --- | --- | --- | --- |", *rows]


def main() -> None:
    # as leadline itself does; both sides of a comparison gain by it
    gc.set_threshold(100_000, 20, 20)
    noise = timed(spin, 25)
    text = [
        "# Benchmarks",
        "",
        "Written by `make bench`; median ± half the quartile range, and the fastest run.",
        "",
        f"Measured {time.strftime('%Y-%m-%d')} on {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}. Machine noise: a fixed loop took {noise}.",
    ]
    for part in (start_up, against_jc, recording, fleet, laboratory.rows, tracing.rows, captures.rows):
        print(f"bench: {part.__module__.rpartition('.')[2]} {part.__name__}", file=sys.stderr)
        settled()
        text += ["", *part()]
    (ROOT / "docs/benchmarks.md").write_text("\n".join(text) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
