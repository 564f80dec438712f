"""The network configuration that the CNI's installer put into /etc/cni/net.d."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

# Plugin type in the file -> the component whose installer writes such a file.
OWNERS = {"flannel": "flannel", "calico": "calico", "cilium-cni": "cilium"}


def match(change: Change, pair: Pair) -> Match | None:
    witness = pair.side(change)
    for plugin, component in OWNERS.items():
        if plugin in change.entry.plugins and (author := seen_apart(witness, component, "cni_config")):
            line = witness.saw("cni_config", f"{change.key}: {' -> '.join(change.entry.plugins)}")
            return Match((line, *author), values={"file": change.key, "owner": component})
    return None


rule = Rule(
    name="cni-configuration",
    facts=("cni_config",),
    component="cni",
    class_="config",
    why=Text(
        "{owner}'s installer wrote {file}: from then on the runtime asks these plugins for each pod's network.",
        "{owner}의 설치 과정이 {file}을(를) 썼습니다. 이때부터 런타임은 파드 네트워크를 이 플러그인들에 맡깁니다.",
    ),
    consequence=Text(
        "The first file by name wins: a leftover of another network in this folder takes over new pods.",
        "이름순으로 첫 파일이 쓰이므로, 다른 네트워크의 파일이 남아 있으면 새 파드가 그쪽으로 붙습니다.",
    ),
    since="CNI 0.3",
    source="containernetworking/cni libcni/conf.go; flannel-io/flannel Documentation/kube-flannel.yml install-cni",
    match=match,
)
