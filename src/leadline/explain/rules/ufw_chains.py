"""ufw's rules."""

from leadline.base.text import Text
from leadline.explain.firewall import FACTS, Marks, owned_by
from leadline.explain.rule import Rule

rule = Rule(
    name="ufw-chains",
    facts=FACTS,
    component="ufw",
    class_="config",
    why=Text(
        "ufw turns its rules into {chain}.",
        "ufw가 규칙을 {chain}(으)로 만듭니다.",
    ),
    group=Text("ufw's rules", "ufw의 규칙"),
    since="every ufw",
    source="ufw src/backend_iptables.py, conf/before.rules",
    match=owned_by(Marks("ufw", ("ufw-", "ufw6-"), ())),
)
