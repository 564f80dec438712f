"""A packet at a netfilter hook: which chains it meets in which order, and what they make of it.

Order by priority as the kernel calls them: conntrack at -200, all of NAT at one place (-100 where destinations are
rewritten, 100 where sources are) with the nat chains in their own order there (nf_nat_core.c), everything else where
its chain says. A chain that accepts ends itself, not the hook; a drop ends all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

from leadline.base.text import Text
from leadline.network.netns import Netns
from leadline.network.packet import Packet, dotted
from leadline.network.sight import Chain, Hook, Rule, Rules, Sight, Unknown, Verdict
from leadline.network.trace import ipvs, routing
from leadline.network.trace.choices import Choices
from leadline.network.trace.policy import Undecided
from leadline.network.trace.tracking import Part, Tracker, Tracking
from leadline.network.trace.trail import EndedError, Trail, missing

_CONNTRACK = -200
_NAT: dict[Hook, tuple[int, Part]] = {
    "prerouting": (-100, "destination"),
    "output": (-100, "destination"),
    "input": (100, "source"),
    "postrouting": (100, "source"),
}
_DEEPEST = 64
UNKNOWN = Text("not known of {host}: {what}", "{host}에서 알 수 없는 것: {what}")
_LOOPBACK = 127
_NO_ENDPOINT = ("has no endpoints", "has no local endpoints")
_PROXY = "kube-proxy"
_UNREACHABLE = 3
_ANSWERS = {
    "icmp-net-unreachable": 0,
    "icmp-host-unreachable": 1,
    "icmp-proto-unreachable": 2,
    "icmp-port-unreachable": 3,
    "icmp-net-prohibited": 9,
    "icmp-host-prohibited": 10,
    "icmp-admin-prohibited": 13,
}


@dataclass
class Filter:
    """The packet filter of one namespace during one trace: its rules, and the connections it has seen."""

    netns: Netns
    choices: Choices
    tracker: Tracker = field(default_factory=Tracker)

    @cached_property
    def ipvs(self) -> ipvs.Ipvs:
        return ipvs.Ipvs(self.netns, self.choices)

    # Surroundings, for the rules

    def address_type(self, address: int, device: str = "") -> str:
        return routing.address_type(self.netns, address, device)

    def reverse_device(self, packet: Packet, device: str, *, loose: bool) -> bool:
        return routing.reverse_device(self.netns, packet, device, loose=loose)

    def route_device(self, address: int, *, source: int | None, mark: int, device: str) -> str:
        return routing.route_device(self.netns, address, source=source, mark=mark, device=device)

    def interface_group(self, device: str) -> int | None:  # noqa: ARG002 - no text tells it
        return None

    def choose(self, weights: Sequence[float] | None, what: Text) -> int:
        return self.choices.choose(weights, what)

    def in_set(self, name: str, directions: tuple[str, ...], seen: Sight) -> bool | Unknown:
        return self.netns.in_set(name, directions, seen)


@dataclass
class Carried:
    """A packet inside one namespace: with the connection it belongs to there, and the port of a bridge it came in by,
    which netfilter remembers until it leaves. `balanced`: IPVS has done its part to it. `elsewhere`: it has taken the
    packet from the hook, for a server on another host."""

    packet: Packet
    tracking: Tracking | None = None
    port_in: str = ""
    balanced: bool = False
    elsewhere: bool = False


def run(
    filter_: Filter,
    trail: Trail,
    hook: Hook,
    carried: Carried,
    *,
    came_in: str = "",
    goes_out: str = "",
    port_out: str = "",
    via: int | None = None,
    forwarded: bool = True,
) -> None:
    """Takes the packet through a hook; `carried` is as it leaves it. `via`: the gateway it goes to. Raises EndedError
    where a rule drops it or nobody can tell."""
    tools = filter_.netns.rules()
    if tools is None:
        raise missing(
            Text(
                "the packet filter rules of {host} were not recorded",
                "{host}의 패킷 필터 규칙이 기록되지 않았습니다",
            ).fill(host=_name(filter_.netns))
        )
    if not tools and not ipvs.stands(filter_.netns):
        return
    seen = Sight(
        carried.packet,
        hook,
        filter_,
        came_in=came_in,
        goes_out=goes_out,
        port_in=carried.port_in,
        port_out=port_out,
        forwarded=forwarded,
    )
    if hook in ("input", "forward", "postrouting") and carried.tracking is not None:
        seen.tracked = carried.tracking.seen()
    try:
        _meet(filter_, trail, seen, carried, tools, via)
    except Undecided as undecided:
        raise missing(
            UNKNOWN.fill(what=undecided.missing, host=_name(filter_.netns))
        ).of(seen.packet) from None
    except EndedError as ended:
        raise ended.of(seen.packet) from None
    carried.packet = seen.packet
    if hook in ("input", "postrouting") and carried.tracking is not None and not carried.elsewhere:
        filter_.tracker.confirm(carried.tracking)


def _meet(
    filter_: Filter, trail: Trail, seen: Sight, carried: Carried, tools: Sequence[Rules], via: int | None
) -> None:
    """Everything that stands at the hook, in order."""
    for work in _order(filter_.netns, tools, seen.hook):
        if isinstance(work, str):
            _balance(filter_, trail, seen, carried, work)
            if carried.elsewhere:
                return
        elif work is None:
            if carried.tracking is None:
                carried.tracking = filter_.tracker.track(seen.packet)
            seen.tracked = carried.tracking.seen()
        elif isinstance(work, list):
            _rewrite(filter_, trail, seen, carried, work, via)
        else:
            verdict = _chain(trail, seen, *work)
            untracked = (verdict is not None and verdict.kind == "notrack") or (
                seen.tracked is not None and seen.tracked.state == "untracked"
            )
            if untracked and carried.tracking is None:
                carried.tracking = Tracking("untracked")
        if seen.connection_mark is not None and carried.tracking and carried.tracking.connection:
            carried.tracking.connection.mark = seen.connection_mark


def _balance(filter_: Filter, trail: Trail, seen: Sight, carried: Carried, part: ipvs.Part) -> None:
    """IPVS's place at a hook: it takes part in what happens to a packet once."""
    if carried.balanced:
        return
    if part == "answers":
        answer = filter_.ipvs.answer(trail, seen.hook, seen.packet, carried.tracking)
        if answer is None:
            return
        seen.packet, carried.tracking = answer
    else:
        given = filter_.ipvs.request(trail, seen.hook, seen.packet, carried.tracking)
        if given is None:
            return
        seen.packet, carried.tracking, carried.elsewhere = given.packet, given.tracking, given.elsewhere
    carried.balanced = True
    seen.tracked = carried.tracking.seen() if carried.tracking is not None else None


