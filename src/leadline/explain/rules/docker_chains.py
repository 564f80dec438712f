"""Docker's part of the firewall."""

from leadline.base.text import Text
from leadline.explain.components import seen, seen_apart
from leadline.explain.firewall import FACTS, Marks, owned_by, place
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_owned = owned_by(Marks("docker", ("DOCKER",), ("docker-bridges",)))
_BRIDGES = ("docker0", "br-", "docker_gwbridge")


def match(change: Change, pair: Pair) -> Match | None:
    at = place(change)
    witness = pair.side(change)
    if at.kind == "chain" and at.name == "FORWARD" and getattr(change.after, "policy", "") in ("DROP", "drop"):
        # dockerd sets the policy in the moment it switches ip_forward on
        author = seen(pair.after, "docker")
        return Match(author, values={"chain": "FORWARD"}) if author else None
    words = at.text.replace('"', "").split()
    uses = any(word.startswith(_BRIDGES) for word in words)
    if at.kind == "rule" and (uses or "172.17.0.0/16" in words) and (author := seen_apart(witness, "docker", *FACTS)):
        return Match((witness.saw(change.fact, change.key[:160]), *author), values={"chain": at.name})
    return _owned(change, pair)


rule = Rule(
    name="docker-chains",
    facts=FACTS,
    component="docker",
    class_="config",
    why=Text(
        "Docker writes its own forwarding, isolation and port mapping rules ({chain}).",
        "Docker가 포워딩, 격리, 포트 매핑 규칙을 직접 씁니다({chain}).",
    ),
    consequence=Text(
        "Docker sets the FORWARD policy to DROP when it switches forwarding on; pods then depend on ACCEPT "
        "rules such as FLANNEL-FWD.",
        "Docker는 포워딩을 켤 때 FORWARD 정책을 DROP으로 바꾸므로, 파드 통신은 FLANNEL-FWD 같은 ACCEPT 규칙에 "
        "의존하게 됩니다.",
    ),
    group=Text("Docker's rules", "Docker의 규칙"),
    since="Docker 1.10 (isolation stages until 28.1, DOCKER-FORWARD from 28.0)",
    source="moby daemon/libnetwork/drivers/bridge/setup_ip_tables_linux.go, setup_ip_forwarding.go",
    match=match,
)
