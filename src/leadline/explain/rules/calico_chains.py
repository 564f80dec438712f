"""Calico's policy as rules."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule

rule = Rule(
    name="calico-chains",
    facts=FACTS,
    component="calico",
    class_="config",
    why=Text(
        "Calico's felix writes {chain}: policy for each pod, and masquerade for pods that leave the cluster.",
        "Calico의 felix가 {chain}을(를) 씁니다. 파드별 정책과, 클러스터를 나가는 파드의 마스커레이드입니다.",
    ),
    group=Text("Calico's rules", "Calico의 규칙"),
    since="Calico 2; nftables from 3.29",
    source="projectcalico/calico felix/rules/rule_defs.go",
    match=owned_by(Marks("calico", ("cali-",), ("calico",), texts=('"cali:',))),
)
