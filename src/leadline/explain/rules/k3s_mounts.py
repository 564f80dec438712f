"""The container mounts of k3s' and RKE2's own containerd."""

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
    if seen_apart(side, "rke2", *MOUNT) or rke2_images(side):
        return None
    author = seen_apart(side, "k3s", *MOUNT)
    together = whole_set(side, change.fact, place, change.entry)
    if not author and not together:
        return None
    if place.role == "shm":
        what = Text("the /dev/shm that a pod's containers share", "파드의 컨테이너들이 함께 쓰는 /dev/shm")
    else:
        what = Text("the root filesystem of {c}", "{c}의 루트 파일시스템").fill(c=named(side, place.id))
    return Match((*author, *together), "shown" if author else "likely", {"what": what})


rule = Rule(
    name="k3s-mounts",
    facts=("df", "findmnt"),
    component="k3s",
    class_="derived",
    why=Text(
        "The containerd inside k3s or RKE2, which share this path, mounted {what}.",
        "k3s 또는 RKE2에 내장된 containerd가 마운트했습니다(두 제품은 이 경로를 함께 씁니다): {what}.",
    ),
    consequence=Text(
        "`k3s-killall.sh` unmounts them; stopping the service alone leaves the containers running.",
        "`k3s-killall.sh`가 해제합니다. 서비스만 멈추면 컨테이너는 계속 실행됩니다.",
    ),
    since="k3s 0.1, RKE2 1.18",
    source="k3s-io/k3s pkg/agent/templates/templates.go (state = /run/k3s/containerd)",
    group=Text("k3s containers", "k3s 컨테이너"),
    match=match,
)
