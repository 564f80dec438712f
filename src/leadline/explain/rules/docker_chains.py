"""Docker's part of the firewall."""

from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network

from leadline.base.text import Text
from leadline.explain.components import seen, seen_apart
from leadline.explain.firewall import BUILT_IN, FACTS, Marks, owned_by, place
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Witness
from leadline.snapshot.diff import Change

_owned = owned_by(Marks("docker", ("DOCKER",), ("docker-bridges",)))
_BRIDGES = ("docker0", "br-", "docker_gwbridge")


@lru_cache(maxsize=4)
def _networks(witness: Witness) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks of Docker's bridges."""
    return tuple(
        ip_interface(address).network
        for name, interface in witness.entries("ip_addr").items()
        if name.startswith(_BRIDGES)
        for address in interface.addresses
    )


def _names_docker(words: list[str], witness: Witness) -> bool:
    """Whether a rule names one of Docker's bridges or an address behind it."""
    for word in words:
        if word.startswith(_BRIDGES):
            return True
        with suppress(ValueError):
            network = ip_network(word.rstrip(","), strict=False)
            if any(network.version == own.version and network.subnet_of(own) for own in _networks(witness)):  # type: ignore[arg-type]
                return True
    return False


def match(change: Change, pair: Pair) -> Match | None:
    at = place(change)
    witness = pair.side(change)
    if at.kind == "chain" and at.name == "FORWARD" and getattr(change.entry, "policy", "").upper() == "DROP":
        # dockerd sets the policy in the moment it switches ip_forward on; ufw's default drops here too
        author = seen(witness, "docker")
        return Match(author, values={"chain": "FORWARD"}) if author and not witness.chains("ufw-") else None
    if at.kind == "rule" and at.name in BUILT_IN and _names_docker(at.text.replace('"', "").split(), witness):
        author = seen_apart(witness, "docker", *FACTS)
        if author:
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
    source="moby/moby daemon/libnetwork/drivers/bridge/internal/iptabler/iptabler.go setupIPChains (to 28.0 libnetwork/drivers/bridge/setup_ip_tables_linux.go), daemon/libnetwork/firewall_linux.go",
    match=match,
)
