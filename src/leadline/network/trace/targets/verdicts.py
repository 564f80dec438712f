"""Targets that end a packet's way through a table."""

from collections.abc import Sequence

from leadline.network.sight import Step, Verdict
from leadline.network.trace.extension import Option, Target


def _says(verdict: Verdict) -> Step:
    return lambda _: verdict


def _reject(options: Sequence[Option]) -> Step:
    answers = [option.value for option in options]
    return _says(Verdict(kind="reject", answer=answers[0] if answers else "icmp-port-unreachable"))


targets = (
    Target(name="ACCEPT", build=lambda _: _says(Verdict(kind="accept"))),
    Target(name="DROP", build=lambda _: _says(Verdict(kind="drop"))),
    Target(name="RETURN", build=lambda _: _says(Verdict(kind="return"))),
    Target(name="REJECT", options={"--reject-with": 1}, build=_reject),
    Target(name="QUEUE", build=lambda _: _says(Verdict(kind="queue"))),
    Target(name="NFQUEUE", build=lambda _: _says(Verdict(kind="queue"))),
)
