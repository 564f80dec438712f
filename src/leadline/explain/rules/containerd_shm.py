"""The shared memory that containerd mounts for each pod sandbox."""

from leadline.base.text import Text
from leadline.explain.container_mounts import OTHERS, cri_place, whole_set
from leadline.explain.pair import Pair
from leadline.explain.proof import KUBERNETES, MOUNT, any_apart
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    place = cri_place(change.key)
    if place is None or place.role != "shm" or place.root in OTHERS:
        return None
    side = pair.side(change)
    pod = side.entries("crictl_pods").get(place.id)
    author = any_apart(side, ("containerd", *KUBERNETES), MOUNT)
    together = whole_set(side, change.fact, place, change.entry)
    if not author and not together:
        return None
    values: dict[str, object] = {
        "pod": f"{pod.namespace}/{pod.name}" if pod else Text("one pod", "파드 하나")
    }
    return Match((*author, *together), "shown" if author else "likely", values)


rule = Rule(
    name="containerd-shm",
    facts=("df", "findmnt"),
    component="containerd",
    class_="derived",
    why=Text(
        "The shared memory (/dev/shm) of {pod}: a 64 MiB tmpfs for all its containers. Pods with `hostIPC` have none.",
        "{pod}의 공유 메모리(/dev/shm)로, 컨테이너들이 함께 쓰는 64 MiB tmpfs입니다. `hostIPC` 파드에는 없습니다.",
    ),
    since="containerd 1.1 (CRI plugin)",
    source="containerd/containerd internal/cri/server/podsandbox/sandbox_run_linux.go setupSandboxFiles",
    group=Text("sandbox shared memory", "샌드박스 공유 메모리"),
    match=match,
)
