"""Built-in tables and chains: they show as soon as anybody uses the table."""

from functools import lru_cache

from leadline.base.text import Text
from leadline.explain.firewall import BUILT_IN, FACTS, place
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_TABLES = {"filter", "nat", "mangle", "raw", "security"}


@lru_cache(maxsize=16)
def _users(pair: Pair, fact: str, kind: str) -> dict[str, str]:
    """Table → an own chain or rule that came or went with it."""
    users: dict[str, str] = {}
    for change in pair.changes(fact, kind):
        at = place(change)
        if not (at.kind == "table" or (at.kind == "chain" and at.name in BUILT_IN)):
            users.setdefault(at.table, change.key)
    return users


def match(change: Change, pair: Pair) -> Match | None:
    at = place(change)
    if change.kind == "changed" or at.table.split(" ")[-1] not in _TABLES:
        return None
    if at.kind != "table" and not (at.kind == "chain" and at.name in BUILT_IN):
        return None
    if getattr(change.entry, "policy", "") in ("DROP", "drop"):
        return None
    user = _users(pair, change.fact, change.kind).get(at.table)
    if user is None:
        return None
    return Match(
        (pair.side(change).saw(change.fact, user[:160]),), values={"table": at.table, "user": user[:80]}
    )


rule = Rule(
    name="builtin-chains",
    facts=FACTS,
    component="kernel",
    class_="derived",
    why=Text(
        "A built-in table or chain shows as soon as anybody uses it: here it came or went with `{user}`.",
        "기본 테이블과 체인은 누군가 사용하면 나타납니다. 여기서는 `{user}`와(과) 함께 생기거나 사라졌습니다.",
    ),
    group=Text("built-in tables and chains", "기본 테이블과 체인"),
    since="iptables 1.8 (nf_tables backend); legacy tables with their modules",
    source="iptables iptables/nft.c nft_xt_builtin_init",
    match=match,
)
