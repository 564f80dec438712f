"""Tailscale's rules."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule

rule = Rule(
    name="tailscale-chains",
    facts=FACTS,
    component="tailscale",
    class_="config",
    why=Text(
        "tailscaled writes {chain} for its overlay.",
        "tailscaled가 오버레이를 위해 {chain}을(를) 씁니다.",
    ),
    group=Text("Tailscale's rules", "Tailscale의 규칙"),
    since="every Tailscale",
    source="tailscale/tailscale util/linuxfw/iptables_runner.go AddChains, AddConnmarkSaveRule; util/linuxfw/nftables_runner.go",
    match=owned_by(Marks("tailscale", ("ts-",), ())),
)
