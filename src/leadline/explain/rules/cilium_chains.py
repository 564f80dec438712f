"""Cilium's few rules outside BPF."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule

rule = Rule(
    name="cilium-chains",
    facts=FACTS,
    component="cilium",
    class_="config",
    why=Text(
        "The Cilium agent writes {chain}; most of its path is in BPF and not seen here.",
        "Cilium 에이전트가 {chain}을(를) 씁니다. 대부분의 경로는 BPF에 있어 여기에는 보이지 않습니다.",
    ),
    group=Text("Cilium's rules", "Cilium의 규칙"),
    since="every Cilium",
    source="cilium/cilium pkg/datapath/iptables/iptables.go, custom_chain.go",
    match=owned_by(Marks("cilium", ("CILIUM_", "OLD_CILIUM_"), (), texts=("cilium-feeder:", '"cilium: '))),
)
