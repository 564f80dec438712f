"""Routes of every table: `ip -d -j route show table all` or the same as text.

Without `-4` or `-6`, `table all` prints both families; texts that hold the two one after the other are read too.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from leadline.base.text import Text
from leadline.facts.entries import read
from leadline.facts.reading import free_key
from leadline.facts.source import Parsed, Source

Said = TypeVar("Said")
_WHAT = "ip route show table all"
_TYPES = frozenset((
    "unicast", "local", "broadcast", "anycast", "multicast", "throw", "unreachable", "prohibit", "blackhole",
    "nat",
))  # fmt: skip
_FLAGS = frozenset((
    "onlink", "dead", "linkdown", "pervasive", "offload", "trap", "notify", "unresolved", "cloned",
    "rt_offload", "rt_trap", "rt_offload_failed",
))  # fmt: skip
_KEYWORDS = frozenset((
    "via", "dev", "table", "proto", "scope", "src", "metric", "mtu", "pref", "expires", "error", "weight",
    "nhid", "realm", "realms", "tos", "dsfield", "from", "uid", "iif", "users", "age", "ipid",
    "window", "rtt", "rttvar", "ssthresh", "cwnd", "advmss", "reordering", "hoplimit", "initcwnd", "features",
    "rto_min", "initrwnd", "quickack", "congctl", "fastopen_no_cookie",
))  # fmt: skip
_DESTINATION = re.compile(r"(?:default|[0-9a-fA-F:.]+(?:/\d{1,3})?)$")
_ADDRESS = re.compile(r"(?:[0-9a-fA-F]*:[0-9a-fA-F:.]*|\d{1,3}(?:\.\d{1,3}){3})$")
_TABLES = {"253": "default", "254": "main", "255": "local"}


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One route as the kernel holds it.

    `destination`: a network, an address, `default` or `::/0`. `family`: inet or inet6. `device`,
    `gateway`, `source` and `metric` are "" or None where the route has none. `nexthops`: one text a hop
    of a multipath route. `mtu`: a limit set on the route itself. `tos`: as printed, "" for any.
    """

    table: str
    type: str
    destination: str
    family: str
    gateway: str = ""
    device: str = ""
    protocol: str = "boot"
    scope: str = "global"
    source: str = ""
    metric: int | None = None
    mtu: int | None = None
    preference: str = ""
    flags: tuple[str, ...] = ()
    nexthops: tuple[str, ...] = ()
    tos: str = ""

    @property
    def part(self) -> str:
        """What a command asks for at a time: a table and a family (`ip -6 route`)."""
        return f"{self.table} {self.family}"


class _Via(msgspec.Struct, frozen=True):
    family: str
    host: str


class _Hop(msgspec.Struct, frozen=True):
    gateway: str = ""
    via: _Via | None = None
    dev: str = ""
    weight: int = 1
    flags: list[str] = []


class _Item(msgspec.Struct, frozen=True):
    dst: str
    type: str = "unicast"
    gateway: str = ""
    via: _Via | None = None
    dev: str = ""
    table: str = ""
    protocol: str = "boot"
    scope: str = "global"
    prefsrc: str = ""
    metric: int | None = None
    metrics: list[dict[str, Any]] = []
    pref: str = ""
    flags: list[str] = []
    nexthops: list[_Hop] = []
    tos: str | int = ""
    encap: str = ""


def _entry(route: Route) -> tuple[str, Route]:
    """The route under its full key; `parse` drops the gateway where the key says enough without."""
    kind = "" if route.type == "unicast" else f"{route.type} "
    device = f" dev {route.device}" if route.device else ""
    metric = (f" tos {route.tos}" if route.tos else "") + (f" metric {route.metric}" if route.metric else "")
    way = route.gateway or ", ".join(route.nexthops).removeprefix("via ")
    gateway = f" via {way}" if way else ""
    return f"{route.table} {kind}{route.destination}{device}{metric}{gateway}", route


def _family(destination: str, gateway: str, source: str, marked: bool) -> str:
    if destination != "default":
        return "inet6" if ":" in destination else "inet"
    return "inet6" if marked or ":" in gateway or ":" in source else "inet"


def _destination(destination: str, family: str) -> str:
    if destination in ("default", "0.0.0.0/0", "::/0"):
        return "default" if family == "inet" else "::/0"
    return destination