_Placed = tuple[Rules, Chain]


_Work = _Placed | list[_Placed] | ipvs.Part | None
_orders: "WeakKeyDictionary[Netns, dict[Hook, Sequence[_Work]]]" = WeakKeyDictionary()


def _order(netns: Netns, tools: Sequence[Rules], hook: Hook) -> Sequence[_Work]:
    """What stands at a hook, in the kernel's order: a chain, all nat chains together, a part of IPVS, or None for
    conntrack.

    Of two with one priority the one that was made later comes first (nf_hook_entries_grow); the tables stand in the
    listing as they were made, and chains in their table.
    """
    known = _orders.setdefault(netns, {})
    if hook in known:
        return known[hook]
    made = {table: number for number, table in enumerate(netns.tables())}
    placed = [
        ((chain.priority, -made.get((chain.family, chain.table), -1), -number), (rules, chain))
        for rules in tools
        for number, chain in enumerate(rules.chains())
        if chain.hook == hook
    ]
    placed.sort(key=lambda each: each[0])
    work: list[tuple[int, _Work]] = [(place[0], each) for place, each in placed if each[1].kind != "nat"]
    if hook in ("prerouting", "output"):
        work.append((_CONNTRACK, None))
    if hook in _NAT:
        work.append((_NAT[hook][0], [each for _, each in placed if each[1].kind == "nat"]))
    if ipvs.stands(netns):
        work += ipvs.PLACES.get(hook, ())
    known[hook] = [each for _, each in sorted(work, key=lambda one: one[0])]
    return known[hook]


def _rewrite(
    filter_: Filter,
    trail: Trail,
    seen: Sight,
    carried: Carried,
    chains: Sequence[_Placed],
    via: int | None,
) -> None:
    """NAT's place at a hook: rules decide for the first packet, and what they decided is done to each."""
    tracking = carried.tracking
    if tracking is None or tracking.connection is None:
        return
    part = _NAT[seen.hook][1]
    connection = tracking.connection
    if tracking.state == "new" and not tracking.reply and part not in connection.decided:
        for rules, chain in chains:
            verdict = _chain(trail, seen, rules, chain)
            if verdict is not None and verdict.kind in ("dnat", "snat", "masquerade", "redirect"):
                _decide(filter_, seen, tracking, part, verdict, via)
                break
        connection.decided.add(part)
    before = seen.packet
    seen.packet = tracking.rewritten(before, part)
    seen.tracked = tracking.seen()
    if seen.packet != before and not trail.quiet:
        trail.note("rewrite", seen.hook, _rewritten(before, seen.packet, part, reply=tracking.reply))


