"""amazon-ec2-net-utils' policy routing for the further interfaces and addresses of an EC2 host."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

# 10000, the number of the device, and 100 for each network card.
_TABLES = range(10000, 11000)


def match(change: Change, pair: Pair) -> Match | None:
    entry, side = change.entry, pair.side(change)
    if not entry.table.isdigit() or int(entry.table) not in _TABLES:
        return None
    if change.fact == "ip_rule" and (
        str(entry.priority) != entry.table or not entry.selector.startswith("from ")
    ):
        return None
    author = _author(side)
    return Match((author,), values={"what": change.key}) if author else None


def _author(side: Witness) -> Evidence | None:
    package = side.package("amazon-ec2-net-utils")
    units = (name for name in side.entries("services") if name.startswith("policy-routes@"))
    return package or next((found for name in units if (found := side.unit(name)) is not None), None)


rule = Rule(
    name="ec2-net-utils-routes",
    facts=("ip_rule", "ip_route"),
    component="amazon-ec2-net-utils",
    class_="derived",
    why=Text(
        "amazon-ec2-net-utils gives each further interface or address of the instance a routing table of its own (10000 "
        "onwards), so that replies leave by the interface they came in by: {what}.",
        "amazon-ec2-net-utils가 인스턴스의 추가 인터페이스나 주소마다 별도의 라우팅 테이블(10000번대)을 두어, 응답이 들어온 "
        "인터페이스로 나가게 합니다: {what}.",
    ),
    since="amazon-ec2-net-utils 2.0",
    source="amazonlinux/amazon-ec2-net-utils lib/lib.sh (rule_base), create_if_overrides",
    match=match,
)
