"""Settings of firewalld and ufw: a person decided them with the tool."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    witness = pair.side(change)
    running = seen_apart(witness, change.fact, change.fact) or seen_apart(
        pair.before, change.fact, change.fact
    )
    line = witness.saw(change.fact, change.key)
    return Match((line, *running), values={"tool": change.fact, "key": change.key}) if running else None


rule = Rule(
    name="firewall-frontends",
    facts=("firewalld", "ufw"),
    component="administrator",
    class_="config",
    why=Text(
        "Somebody changed {key} with {tool}.",
        "누군가 {tool}로 {key}을(를) 바꾸었습니다.",
    ),
    consequence=Text(
        "With firewalld open ports are not enough for pods: the pod network must be in a trusted zone too.",
        "firewalld에서는 포트를 여는 것만으로 부족하며, 파드 네트워크도 trusted 존에 넣어야 합니다.",
    ),
    since="every version",
    source="firewall-cmd(1), ufw(8)",
    match=match,
)
