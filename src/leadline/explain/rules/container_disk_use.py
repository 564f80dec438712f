"""Disk space that went to container images and layers."""

from leadline.base.text import Text
from leadline.explain.disks import SPACE, amount, container_filesystems, images, in_memory, moved, repeats
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change

STORES = (
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/containers",
    "/var/lib/rancher",
    "/var/lib",
    "/var",
    "/",
)
# Logs and caches alone move this much.
LARGE = 64 * 1024 * 1024


def _holds_store(pair: Pair, path: str) -> bool:
    """Whether the image stores lie on this filesystem: it is the closest mount above them that df names."""
    return path == next((each for each in STORES if each in pair.after.entries("df")), "/")


def match(change: Change, pair: Pair) -> Match | None:
    if not only(change, *SPACE) or in_memory(change.after):
        return None
    if repeats(pair.after, change.key, change.after) or not _holds_store(pair, change.key):
        return None
    grown = moved(change)
    if grown is None or abs(grown[0]) < LARGE:
        return None
    side = pair.after if grown[0] > 0 else pair.before
    other = pair.before if grown[0] > 0 else pair.after
    new = [each for each in container_filesystems(side) if each not in set(container_filesystems(other))]
    evidence: list[Evidence] = []
    if new:
        evidence.append(
            side.saw(
                "findmnt" if new[0] in side.entries("findmnt") else "df",
                f"{len(new)} container root filesystems, {new[0]}",
            )
        )
    known = images(side)
    part = Text("", "")
    if known and side.entries("crictl_images") != other.entries("crictl_images"):
        evidence.append(
            side.saw("crictl_images", f"{len(side.entries('crictl_images'))} images, {known} bytes")
        )
        part = Text(
            f" crictl counts {amount(known)} of images.", f" crictl이 세는 이미지는 {amount(known)}입니다."
        )
    if not evidence:
        return None
    return Match(tuple(evidence), "likely", {"moved": grown[1], "count": len(new), "images": part})


rule = Rule(
    name="container-disk-use",
    facts=("df",),
    component="containerd",
    class_="derived",
    why=Text(
        "{moved}: container images and the writable layers of {count} containers lie on this disk, beside the packages, "
        "etcd and logs that came with them.{images} The container mounts below show the same figures again.",
        "{moved}. 컨테이너 이미지와 컨테이너 {count}개의 쓰기 레이어가 이 디스크에 있으며, 함께 설치된 패키지, etcd, 로그도 "
        "포함됩니다.{images} 아래의 컨테이너 마운트들은 같은 수치를 반복해서 보여 줍니다.",
    ),
    consequence=Text(
        "The kubelet removes unused images at 85 % and evicts pods below 10 % free (15 % for the image disk).",
        "kubelet은 사용률 85%에서 쓰지 않는 이미지를 지우고, 여유가 10%(이미지 디스크는 15%) 아래로 내려가면 파드를 "
        "축출합니다.",
    ),
    since="every version",
    source="kubernetes/kubernetes pkg/kubelet/images/image_gc_manager.go, pkg/kubelet/eviction/defaults_linux.go",
    match=match,
)
