"""Named network namespaces of pods."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_CNI = re.compile(r"cni-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed" or not _CNI.fullmatch(change.key):
        return None
    witness = pair.side(change)
    if witness.process("conmon") and not seen_apart(witness, "kubelet", "netns"):
        return None  # Podman with CNI plugins names its namespaces alike
    runtime = seen_apart(witness, "containerd", "netns") or seen_apart(witness, "kubelet", "netns")
    return Match((witness.saw("netns", change.key), *runtime)) if runtime else None


rule = Rule(
    name="pod-namespaces",
    facts=("netns",),
    component="containerd",
    class_="derived",
    why=Text(
        "containerd makes a network namespace for each pod sandbox and keeps it under /run/netns.",
        "containerd가 파드 샌드박스마다 네트워크 네임스페이스를 만들어 /run/netns에 둡니다.",
    ),
    group=Text("pod network namespaces", "파드 네트워크 네임스페이스"),
    since="containerd 1.1",
    source="containerd/containerd pkg/netns/netns_linux.go newNS",
    match=match,
)