def _decide(
    filter_: Filter, seen: Sight, tracking: Tracking, part: Part, verdict: Verdict, via: int | None
) -> None:
    connection = tracking.connection
    assert connection is not None  # noqa: S101 - the caller looked
    address = verdict.address
    if verdict.kind == "masquerade":
        address = _masquerading(filter_.netns, seen.goes_out, via or seen.packet.destination)
        if address is None:
            raise missing(
                Text(
                    "{device} of {host} has no IPv4 address to masquerade with in what was recorded",
                    "기록된 {host}의 {device}에 마스커레이드에 쓸 IPv4 주소가 없습니다",
                ).fill(device=seen.goes_out, host=_name(filter_.netns))
            )
    elif verdict.kind == "redirect":
        address = _own(filter_, seen)
    elif address is not None and verdict.last_address not in (None, address):
        span = (verdict.last_address or address) - address + 1
        address += filter_.choices.choose((1.0,) * span, _RANGE)
    now = seen.packet.destination_port if part == "destination" else seen.packet.source_port
    connection.rewrite(part, address, _port(filter_, verdict, now))


def _masquerading(netns: Netns, device: str, via: int) -> int | None:
    """The address that traffic leaving by a device is masqueraded with: the one in the next hop's network, else its
    first one, else the first one of any interface; none is of loopback's network (inet_select_addr)."""
    link = netns.links.get(device)
    if link is None:
        return None
    for own, length in link.addresses:
        if own >> 32 - length == via >> 32 - length and own >> 24 != _LOOPBACK:
            return own
    for each in (link, *sorted(netns.links.values(), key=lambda other: other.index or 0)):
        for own, _ in each.addresses:
            if own >> 24 != _LOOPBACK:
                return own
    return None


def _port(filter_: Filter, verdict: Verdict, now: int | None) -> int | None:
    """The port of a rewriting: one that is in the range stays."""
    first, last = verdict.port, verdict.last_port
    if first is None or last is None or last == first:
        return first
    if verdict.base is not None and now is not None:
        return first + (now - verdict.base) % (last - first + 1)
    if now is not None and first <= now <= last:
        return now
    return first + filter_.choices.choose((1.0,) * (last - first + 1), _RANGE)


def _own(filter_: Filter, seen: Sight) -> int:
    """Where a redirect leads: to the interface's own address, or to loopback for what is made here."""
    if seen.hook == "output":
        return 0x7F000001
    link = filter_.netns.links.get(seen.came_in)
    if link is None or not link.addresses:
        raise missing(
            Text(
                "{device} of {host} has no IPv4 address to redirect to in what was recorded",
                "기록된 {host}의 {device}에 리다이렉트할 IPv4 주소가 없습니다",
            ).fill(device=seen.came_in, host=_name(filter_.netns))
        )
    return link.addresses[0][0]


def _rewritten(before: Packet, now: Packet, part: Part, *, reply: bool) -> Text:
    if part == "destination":
        old, new = (
            _end(before.destination, before.destination_port),
            _end(now.destination, now.destination_port),
        )
        said = Text("destination {old} → {new}", "목적지 {old} → {new}")
    else:
        old, new = _end(before.source, before.source_port), _end(now.source, now.source_port)
        said = Text("source {old} → {new}", "출발지 {old} → {new}")
    if reply:
        said = Text(said.en + ", as conntrack remembers", said.ko + "(conntrack에 기록된 대로)")
    return said.fill(old=old, new=new)


def _end(address: int, port: int | None) -> str:
    return dotted(address) + (f":{port}" if port is not None else "")


