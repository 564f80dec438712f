"""ufw's rules and default policies."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.firewall import FACTS, Marks, owned_by, place
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_owned = owned_by(Marks("ufw", ("ufw-", "ufw6-")))


def match(change: Change, pair: Pair) -> Match | None:
    at = place(change)
    if at.kind == "chain" and at.name in ("INPUT", "FORWARD") and at.table.endswith("filter"):
        # the default policies; Docker drops in FORWARD too, then the two cannot be told apart
        witness = pair.side(change)
        chains = witness.chains("ufw-")
        denies = getattr(change.entry, "policy", "").upper() == "DROP"
        if chains is None or not denies or (at.name == "FORWARD" and seen(witness, "docker")):
            return None
        return Match((chains,), values={"chain": at.name})
    return _owned(change, pair)


rule = Rule(
    name="ufw-chains",
    facts=FACTS,
    component="ufw",
    class_="config",
    why=Text(
        "ufw turns its rules and default policies into {chain}.",
        "ufw가 규칙과 기본 정책을 {chain}(으)로 만듭니다.",
    ),
    consequence=Text(
        "ufw's default drops forwarded packets: pods reach nothing until routed traffic of the pod network is "
        "allowed.",
        "ufw의 기본값은 포워딩 패킷을 버리므로, 파드 네트워크의 routed 트래픽을 허용해야 파드가 통신합니다.",
    ),
    group=Text("ufw's rules", "ufw의 규칙"),
    since="every ufw",
    source="ufw src/backend_iptables.py, conf/before.rules, conf/ufw.defaults",
    match=match,
)
