"""Network interfaces and their addresses, as `ip addr` and `ip link` print them."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts import ip_json, ip_text
from leadline.facts.reading import (
    Shown,
    beside_each_other,
    cut,
    documents,
    free_key,
    last_key,
    last_output,
    nothing,
    shown,
    unread,
)
from leadline.facts.source import Parsed, Problem, Source, not_this

WHAT = "ip addr"


class Interface(msgspec.Struct, frozen=True, kw_only=True):
    """One network interface. None: the text does not tell; "" and (): there is none.

    `kind`: what `ip -d` tells (vxlan, bridge, veth, …), else the link type of such a text (ether);
    "loopback" in every text. `link`: what stands after `@` (`if22`, or a name). `peer_netns`: the name
    of the other end's network namespace, None too where only its number is told, `peer_nsid` that number, which
    holds in this namespace alone. `mac`: the link-layer address. `lifetimes`: seconds valid and preferred of each
    address, `forever` else. `vxlan_id` … `lower` (the interface it sends by): of a VXLAN device.
    """

    index: int | None = None
    kind: str | None = None
    flags: tuple[str, ...] | None = None
    mtu: int | None = None
    qdisc: str | None = None
    state: str | None = None
    mac: str | None = None
    addresses: tuple[str, ...] | None = None
    lifetimes: tuple[str, ...] | None = None
    master: str | None = None
    link: str | None = None
    peer_netns: str | None = None
    peer_nsid: int | None = None
    vxlan_id: int | None = None
    local: str | None = None
    port: int | None = None
    learning: bool | None = None
    lower: str | None = None


_ONE_LINE = re.compile(r"(\d{1,10}): ([^\s@:]+)\s+(inet6?\s.*)")
_BRIEF = re.compile(
    r"([^\s@:<>]+)(?:@([^\s:]+))?\s+(UP|DOWN|UNKNOWN|LOWERLAYERDOWN|DORMANT|NOTPRESENT|TESTING)(?:\s+(\S.*))?"
)
_IFCONFIG = re.compile(r"flags=\d+<|Link encap:|^Iface\s+MTU", re.MULTILINE)
_WHOLE_END = re.compile(
    r".*(?:preferred_lft (?:forever|\d+sec)|brd [0-9a-f]{2}(?::[0-9a-f]{2}){5}|link-netnsid \d+|link/none) *"
)

Line = tuple[int, str]


def parse(text: str) -> Parsed:
    """Interface name → Interface, from `ip addr` or `ip link`, plain or with -d, -s, -o, -br, -j.

    Raises ParseError for ifconfig's output, for other texts and for JSON that is cut.
    """
    seen = shown(text, "ip")
    first = next((line for line in seen.lines if line.strip()), "")
    if first.lstrip().startswith("["):
        return _json("\n".join(seen.lines), seen.problems)
    heads = [
        (place, line)
        for place, line in enumerate(seen.lines)
        if line[:1].isdigit() and ip_text.HEAD.match(line)
    ]
    if heads:
        return _long(seen, _again(heads, ip_text.HEAD))
    ones = [(place, line) for place, line in enumerate(seen.lines) if _ONE_LINE.match(line)]
    if ones:
        return _one_line(seen, ones)
    briefs = [(place, line) for place, line in enumerate(seen.lines) if _BRIEF.fullmatch(line.rstrip())]
    if len(briefs) * 2 > sum(1 for line in seen.lines if line.strip()):
        return _brief(seen, _again(briefs, _BRIEF))
    if _IFCONFIG.search(text) is not None:
        raise ParseError(_USE_IP)
    raise nothing(seen.lines, WHAT)


_USE_IP = Text(
    "this is ifconfig's output, which does not tell all that is compared; save the output of `ip addr`",
    "ifconfig의 출력에는 비교에 필요한 내용이 모두 들어 있지 않습니다. `ip addr`의 출력을 저장하십시오",
)
_ONE_FAMILY = Text(
    "the link lines are missing, as with `ip -4` or `ip -6`, so addresses may be missing too; save `ip addr`",
    "`ip -4`나 `ip -6`처럼 링크 줄이 없어 주소도 일부만 있을 수 있습니다. `ip addr`의 출력을 저장하십시오",
)
_ONLY_ADDRESSED = Text(
    "`ip -o addr` shows only interfaces that have an address; save the output of `ip addr`",
    "`ip -o addr`는 주소가 있는 인터페이스만 보여 줍니다. `ip addr`의 출력을 저장하십시오",
)


def _again(heads: list[Line], form: re.Pattern[str]) -> list[int]:
    """Where outputs begin: at the first interface, and each time it comes again."""

    def name(line: str) -> tuple[str, str] | None:
        found = form.match(line)
        return found and (found[1], found[2])

    first = name(heads[0][1])
    return [place for place, line in heads if name(line) == first]


def _long(seen: Shown, starts: list[int]) -> Parsed:
    begin, doubts = last_output(seen, starts)
    problems = [*seen.problems, *doubts]
    entries: dict[str, Interface] = {}
    block: list[Line] = []
    outside = 0
    broken = False

    def finish() -> None:
        if block and (each := ip_text.HEAD.match(block[0][1])) is not None:
            fields = ip_text.fields(each, block[1:], problems, whole=not broken)
            entries[free_key(each[2], entries)] = Interface(**fields)

    for number, line in _parts(seen.lines, begin):
        if not line.strip():
            continue
        if not seen.ended and number == len(seen.lines) and _WHOLE_END.fullmatch(line) is None:
            problems.append(cut(number))
            broken = True
        elif line[0] in " \t":
            block.append((number, line))
        elif ip_text.HEAD.match(line) is not None:
            finish()
            block = [(number, line)]
        else:
            outside += 1
            problems.append(unread(number))
    finish()
    if outside > 2 * len(entries) + 1:
        raise nothing(seen.lines, WHAT)
    if entries and all(each.mac is None for each in entries.values()):
        problems.append(Problem(_ONE_FAMILY))
    covers = frozenset(entries) if broken else None
    return Parsed(entries, tuple(problems), covers=covers, cut=last_key(seen, entries))


def _parts(lines: list[str], begin: int) -> Iterator[Line]:
    """Numbered lines; what `-o` put on one line, with a backslash for each break, is taken apart again."""
    for number, line in enumerate(lines[begin:], begin + 1):
        if "\\   " in line:
            yield from ((number, part) for part in line.split("\\"))
        else:
            yield number, line


# `bridge -j` names interfaces too, but tells none of these
_OF_IP = {"link_type", "operstate", "addr_info"}


def _json(text: str, problems: tuple[Problem, ...]) -> Parsed:
    value, doubts = documents(text, "ip -d -j addr")
    entries: dict[str, Interface] = {}
    for each in value if isinstance(value, list) else ():
        if each == {}:
            continue
        name = each.get("ifname") if isinstance(each, dict) else None
        if not isinstance(name, str) or not _OF_IP & set(each):
            raise not_this("ip -d -j addr")
        entries[free_key(name, entries)] = Interface(**ip_json.fields(each))
    if not entries:
        raise not_this("ip -d -j addr")
    return Parsed(entries, (*problems, *doubts))


def _one_line(seen: Shown, ones: list[Line]) -> Parsed:
    starts = [place for place, line in ones if line.split("\\")[0] == ones[0][1].split("\\")[0]]
    begin, doubts = last_output(seen, starts)
    problems = [*seen.problems, *doubts, Problem(_ONLY_ADDRESSED)]
    found: dict[str, tuple[int, list[str], list[str]]] = {}
    for number, line in enumerate(seen.lines[begin:], begin + 1):
        if not line.strip():
            continue
        row, _, lifetime = line.partition("\\")
        each, said = _ONE_LINE.match(row), lifetime.split()
        address = (
            ip_text.address(each[3].split()[1:])
            if each is not None and each[3].strip() not in ("inet", "inet6")
            else None
        )
        if each is None or address is None or len(said) != 4:
            problems.append(unread(number))
            continue
        _, addresses, lifetimes = found.setdefault(each[2], (int(each[1]), [], []))
        addresses.append(address)
        lifetimes.append(ip_json.lifetime(said[1], said[3]))
    if not found:
        raise nothing(seen.lines, WHAT)
    return Parsed(
        {
            name: Interface(index=index, addresses=tuple(addresses), lifetimes=tuple(lifetimes))
            for name, (index, addresses, lifetimes) in found.items()
        },
        tuple(problems),
    )


def _brief(seen: Shown, starts: list[int]) -> Parsed:
    begin, doubts = last_output(seen, starts)
    problems = [*seen.problems, *doubts]
    entries: dict[str, Interface] = {}
    links = any("<" in line for line in seen.lines)
    for number, line in enumerate(seen.lines[begin:], begin + 1):
        if not line.strip():
            continue
        row = _BRIEF.fullmatch(line.rstrip())
        if row is None or (not seen.ended and number == len(seen.lines)):
            problems.append(unread(number) if row is None else cut(number))
            continue
        said = (row[4] or "").split()
        values: dict[str, Any] = {"link": row[2] or "", "state": row[3]}
        if links:
            values["mac"] = said[0] if said and ip_text.MAC.fullmatch(said[0]) else ""
            values["flags"] = (
                tuple(said[-1].strip("<>").split(",")) if said and said[-1].startswith("<") else None
            )
        elif (addresses := ip_text.brief_addresses(said)) is not None:
            values["addresses"] = addresses
        else:
            problems.append(unread(number))
            continue
        entries[free_key(row[1], entries)] = Interface(**values)
    if not entries:
        raise nothing(seen.lines, WHAT)
    return Parsed(entries, tuple(problems))


def meet(left: Parsed, right: Parsed) -> tuple[Parsed, Parsed]:
    """Both as the poorer one's command would have shown them: one family's addresses (`ip -4`), only
    interfaces that have addresses (`-o`), or only some interfaces (`ip addr show eth0`)."""
    left, right = beside_each_other(left, right, lambda each: "lo" not in each.entries)
    return _as_shown(left, right), _as_shown(right, left)


def _as_shown(own: Parsed, other: Parsed) -> Parsed:
    """`own` as the command of `other` would have shown it, where that left out link layer addresses."""
    listed = [each.addresses for each in other.entries.values()]
    if not listed or any(each.mac is not None for each in other.entries.values()) or not all(listed):
        return own
    families = {":" in address for addresses in listed for address in addresses or ()}
    entries: dict[str, Interface] = {}
    for key, each in own.entries.items():
        if each.addresses is None:
            entries[key] = each
            continue
        kept = [place for place, address in enumerate(each.addresses) if (":" in address) in families]
        if kept:
            lifetimes = tuple(each.lifetimes[place] for place in kept) if each.lifetimes else each.lifetimes
            addresses = tuple(each.addresses[place] for place in kept)
            entries[key] = msgspec.structs.replace(each, addresses=addresses, lifetimes=lifetimes)
    return msgspec.structs.replace(own, entries=entries)


source = Source(
    name="ip_addr",
    title=Text("network interfaces", "네트워크 인터페이스"),
    files={"ip_addr.json": "ip -d -j addr", "ip_addr.txt": "ip addr"},
    aliases=("ip_a", "ipaddr", "ip_address", "ip_link", "ip_l", "ifconfig"),
    parse=parse,
    meet=meet,
    volatile=frozenset({"index", "lifetimes", "peer_nsid"}),
)
