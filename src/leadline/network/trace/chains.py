"""One base chain of a packet filter: its rules, where they lead, and how they end a packet's way."""

from collections.abc import Iterator

from leadline.base.text import Text
from leadline.network.sight import Chain, Rule, Rules, Sight, Unknown, Verdict
from leadline.network.trace.trail import EndedError, Trail, missing

_DEEPEST = 64
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


def run_chain(trail: Trail, seen: Sight, rules: Rules, chain: Chain) -> Verdict | None:
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


_ONWARD = Text("on to chain {onward}", "{onward} 체인으로 이동")
_CONTINUES = Text("matches and goes on", "일치, 계속 진행")
_POLICY = Text("no rule ends it: policy {policy}", "판정한 규칙 없음: 기본 정책 {policy}")
_DROPPED = Text(
    "the rule `{rule}` in table {table} drops it", "{table} 테이블의 `{rule}` 규칙이 패킷을 버립니다"
)
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
