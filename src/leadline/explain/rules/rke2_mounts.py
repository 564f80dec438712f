"""The container mounts of RKE2's own containerd, which lie where those of k3s do."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.container_mounts import K3S, cri_place, named, rke2_images, whole_set
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    place = cri_place(change.key)
    if place is None or place.root != K3S:
        return None
    side = pair.side(change)
    author = seen_apart(side, "rke2", *MOUNT)
    images = rke2_images(side)
    if not author and images is None:
        return None
    together = whole_set(side, change.fact, place, change.entry)
    if place.role == "shm":
        what = Text("the /dev/shm that a pod's containers share", "파드의 컨테이너들이 함께 쓰는 /dev/shm")
    else:
        what = Text("the root filesystem of {c}", "{c}의 루트 파일시스템").fill(c=named(side, place.id))
    own = (images,) if images else ()
    return Match((*author, *own, *together), "shown" if author else "likely", {"what": what})


rule = Rule(
    name="rke2-mounts",
    facts=("df", "findmnt"),
    component="rke2",
    class_="derived",
    why=Text(
        "The containerd that RKE2 brings mounted {what}; its path bears the name of k3s, on which RKE2 is built.",
        "RKE2에 포함된 containerd가 마운트했습니다: {what}. 경로에 k3s가 들어 있는 것은 RKE2가 k3s를 바탕으로 하기 때문입니다.",
    ),
    consequence=Text(
        "`rke2-killall.sh` unmounts them; stopping the service alone leaves the containers running.",
        "`rke2-killall.sh`가 해제합니다. 서비스만 멈추면 컨테이너는 계속 실행됩니다.",
    ),
    since="RKE2 1.18",
    source="k3s-io/k3s pkg/agent/templates/templates.go (state = /run/k3s/containerd)",
    group=Text("RKE2 containers", "RKE2 컨테이너"),
    match=match,
)
