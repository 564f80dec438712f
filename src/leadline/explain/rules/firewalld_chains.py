"""firewalld's zones as rules."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule

rule = Rule(
    name="firewalld-chains",
    facts=FACTS,
    component="firewalld",
    class_="config",
    why=Text(
        "firewalld turns its zones and services into {chain}.",
        "firewalld가 존과 서비스를 {chain} 규칙으로 만듭니다.",
    ),
    group=Text("firewalld's rules", "firewalld의 규칙"),
    since="firewalld 0.6 (nftables backend by default); chains in iptables before",
    source="firewalld/firewalld src/firewall/core/nftables.py, ipXtables.py",
    match=owned_by(
        Marks(
            "firewalld",
            (
                "INPUT_ZONES",
                "FORWARD_IN_ZONES",
                "FORWARD_OUT_ZONES",
                "INPUT_direct",
                "OUTPUT_direct",
                "FORWARD_direct",
                "PREROUTING_ZONES",
                "POSTROUTING_ZONES",
                "PREROUTING_direct",
                "POSTROUTING_direct",
                "IN_",
                "FWDI_",
                "FWDO_",
                "PRE_",
                "POST_",
            ),
            ("firewalld", "firewalld_policy_drop"),
        )
    ),
)
