"""Services as IPVS virtual servers and ipsets: kube-proxy in ipvs mode."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    if change.fact == "ipset" and not any(word.startswith("KUBE-") for word in change.key.split()):
        return None
    witness = pair.side(change)
    device = witness.interface("kube-ipvs0")
    author = (device,) if device else seen_apart(witness, "kube-proxy", "ipset", "ipvs")
    return (
        Match((witness.saw(change.fact, change.key), *author), values={"key": change.key}) if author else None
    )


rule = Rule(
    name="ipvs-services",
    facts=("ipset", "ipvs"),
    component="kube-proxy",
    class_="config",
    why=Text(
        "kube-proxy in ipvs mode keeps each service as a virtual server and matches addresses by ipsets ({key}).",
        "ipvs 모드의 kube-proxy는 서비스를 가상 서버로 두고 주소를 ipset으로 비교합니다({key}).",
    ),
    group=Text("IPVS services and sets", "IPVS 서비스와 ipset"),
    since="Kubernetes 1.11; deprecated from 1.35",
    source="kubernetes/kubernetes pkg/proxy/ipvs/{proxier,ipset}.go",
    match=match,
)