def _chain(trail: Trail, seen: Sight, rules: Rules, chain: Chain) -> Verdict | None:
    """Runs a base chain; its rewriting verdict or notrack if one was met, else None. Raises EndedError at a drop."""
    fact = chain.tool
    noted: Verdict | None = None
    stack: list[tuple[str, Iterator[Rule]]] = [
        (chain.name, iter(rules.rules(chain.family, chain.table, chain.name)))
    ]
    while stack:
        name, rest = stack[-1]
        for rule in rest:
            answer = rule(seen)
            if answer is False:
                continue
            where = (chain.family, chain.table, name, rule.number)
            if isinstance(answer, Unknown):
                trail.note("rule", seen.hook, answer.what, rule.cite, fact, where, "unknown")
                raise missing(
                    Text("the rule `{rule}` cannot be evaluated: {what}", "`{rule}` 규칙을 평가할 수 없습니다: {what}")
                    .fill(rule=rule.cite, what=answer.what), chain=name, table=chain.table, rule=rule.cite,
                )  # fmt: skip
            if answer is True:
                trail.note("rule", seen.hook, _CONTINUES, rule.cite, fact, where, "continue")
                continue
            assert isinstance(answer, Verdict)  # noqa: S101 - all that is left
            said = f"{answer.kind} {answer.chain}".strip()
            text = _ONWARD if answer.chain else _VERDICTS[answer.kind]
            trail.note("rule", seen.hook, text, rule.cite, fact, where, said, onward=answer.chain)
            match answer.kind:
                case "jump" | "goto":
                    if len(stack) >= _DEEPEST:
                        raise missing(
                            Text("the chains from {chain} on lead into each other", "{chain}부터 체인이 서로 순환합니다")
                            .fill(chain=name), chain=name,
                        )  # fmt: skip
                    if answer.kind == "goto":
                        stack.pop()
                    stack.append((answer.chain, iter(rules.rules(chain.family, chain.table, answer.chain))))
                    break
                case "return":
                    stack.pop()
                    break
                case "accept":
                    return noted
                case "drop" | "reject":
                    raise _dropped(chain, name, rule, answer)
                case "notrack":
                    noted = answer
                case "queue":
                    raise missing(
                        Text("the rule `{rule}` asks a program, whose answer nobody recorded",
                             "`{rule}` 규칙은 프로그램에 판단을 맡기므로 그 결과를 알 수 없습니다")
                        .fill(rule=rule.cite), chain=name, rule=rule.cite,
                    )  # fmt: skip
                case _:
                    return answer
        else:
            stack.pop()
    where = (chain.family, chain.table, chain.name, -1)
    cite = f"{chain.table} {chain.name} policy {chain.policy}"
    trail.note("rule", seen.hook, _POLICY, cite, fact, where, chain.policy, policy=chain.policy)
    if chain.policy == "drop":
        raise EndedError(
            "dropped-by-rule",
            Text("the policy of chain {chain} in table {table} is drop", "{table} 테이블 {chain} 체인의 기본 정책이 DROP입니다")
            .fill(chain=chain.name, table=chain.table), chain=chain.name, table=chain.table, hook=chain.hook,
            rule="", family=chain.family, tool=chain.tool,
        )  # fmt: skip
    return noted


def _dropped(chain: Chain, name: str, rule: Rule, verdict: Verdict) -> EndedError:
    told: tuple[int, int] | str | None = None
    if verdict.kind == "reject":
        told = "reset" if verdict.answer == "tcp-reset" else (_UNREACHABLE, _ANSWERS.get(verdict.answer, 3))
    no_endpoint = any(words in rule.cite for words in _NO_ENDPOINT) or (
        chain.table == _PROXY and name in ("reject-chain",)
    )
    said = _REJECTED if verdict.kind == "reject" else _DROPPED
    return EndedError(
        "no-endpoint" if no_endpoint else "dropped-by-rule",
        said.fill(rule=rule.cite, chain=name, table=chain.table),
        told=told,
        chain=name,
        table=chain.table,
        base=chain.name,
        hook=chain.hook,
        rule=rule.cite,
        family=chain.family,
        tool=chain.tool,
    )


def _name(netns: Netns) -> str:
    return netns.place or netns.host


_RANGE = Text("another one of the range", "범위 안의 다른 값")
_ONWARD = Text("on to chain {onward}", "{onward} 체인으로 이동")
_CONTINUES = Text("matches and goes on", "일치, 계속 진행")
_POLICY = Text("no rule ends it: policy {policy}", "판정한 규칙 없음: 기본 정책 {policy}")
_DROPPED = Text("the rule `{rule}` in table {table} drops it", "{table} 테이블의 `{rule}` 규칙이 패킷을 버립니다")
_REJECTED = Text(
    "the rule `{rule}` in table {table} rejects it", "{table} 테이블의 `{rule}` 규칙이 패킷을 거부합니다"
)
_VERDICTS = {
    "accept": Text("accepted", "허용"),
    "return": Text("back to the chain before", "이전 체인으로 복귀"),
    "drop": Text("dropped", "버림"),
    "reject": Text("rejected", "거부"),
    "dnat": Text("rewrites the destination", "목적지를 변환"),
    "snat": Text("rewrites the source", "출발지를 변환"),
    "masquerade": Text(
        "rewrites the source to the interface's address", "출발지를 인터페이스 주소로 변환(마스커레이드)"
    ),
    "redirect": Text("rewrites the destination to this host", "목적지를 이 호스트로 변환"),
    "notrack": Text("connection tracking leaves it alone", "연결 추적에서 제외"),
    "queue": Text("a program decides", "프로그램이 판단"),
}
