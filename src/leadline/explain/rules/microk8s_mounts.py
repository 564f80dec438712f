"""The container mounts of MicroK8s."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.container_mounts import MICROK8S, cri_place, whole_set
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    place = cri_place(change.key)
    if place is None or place.root != MICROK8S:
        return None
    side = pair.side(change)
    author = seen_apart(side, "microk8s", *MOUNT)
    evidence = (*author, *whole_set(side, change.fact, place, change.entry))
    return Match(evidence, "shown" if author else "likely") if evidence else None


rule = Rule(
    name="microk8s-mounts",
    facts=("df", "findmnt"),
    component="microk8s",
    class_="derived",
    why=Text(
        "The containerd of the MicroK8s snap mounted a container's root filesystem or a pod's shared memory.",
        "MicroK8s snap의 containerd가 컨테이너의 루트 파일시스템 또는 파드의 공유 메모리를 마운트했습니다.",
    ),
    since="MicroK8s 1.14",
    source="canonical/microk8s microk8s-resources/default-args/containerd-template.toml",
    group=Text("MicroK8s containers", "MicroK8s 컨테이너"),
    match=match,
)
