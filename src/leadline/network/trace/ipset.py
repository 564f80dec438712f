"""Membership in the sets of `ipset save`, as the kernel tests it (net/netfilter/ipset)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.facts.sources.ipset import IpSet, Member
from leadline.network.packet import ICMP, network, number
from leadline.network.sight import Sight, Unknown
from leadline.network.trace import protocols

_ALL = 0xFFFFFFFF
_LIST = "list:set"
_TYPES = frozenset(
    ("bitmap:ip", "bitmap:ip,mac", "bitmap:port", "hash:ip", "hash:mac", "hash:ip,mac", "hash:ip,mark",
     "hash:ip,port", "hash:ip,port,ip", "hash:ip,port,net", "hash:net", "hash:net,net", "hash:net,port",
     "hash:net,port,net", "hash:net,iface")
)  # fmt: skip
_WITH_PORTS = frozenset(("tcp", "udp", "udplite", "sctp"))
_NOT_RECORDED = Text(
    "the IP set {name} was not recorded; save `ipset save`",
    "IP 집합 {name}이(가) 기록되지 않았습니다. `ipset save`의 출력을 저장하십시오",
)
_TYPE = Text("sets of type {type} are not traced ({name})", "{type} 유형의 집합은 추적하지 않습니다({name})")
_ELEMENT = Text(
    "the element {element} of the IP set {name} cannot be compared with a packet",
    "IP 집합 {name}의 원소 {element}을(를) 패킷과 비교할 수 없습니다",
)
_PORT = Text(
    "the packet's port is not known, which the IP set {name} asks for",
    "IP 집합 {name}에 필요한 패킷의 포트를 알 수 없습니다",
)
# as ipset prints them (lib/parse.c)
_ICMP = {
    "echo-reply": (0, 0),
    "network-unreachable": (3, 0),
    "host-unreachable": (3, 1),
    "protocol-unreachable": (3, 2),
    "port-unreachable": (3, 3),
    "fragmentation-needed": (3, 4),
    "source-route-failed": (3, 5),
    "network-unknown": (3, 6),
    "host-unknown": (3, 7),
    "network-prohibited": (3, 9),
    "host-prohibited": (3, 10),
    "TOS-network-unreachable": (3, 11),
    "TOS-host-unreachable": (3, 12),
    "communication-prohibited": (3, 13),
    "host-precedence-violation": (3, 14),
    "precedence-cutoff": (3, 15),
    "source-quench": (4, 0),
    "network-redirect": (5, 0),
    "host-redirect": (5, 1),
    "TOS-network-redirect": (5, 2),
    "TOS-host-redirect": (5, 3),
    "echo-request": (8, 0),
    "router-advertisement": (9, 0),
    "router-solicitation": (10, 0),
    "ttl-zero-during-transit": (11, 0),
    "ttl-zero-during-reassembly": (11, 1),
    "ip-header-bad": (12, 0),
    "required-option-missing": (12, 1),
    "timestamp-request": (13, 0),
    "timestamp-reply": (14, 0),
    "address-mask-request": (17, 0),
    "address-mask-reply": (18, 0),
}

_Key = tuple[object, ...]


class _Entry(msgspec.Struct, frozen=True):
    """What belongs to a key. `device`: only with this interface. `doubtful`: it hangs on more, which is not traced."""

    element: str
    nomatch: bool
    device: str | None = None
    wildcard: bool = False
    doubtful: bool = False


class IpSets:
    """The sets of one host. `entries`: of its fact `ipset`."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._sets: dict[str, IpSet] = {}
        self._members: dict[str, list[Member]] = {}
        self._tests: dict[str, _Test] = {}
        for entry in entries.values():
            if isinstance(entry, IpSet):
                self._sets[entry.name] = entry
            elif isinstance(entry, Member):
                self._members.setdefault(entry.set, []).append(entry)

    def contains(self, name: str, directions: Sequence[str], seen: Sight) -> bool | Unknown:
        """Whether a packet is in a set by these sides of it, `src` or `dst` for each part of an element."""
        if name not in self._tests:
            self._tests[name] = self._test(name)
        return self._tests[name](tuple(directions), seen)

    def _test(self, name: str) -> "_Test":
        made = self._sets.get(name)
        members = self._members.get(name, [])
        if made is None:
            return _never_known(_NOT_RECORDED.fill(name=name))
        if made.type == _LIST:
            return self._any([member.element for member in members])
        if made.type not in _TYPES or ("net" in made.type and _option(made, "netmask", "bitmask")):
            return _never_known(_TYPE.fill(type=made.type, name=name))
        if "family inet6" in made.options:
            return lambda *_: False
        try:
            return _Elements(made, members).test
        except ValueError as error:
            return _never_known(_ELEMENT.fill(element=error, name=name))

    def _any(self, names: Sequence[str]) -> "_Test":
        def test(directions: tuple[str, ...], seen: Sight) -> bool | Unknown:
            doubt: Unknown | None = None
            for name in names:
                if name in self._sets and self._sets[name].type == _LIST:
                    return Unknown(_TYPE.fill(type=_LIST, name=name))
                answer = self.contains(name, directions, seen)
                if answer is True:
                    return True
                if isinstance(answer, Unknown):
                    doubt = doubt or answer
            return doubt or False

        return test


