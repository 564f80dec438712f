"""Pod addresses: what the CNI plugin host-local leases and what the plugins keep of each pod."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    witness = pair.side(change)
    facts = ("cni_leases", "cni_results", "netns")
    author = seen_apart(witness, "kubelet", *facts) or seen_apart(witness, "k3s", *facts)
    line = witness.saw(change.fact, change.key)
    return Match((line, *author), values={"key": change.key}) if author else None


rule = Rule(
    name="pod-leases",
    facts=("cni_leases", "cni_results"),
    component="cni",
    class_="derived",
    why=Text(
        "The CNI plugins keep a file for each pod that has an address here ({key}); it comes and goes with the pod.",
        "CNI 플러그인은 이 노드에서 주소를 받은 파드마다 파일을 둡니다({key}). 파드와 함께 생기고 사라집니다.",
    ),
    consequence=Text(
        "A file whose pod is gone keeps its address taken: enough of them and new pods get none.",
        "파드가 없는데 남은 파일은 주소를 계속 차지합니다. 많이 쌓이면 새 파드가 주소를 받지 못합니다.",
    ),
    group=Text("pod address leases", "파드 주소 할당"),
    since="CNI plugins 0.6",
    source="containernetworking/plugins plugins/ipam/host-local/backend/disk/backend.go",
    match=match,
)
