"""Address translation. A single address or port is a range of one."""

from collections.abc import Sequence

from leadline.network.packet import network, number
from leadline.network.sight import Sight, Step, Verdict
from leadline.network.trace.extension import Option, Target

_FREE = {"--random": 0, "--random-fully": 0, "--persistent": 0}


def _ports(text: str) -> tuple[int, int, int | None]:
    """`80`, `80-90` or `80-90/100`: first, last, and the port from which the range is shifted."""
    span, _, base = text.partition("/")
    first, _, last = span.partition("-")
    return int(first), int(last or first), int(base) if base else None


def _towards(kind: str, options: Sequence[Option]) -> Step:
    [target] = [option.value for option in options if option.name.startswith("--to-")]
    addresses, colon, ports = target.partition(":")
    first = last = low = high = base = None
    if addresses:
        begin, _, end = addresses.partition("-")
        first, last = number(begin), number(end or begin)
    if colon:
        low, high, base = _ports(ports)
    verdict = Verdict(
        kind="dnat" if kind == "DNAT" else "snat",
        address=first,
        last_address=last,
        port=low,
        last_port=high,
        base=base,
    )
    return lambda _: verdict


def _own(kind: str, options: Sequence[Option]) -> Step:
    low = high = None
    for option in options:
        if option.name == "--to-ports":
            low, high, _ = _ports(option.value)
    verdict = Verdict(kind="masquerade" if kind == "MASQUERADE" else "redirect", port=low, last_port=high)
    return lambda _: verdict


def _network(options: Sequence[Option]) -> Step:
    base, mask = network(options[0].value)

    def step(seen: Sight) -> Verdict:
        destination = seen.hook in ("prerouting", "output")
        old = seen.packet.destination if destination else seen.packet.source
        address = old & ~mask | base
        return Verdict(kind="dnat" if destination else "snat", address=address, last_address=address)

    return step


targets = (
    Target(
        name="DNAT",
        options={"--to-destination": 1, **_FREE},
        build=lambda options: _towards("DNAT", options),
    ),
    Target(name="SNAT", options={"--to-source": 1, **_FREE}, build=lambda options: _towards("SNAT", options)),
    Target(
        name="MASQUERADE",
        options={"--to-ports": 1, **_FREE},
        build=lambda options: _own("MASQUERADE", options),
    ),
    Target(
        name="REDIRECT", options={"--to-ports": 1, **_FREE}, build=lambda options: _own("REDIRECT", options)
    ),
    Target(name="NETMAP", options={"--to": 1}, build=_network),
)
