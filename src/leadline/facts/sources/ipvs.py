"""IPVS services and their servers: `ipvsadm -Sn`."""

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.entries import collect, rows
from leadline.facts.reading import shown
from leadline.facts.source import Parsed, Source

_WHAT = "ipvsadm -Sn"
_PROTOCOLS = {"-t": "tcp", "-u": "udp", "-f": "fwmark", "--sctp-service": "sctp"}
_FORWARDING = {"-g": "route", "-i": "tunnel", "-m": "masquerade"}
_LIST_FORM = Text(
    "this is `ipvsadm -L`, which is for reading; save `ipvsadm -Sn` instead",
    "`ipvsadm -L`의 출력은 보기용입니다. 대신 `ipvsadm -Sn`의 출력을 저장하십시오",
)


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A virtual service. `scheduler`: rr, wlc…; `persistence`: seconds a client stays, None where it does not."""

    protocol: str
    address: str
    scheduler: str
    persistence: int | None = None
    options: tuple[str, ...] = ()


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """One server behind a service. `forwarding`: masquerade, route or tunnel."""

    protocol: str
    service: str
    address: str
    forwarding: str
    weight: int
    options: tuple[str, ...] = ()


def _line(line: str) -> tuple[str, Service | Server] | None:
    words = line.split()
    if len(words) < 4 or words[0] not in ("-A", "-a") or (protocol := _PROTOCOLS.get(words[1])) is None:
        return None
    address, rest = words[2], words[3:]
    told: dict[str, str] = {}
    options: list[str] = []
    forwarding = ""
    while rest:
        word = rest.pop(0)
        if word in _FORWARDING:
            forwarding = _FORWARDING[word]
        elif word in ("-s", "-p", "-r", "-w") and rest:
            told[word] = rest.pop(0)
        elif word.startswith("-"):
            options.append(f"{word} {rest.pop(0)}" if rest and not rest[0].startswith("-") else word)
        else:
            return None
    if not all(told.get(number, "0").isdecimal() for number in ("-p", "-w")):
        return None
    if words[0] == "-A" and "-s" in told:
        return f"service {protocol} {address}", Service(
            protocol=protocol,
            address=address,
            scheduler=told["-s"],
            persistence=int(told["-p"]) if "-p" in told else None,
            options=tuple(sorted(options)),
        )
    if words[0] == "-a" and {"-r", "-w"} <= told.keys() and forwarding:
        return f"server {protocol} {address} {told['-r']}", Server(
            protocol=protocol,
            service=address,
            address=told["-r"],
            forwarding=forwarding,
            weight=int(told["-w"]),
            options=tuple(sorted(options)),
        )
    return None


def parse(text: str) -> Parsed:
    """`service <protocol> <address>` and `server <protocol> <service> <address>`; empty: no services."""
    for number, line in enumerate(shown(text, "ipvsadm").lines, 1):
        if line.startswith("IP Virtual Server version"):
            raise ParseError(_LIST_FORM, number)
    return collect([(number, _line(line)) for number, line in rows(text, _WHAT)], text, _WHAT)


source = Source(
    name="ipvs",
    title=Text("IPVS services", "IPVS 서비스"),
    files={"ipvs.txt": "ipvsadm -Sn"},
    parse=parse,
    aliases=("ipvsadm",),
)
