"""The overlay root filesystems that containerd mounts for pods' containers."""

from leadline.base.text import Text
from leadline.explain.container_mounts import OTHERS, cri_place, named, whole_set
from leadline.explain.pair import Pair
from leadline.explain.proof import KUBERNETES, MOUNT, any_apart
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    place = cri_place(change.key)
    if place is None or place.role != "rootfs" or place.root in OTHERS:
        return None
    side = pair.side(change)
    author = any_apart(side, ("containerd", *KUBERNETES), MOUNT)
    together = whole_set(side, change.fact, place, change.entry)
    if not author and not together:
        return None
    return Match((*author, *together), "shown" if author else "likely", {"container": named(side, place.id)})


rule = Rule(
    name="containerd-rootfs",
    facts=("df", "findmnt"),
    component="containerd",
    class_="derived",
    why=Text(
        "The root filesystem of {container}: containerd stacks the image's layers and one writable layer by overlay. "
        "Each start draws a new id, so a restarted container shows as one gone, one new.",
        "{container}의 루트 파일시스템입니다. containerd가 이미지 레이어들과 쓰기 레이어 하나를 overlay로 쌓습니다. 시작할 "
        "때마다 id를 새로 뽑으므로, 재시작한 컨테이너는 하나가 사라지고 하나가 생긴 것으로 보입니다.",
    ),
    consequence=Text(
        "In df it repeats the figures of the disk under /var/lib/containerd: it takes no space of its own, count it once.",
        "df에는 /var/lib/containerd가 있는 디스크의 수치가 그대로 다시 보입니다. 따로 차지하는 공간이 아니므로 한 번만 "
        "세십시오.",
    ),
    since="containerd 1.3 (runtime v2)",
    source="containerd/containerd core/runtime/v2/bundle.go NewBundle, plugins/snapshots/overlay",
    group=Text("container root filesystems", "컨테이너 루트 파일시스템"),
    match=match,
)
