"""The mounts of containers/storage, which Podman and CRI-O share: the same paths, two owners."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change

_ROOTFUL = r"/var/lib/containers/storage"
_ROOTLESS = r"/(?:home/[^/]+|root)/\.local/share/containers/storage"
_STORAGE = re.compile(
    rf"(?:{_ROOTFUL}|{_ROOTLESS})/(?P<rootfs>overlay/[0-9a-f]{{64}}/merged)"
    rf"|(?:{_ROOTFUL}|{_ROOTLESS}|(?:/var)?/run/containers/storage)/(?P<shm>overlay-containers/[0-9a-f]{{64}}/userdata/shm)"
    rf"|(?:{_ROOTFUL}|{_ROOTLESS})/(?P<own>overlay)"
)
WHAT = {
    "rootfs": Text("a container's root filesystem", "컨테이너의 루트 파일시스템"),
    "shm": Text("a container's shared memory", "컨테이너의 공유 메모리"),
    "own": Text("the image store, bound to itself", "자기 자신에 바인드한 이미지 저장소"),
    "namespace": Text("a container's namespace", "컨테이너의 네임스페이스"),
}


def storage(path: str) -> Text | None:
    """What a path of containers/storage is; None for other paths."""
    found = _STORAGE.fullmatch(path)
    return WHAT[found.lastgroup or "own"] if found else None


def only_one(change: Change, pair: Pair, owner: str, other: str) -> tuple[Evidence, ...]:
    """Proof of the owner, where the other who uses the same paths is not seen."""
    side = pair.side(change)
    return () if seen_apart(side, other, *MOUNT) else seen_apart(side, owner, *MOUNT)
