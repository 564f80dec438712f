"""Every figure in docs/benchmarks.md, measured now."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import peers
from bench.measure import program, spin, timed
from leadline.explain.explain import explain
from leadline.facts.catalogue import sources
from leadline.snapshot.store import load

ROOT = Path(__file__).parent.parent
PAIR = ROOT / "src/leadline/demo/before", ROOT / "src/leadline/demo/after"
LEADLINE = str(Path(sys.executable).parent / "leadline")


def one(folder: Path) -> object:
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


def against_jc() -> list[str]:
    facts, cannot = peers.readable(PAIR)
    with tempfile.TemporaryDirectory() as scratch:
        folders = Path(scratch) / "before", Path(scratch) / "after"
        for folder, origin in zip(folders, PAIR, strict=True):
            folder.mkdir()
            for fact in facts:
                shutil.copy(origin / f"{fact}.txt", folder)
        ours = timed(lambda: explain(one(folders[0]), one(folders[1])), 9)  # type: ignore[arg-type]
        theirs = timed(lambda: peers.run(folders, facts), 5)
    lines = [
        "## Parse + diff + explanation against jc + DeepDiff (parse + diff only)",
        "",
        f"The same files, in one process; {', '.join(facts)} are what jc can parse.",
        "",
        "| ours, with explanation | jc + DeepDiff | ratio (goal: at least 5×) |",
        "| --- | --- | --- |",
        f"| {ours} | {theirs} | {ours.ratio(theirs)} |",
        "",
    ]
    return lines + [f"Where jc cannot: {why}." for why in cannot.values()]


def recording() -> list[str]:
    def record() -> None:
        with tempfile.TemporaryDirectory() as folder:
            program([LEADLINE, "record", "--to", f"{folder}/new"])()

    ours = timed(record, 5)
    slowest, name = None, ""
    for source in sources().values():
        for command in source.files.values():
            taken = timed(program(["/bin/sh", "-c", command], tuple(range(256))), 3)
            if slowest is None or taken.median > slowest.median:
                slowest, name = taken, command.splitlines()[0][:60]
    assert slowest is not None
    rows = [
        f"| slowest single command (`{name}`) | {slowest} | {ours.median / slowest.median:.2f} of it (goal: at most 1.5) |"
    ]
    if sos := shutil.which("sos"):
        with tempfile.TemporaryDirectory() as folder:
            theirs = timed(program([sos, "report", "--batch", "--quiet", "--tmp-dir", folder]), 1)
        rows.append(f"| `sos report --batch` | {theirs} | {ours.ratio(theirs)} (goal: at least 30×) |")
    else:
        rows.append("| `sos report` | not installed (Debian: sosreport) | |")
    head = ["## Recording this machine", "", "| what | time | ratio |", "| --- | --- | --- |"]
    return [*head, f"| `leadline record` | {ours} | |", *rows]


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
    noise = timed(spin, 25)
    text = [
        "# Benchmarks",
        "",
        "Written by `make bench`; median ± half the quartile range.",
        "",
        f"Measured {time.strftime('%Y-%m-%d')} on {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}. Machine noise: a fixed loop took {noise}.",
    ]
    for part in (start_up, against_jc, recording, fleet):
        print(f"bench: {part.__name__}", file=sys.stderr)
        text += ["", *part()]
    (ROOT / "docs/benchmarks.md").write_text("\n".join(text) + "\n")
    print("\n".join(text))


if __name__ == "__main__":
    main()
