"""Docker's mounts: container root filesystems, their shared memory and network namespaces."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import MOUNT
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

PATH = re.compile(
    r"/var/lib/docker/(?P<rootfs>overlay2/[0-9a-f]{64}(?:-init)?/merged|rootfs/overlayfs/[0-9a-f]{64})"
    r"|/var/lib/docker/(?P<shm>containers/[0-9a-f]{64}/mounts/shm)"
    r"|/var/lib/docker/(?P<own>overlay2|btrfs|plugins/.+)"
    r"|(?:/var)?/run/docker/(?P<netns>netns/[^/]+|netns)(?: #\d+)?"
    r"|/run/containerd/io\.containerd\.runtime\.v\d\.task/(?P<task>moby)/[0-9a-f]{64}/rootfs"
)
WHAT = {
    "rootfs": Text("a container's root filesystem", "컨테이너의 루트 파일시스템"),
    "task": Text("a container's root filesystem", "컨테이너의 루트 파일시스템"),
    "shm": Text("a container's shared memory", "컨테이너의 공유 메모리"),
    "netns": Text("a container's network namespace", "컨테이너의 네트워크 네임스페이스"),
    "own": Text("a directory of Docker's own, bound to itself", "자기 자신에 바인드한 Docker 자체 디렉터리"),
}


def match(change: Change, pair: Pair) -> Match | None:
    found = PATH.fullmatch(change.key)
    if found is None:
        return None
    side = pair.side(change)
    values: dict[str, object] = {"what": WHAT[found.lastgroup or "own"]}
    author = seen_apart(side, "docker", *MOUNT)
    if author:
        return Match(author, "shown", values)
    lower = next(
        (each for each in getattr(change.entry, "options", None) or () if each.startswith("lowerdir=")), ""
    )
    if "/var/lib/docker/overlay2/l/" in lower:
        return Match((side.saw(change.fact, lower[:120]),), "likely", values)
    return None


rule = Rule(
    name="docker-mounts",
    facts=("df", "findmnt"),
    component="docker",
    class_="derived",
    why=Text(
        "Docker mounted this for a running container: {what}. Its figures in df are those of the disk below /var/lib/docker.",
        "Docker가 실행 중인 컨테이너를 위해 마운트했습니다: {what}. df의 수치는 /var/lib/docker가 있는 디스크의 것입니다.",
    ),
    since="Docker 1.12 (overlay2); rootfs/overlayfs with the containerd image store",
    source="moby/moby daemon/graphdriver/overlay2/overlay.go, daemon/libnetwork/osl/namespace_linux.go",
    group=Text("Docker containers", "Docker 컨테이너"),
    match=match,
)