_Test = Callable[[tuple[str, ...], Sight], bool | Unknown]


def _never_known(what: Text) -> _Test:
    unknown = Unknown(what)
    return lambda *_: unknown


def _option(made: IpSet, *names: str) -> str:
    """The value of one of these options, "" where none is set."""
    for option in made.options:
        name, _, value = option.partition(" ")
        if name in names:
            return value
    return ""


class _Elements:
    """The elements of one set, by the lengths of their networks: the kernel looks into the narrowest first."""

    def __init__(self, made: IpSet, members: Sequence[Member]) -> None:
        self._name = made.name
        self._parts = made.type.partition(":")[2].split(",")
        self._only_ports = made.type == "bitmap:port"
        self._host_mask = _mask(_option(made, "netmask", "bitmask"))
        self._mark_mask = int(_option(made, "markmask") or "0xffffffff", 0)
        groups: dict[tuple[int, ...], dict[_Key, list[_Entry]]] = {}
        for member in members:
            masks, key, entry = self._read(member)
            groups.setdefault(masks, {}).setdefault(key, []).append(entry)
        self._groups = sorted(groups.items(), reverse=True)
        for _, keys in self._groups:
            for entries in keys.values():
                entries.sort(key=lambda entry: (entry.wildcard, -len(entry.device or "")))

    def _read(self, member: Member) -> tuple[tuple[int, ...], _Key, _Entry]:
        """An element as masks (one for each address), a key to look it up with, and the rest. Raises ValueError."""
        masks: list[int] = []
        key: list[object] = []
        device: str | None = None
        doubtful = False
        words = member.element.split(",")
        if len(words) < len([part for part in self._parts if part != "mac"]):
            raise ValueError(member.element)
        for part, word in zip(self._parts, words, strict=False):
            if part == "ip":
                masks.append(self._host_mask)
                key.append(number(word) & self._host_mask)
            elif part == "net":
                base, mask = network(word)
                masks.append(mask)
                key.append(base)
            elif part == "port":
                key.append((None, int(word)) if self._only_ports else _port(word))
            elif part == "mark":
                key.append(int(word, 0) & self._mark_mask)
            elif part == "iface":
                device = word.removeprefix("physdev:")
                doubtful = device != word
        doubtful = doubtful or "mac" in self._parts
        entry = _Entry(member.element, member.nomatch, device, member.wildcard, doubtful)
        return tuple(masks), tuple(key), entry

    def test(self, directions: tuple[str, ...], seen: Sight) -> bool | Unknown:
        if len(directions) < len(self._parts):
            return False
        sources = [direction == "src" for direction in directions]
        values: list[object] = []
        addresses: list[int | None] = []
        device = ""
        for part, source in zip(self._parts, sources, strict=False):
            if part in ("ip", "net"):
                addresses.append(seen.packet.source if source else seen.packet.destination)
                values.append(None)
            elif part == "port":
                port = self._packet_port(seen, source=source)
                if isinstance(port, bool | Unknown):
                    return port
                values.append(port)
            elif part == "mark":
                values.append(seen.packet.mark & self._mark_mask)
            elif part == "iface":
                device = seen.came_in if source else seen.goes_out
                if not device:
                    return False
        return self._look_up(addresses, values, device)

    def _packet_port(self, seen: Sight, *, source: bool) -> tuple[int | None, int] | bool | Unknown:
        packet = seen.packet
        port: int | None = 0
        if packet.protocol in _WITH_PORTS:
            port = packet.source_port if source else packet.destination_port
        elif packet.protocol == ICMP:
            port = packet.icmp[0] << 8 | packet.icmp[1] if packet.icmp else None
        if self._only_ports and packet.protocol not in ("tcp", "udp"):
            return False
        protocol = protocols.of_packet(packet.protocol)
        if port is None or protocol is None:
            return Unknown(_PORT.fill(name=self._name))
        return (None if self._only_ports else protocol), port

    def _look_up(
        self, addresses: Sequence[int | None], values: Sequence[object], device: str
    ) -> bool | Unknown:
        for masks, keys in self._groups:
            masked = iter([(address or 0) & mask for address, mask in zip(addresses, masks, strict=True)])
            key = tuple(next(masked) if value is None else value for value in values)
            for entry in keys.get(key, ()):
                if entry.device is not None and not (
                    device.startswith(entry.device) if entry.wildcard else device == entry.device
                ):
                    continue
                if entry.doubtful:
                    return Unknown(_ELEMENT.fill(element=entry.element, name=self._name))
                return not entry.nomatch
            if key in keys:
                # of the wider networks none is looked up once one was found with other interfaces
                # (net/netfilter/ipset/ip_set_hash_gen.h, mtype_test_cidrs)
                return False
        return False


def _mask(written: str) -> int:
    if not written:
        return _ALL
    return number(written) if "." in written else _ALL << 32 - int(written) & _ALL


def _port(word: str) -> tuple[int, int]:
    """`tcp:80`, `icmp:echo-request`, `icmp:3/20` or `200:0` → protocol and port. Raises ValueError."""
    name, _, value = word.partition(":")
    protocol = protocols.written(name)
    if protocol is None:
        raise ValueError(word)
    if name == ICMP:
        kind, code = _ICMP[value] if value in _ICMP else map(int, value.split("/"))
        return protocol, kind << 8 | code
    return protocol, int(value)
