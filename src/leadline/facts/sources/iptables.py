"""IPv4 filter rules: `iptables-save -c`, from the legacy or the nft tool."""

from leadline.base.text import Text
from leadline.facts.iptables import order, parse_save
from leadline.facts.source import Parsed, Source


def parse(text: str) -> Parsed:
    """Chains and rules, keyed as `parse_save` says; rules keep their order within a chain."""
    return parse_save(text, "iptables-save")


source = Source(
    name="iptables",
    title=Text("IPv4 packet filter rules", "IPv4 방화벽 규칙(iptables)"),
    files={"iptables-save.txt": "iptables-save -c"},
    parse=parse,
    aliases=("iptables_save", "iptables_s"),
    volatile=frozenset({"counters"}),
    sequence=order,
)
