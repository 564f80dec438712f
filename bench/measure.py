"""Repeated timing with its spread, and how quiet the machine was meanwhile."""

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence

import msgspec


class Timing(msgspec.Struct, frozen=True):
    """Seconds: the median of several runs, half the range between their quartiles, and the fastest."""

    median: float
    spread: float
    fastest: float

    def __str__(self) -> str:
        unit, factor = ("s", 1.0) if self.median >= 1 else ("ms", 1000.0)
        return f"{self.median * factor:.3g} ± {self.spread * factor:.2g} {unit} (fastest {self.fastest * factor:.3g})"


class Ratio(msgspec.Struct, frozen=True):
    """How many times longer the other took: the median over rounds, and half the range between its quartiles."""

    median: float
    spread: float

    def __str__(self) -> str:
        return f"{self.median:.3g} ± {self.spread:.1g}×"


def timed(
    action: Callable[[], object], runs: int = 15, between: Callable[[], object] = lambda: None
) -> Timing:
    """The action's time; it runs once more before, to warm caches. `between`: what is done, untimed, before
    each run."""
    action()
    taken = []
    for _ in range(runs):
        between()
        taken.append(_once(action))
    return _timing(taken)


def beside(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    runs: int,
    between: Callable[[], object] = lambda: None,
) -> tuple[Timing, Timing, Ratio]:
    """Two actions in turn, so that a machine that is slow for a while is slow for both, and theirs / ours."""
    ours()
    theirs()
    rounds = []
    for _ in range(runs):
        between()
        mine = _once(ours)
        between()
        rounds.append((mine, _once(theirs)))
    ratios = _timing([other / mine for mine, other in rounds])
    first, second = zip(*rounds, strict=True)
    return _timing(list(first)), _timing(list(second)), Ratio(ratios.median, ratios.spread)


def _once(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _timing(taken: list[float]) -> Timing:
    quartiles = statistics.quantiles(taken, n=4) if len(taken) > 3 else [min(taken), 0, max(taken)]
    return Timing(statistics.median(taken), (quartiles[2] - quartiles[0]) / 2, min(taken))


def program(
    arguments: Sequence[str], codes: tuple[int, ...] = (0,), enter: Callable[[], None] | None = None
) -> Callable[[], object]:
    """A whole process, from start to end; its exit code must be one of `codes`. `enter`: what it does first."""

    def run() -> None:
        done = subprocess.run(
            arguments, capture_output=True, check=False, stdin=subprocess.DEVNULL, preexec_fn=enter
        )
        if done.returncode not in codes:
            raise RuntimeError(f"{arguments}: exit {done.returncode}: {done.stderr.decode()[-500:]}")

    return run


def settled() -> None:
    """Waits until a network namespace is made as fast as on a quiet machine, at most a minute: the kernel takes
    namespaces down long after the last process in them, and holds up whoever makes new ones meanwhile."""
    for _ in range(60):
        start = time.perf_counter()
        for _ in range(5):
            subprocess.run(["unshare", "--net", "true"], check=True)
        if time.perf_counter() - start < _QUIET:
            return
        time.sleep(1)


# Five times `unshare --net true`; a quiet machine takes a fifth of that.
_QUIET = 0.1


def spin() -> None:
    """A fixed amount of pure work: how its time scatters is the machine's noise."""
    total = 0
    for number in range(300_000):
        total += number * number