def _item(item: _Item) -> tuple[str, Route] | None:
    family = _family(item.dst, item.gateway, item.prefsrc, bool(item.pref))
    mtu = next((each["mtu"] for each in item.metrics if "mtu" in each), None)
    if not isinstance(mtu, int | None):
        return None
    hops = [
        " ".join(
            [
                *([f"via {gateway}"] if (gateway := hop.via.host if hop.via else hop.gateway) else []),
                f"dev {hop.dev}",
                f"weight {hop.weight}",
                *hop.flags,
            ]
        )
        for hop in item.nexthops
    ]
    return _entry(
        Route(
            table=_TABLES.get(item.table, item.table) or "main",
            type=item.type,
            destination=_destination(item.dst, family),
            family=family,
            gateway=item.via.host if item.via else item.gateway,
            device=item.dev,
            protocol=item.protocol,
            scope=item.scope,
            source=item.prefsrc,
            metric=item.metric,
            mtu=mtu,
            preference=item.pref,
            flags=tuple(sorted(item.flags)),
            nexthops=tuple(hops),
            # a tunnel put on the route prints its own
            tos="" if item.encap else str(item.tos),
        )
    )


def _line(block: str) -> tuple[str, Route] | None:
    head, *rest = block.split("\n")
    words = head.split()
    kind = words.pop(0) if words and words[0] in _TYPES else "unicast"
    if not words or not _DESTINATION.match(destination := words.pop(0)):
        return None
    told: dict[str, str] = {}
    flags = []
    hops = []
    gateway_family = ""
    while words:
        word = words.pop(0)
        if word in _FLAGS:
            flags.append(word)
        elif word == "nexthop":
            rest.insert(0, " ".join([word, *words]))
            break
        elif word == "encap":
            while words and words[0] not in ("via", "dev"):
                words.pop(0)
        elif word in _KEYWORDS and words:
            value = words.pop(0)
            if word == "via" and value in ("inet", "inet6") and words:
                gateway_family, value = value, words.pop(0)
            elif value == "lock" and words:
                value = words.pop(0)
            told[word] = value
        else:
            return None
    for line in rest:
        first, *others = re.split(r"\s*\bnexthop\s+", line.strip())
        if first or not others:
            return None
        hops += [re.sub(r"\bvia inet6? ", "via ", " ".join(hop.split())) for hop in others]
    gateway, source = told.get("via", ""), told.get("src", "")
    if any(each and not _ADDRESS.match(each) for each in (gateway, source)):
        return None
    if not all(told.get(number, "0").isdecimal() for number in ("metric", "mtu")):
        return None
    marked = gateway_family == "" and ("pref" in told or "error" in told)
    family = _family(destination, "" if gateway_family else gateway, source, marked)
    return _entry(
        Route(
            table=_TABLES.get(table := told.get("table", "main"), table),
            type=kind,
            destination=_destination(destination, family),
            family=family,
            gateway=gateway,
            device=told.get("dev", ""),
            protocol=told.get("proto", "boot"),
            scope=told.get("scope", "global"),
            source=source,
            metric=int(told["metric"]) if "metric" in told else None,
            mtu=int(told["mtu"]) if "mtu" in told else None,
            preference=told.get("pref", ""),
            flags=tuple(sorted(flags)),
            nexthops=tuple(hops),
            tos=told.get("tos", told.get("dsfield", "")),
        )
    )


def _numbered(made: Callable[[Said], tuple[str, Route] | None]) -> Callable[[Said], tuple[str, Route] | None]:
    """Routes that differ in what is no part of their keys (`ip route append`) are told apart by number."""
    taken: dict[str, Route] = {}

    def entry(said: Said) -> tuple[str, Route] | None:
        if (found := made(said)) is None:
            return None
        key, route = found
        if next(iter(taken), None) == key:
            # the first one comes again where another output begins
            taken.clear()
        if taken.get(key, route) != route:
            key = free_key(key, taken)
        taken[key] = route
        return key, route

    return entry


def parse(text: str) -> Parsed:
    """Routes by `<table> [type] <destination> dev <device>[ tos T][ metric N]`, ` via X` added where two share it.

    `default` is IPv4's, `::/0` IPv6's. Where no table is named (`ip route`), only `main` is covered, and of
    it the families that show: `ip route` alone leaves IPv6 out.
    """
    parsed = read(text, _WHAT, _numbered(_line), _numbered(_item), _Item, continued=True)
    keys = [key.split(" via ")[0] for key in parsed.entries]
    often = Counter(keys)
    entries = {
        key if often[key] == 1 else full: route
        for key, (full, route) in zip(keys, parsed.entries.items(), strict=True)
    }
    named = re.search(r'\btable main\b|"table": ?"main"', text)
    only_main = not named and all(route.table == "main" for route in entries.values())
    covers = frozenset(route.part for route in entries.values()) if only_main else None
    return msgspec.structs.replace(parsed, entries=entries, covers=covers)


source = Source(
    name="ip_route",
    title=Text("Routes", "라우팅 테이블"),
    files={
        "ip_route.json": "ip -d -j route show table all",
        "ip_route_all.txt": "ip route show table all",
    },
    parse=parse,
    aliases=("route", "routes", "ip_r", "ip_route_all"),
)
