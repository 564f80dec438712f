"""Repeated timing with its spread, and how quiet the machine was meanwhile."""

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec


class Timing(msgspec.Struct, frozen=True):
    """Seconds: the median of several runs, half the range between their quartiles, and the fastest."""

    median: float
    spread: float
    fastest: float

    def __str__(self) -> str:
        unit, factor = ("s", 1.0) if self.median >= 1 else ("ms", 1000.0)
        return f"{self.median * factor:.3g} ± {self.spread * factor:.2g} {unit} (fastest {self.fastest * factor:.3g})"

    def ratio(self, other: "Timing") -> str:
        """How many times longer the other took."""
        return f"{other.median / self.median:.1f}×"


def timed(
    action: Callable[[], object], runs: int = 15, between: Callable[[], object] = lambda: None
) -> Timing:
    """The action's time; it runs once more before, to warm caches. `between`: what is done, untimed, before
    each run."""
    action()
    taken = []
    for _ in range(runs):
        between()
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    quartiles = statistics.quantiles(taken, n=4) if len(taken) > 3 else [min(taken), 0, max(taken)]
    return Timing(statistics.median(taken), (quartiles[2] - quartiles[0]) / 2, min(taken))


def program(arguments: Sequence[str], codes: tuple[int, ...] = (0,)) -> Callable[[], object]:
    """A whole process, from start to end; its exit code must be one of `codes`."""

    def run() -> None:
        done = subprocess.run(arguments, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode not in codes:
            raise RuntimeError(f"{arguments}: exit {done.returncode}: {done.stderr.decode()[-500:]}")

    return run


def settled() -> None:
    """Waits until the machine does next to nothing, at most a minute: the kernel takes namespaces down long
    after the process that had them, and the next run would pay for it."""
    for _ in range(120):
        idle, every = _ticks()
        time.sleep(0.5)
        later_idle, later_every = _ticks()
        if later_idle - idle > 0.9 * (later_every - every):
            return


def _ticks() -> tuple[int, int]:
    ticks = [int(each) for each in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    return ticks[3] + ticks[4], sum(ticks)


def spin() -> None:
    """A fixed amount of pure work: how its time scatters is the machine's noise."""
    total = 0
    for number in range(300_000):
        total += number * number
