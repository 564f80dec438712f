"""Docker turns on forwarding, and what its bridges and swarm networks need."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.sysctl_files import asked
from leadline.explain.sysctl_writers import WRITERS, written
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change


def _dropping(witness: Witness) -> tuple[Evidence, ...]:
    """Docker sets FORWARD to DROP only where it turned forwarding on itself; ufw and a person do so too."""
    policy = witness.entries("iptables").get("chain filter FORWARD")
    chain = witness.chain("DOCKER-FORWARD", "DOCKER-USER", "DOCKER")
    if policy is None or chain is None or policy.policy != "DROP" or seen(witness, "ufw"):
        return ()
    return (witness.saw("iptables", "chain filter FORWARD DROP"), chain)


def match(change: Change, pair: Pair) -> Match | None:
    if (
        change.key == "net.ipv4.ip_forward"
        and change.after == "1"
        and asked(pair.after, change.key, "1") is None
    ):
        proof = _dropping(pair.after)
        if proof and not _dropping(pair.before):
            return Match((*seen(pair.after, "docker"), *proof))
    return written(change, pair, "docker")


rule = Rule(
    name="docker-sysctls",
    facts=("sysctl",),
    keys=WRITERS["docker"].settings,
    component="docker",
    class_="config",
    why=Text(
        "Docker sets this when it starts or makes a network: forwarding for its bridges (and then the policy of "
        "the FORWARD chain to DROP), and larger neighbour tables for swarm networks.",
        "Docker가 시작하거나 네트워크를 만들 때 설정합니다. 브리지를 위해 포워딩을 켜고(이때 FORWARD 체인의 기본 정책을 "
        "DROP으로 바꿉니다) swarm 네트워크를 위해 neighbour 테이블을 키웁니다.",
    ),
    consequence=Text(
        "With Docker's DROP policy on FORWARD, pod traffic passes only where the network plugin accepts it explicitly.",
        "FORWARD의 기본 정책이 DROP이 되면 네트워크 플러그인이 명시적으로 허용한 파드 트래픽만 통과합니다.",
    ),
    since="Docker 1.13; br_netfilter's calls by default until 27",
    source="moby/moby daemon/libnetwork/drivers/bridge/setup_ip_forwarding.go, setup_bridgenetfiltering.go, drivers/overlay/ostweaks_linux.go",
    match=match,
)
