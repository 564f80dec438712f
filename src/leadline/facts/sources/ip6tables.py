"""IPv6 filter rules: `ip6tables-save -c`, from the legacy or the nft tool."""

from leadline.base.text import Text
from leadline.facts.iptables import order, parse_save
from leadline.facts.source import Parsed, Source


def parse(text: str) -> Parsed:
    """Chains and rules, keyed as `parse_save` says; rules keep their order within a chain."""
    return parse_save(text, "ip6tables-save")


source = Source(
    name="ip6tables",
    title=Text("IPv6 packet filter rules", "IPv6 방화벽 규칙(iptables)"),
    files={"ip6tables-save.txt": "ip6tables-save -c"},
    parse=parse,
    aliases=("ip6tables_save", "ip6tables_s"),
    volatile=frozenset({"counters"}),
    sequence=order,
)
