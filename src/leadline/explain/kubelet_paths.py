"""The kubelet's mount paths, and what the size of a pod's tmpfs stands for."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from leadline.base.text import Text
from leadline.explain.container_mounts import cri_mounts
from leadline.explain.witness import Evidence, Witness

# Below these a kubelet mounts its pods' volumes.
PODS = (
    "/var/lib/kubelet/pods/",
    "/var/snap/microk8s/common/var/lib/kubelet/pods/",
    "/var/lib/k0s/kubelet/pods/",
)
ROOT = r"(?:/var/lib/kubelet|/var/snap/microk8s/common/var/lib/kubelet|/var/lib/k0s/kubelet)"


class Volume(NamedTuple):
    """A pod's volume: the pod's uid, the volume plugin (`projected`, `csi`), the volume's name."""

    pod: str
    plugin: str
    name: str


# A pod's uid is a UUID, a static pod's the hash of its manifest.
_VOLUME = re.compile(
    rf"{ROOT}/pods/(?P<pod>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|[0-9a-f]{{32}})/volumes/"
    r"kubernetes\.io~(?P<plugin>[^/]+)/(?P<name>[^/]+)(?:/mount)?(?: #\d+)?"
)


@lru_cache(maxsize=16384)
def volume(path: str) -> Volume | None:
    """Which pod's volume is mounted there; None for other paths."""
    match = _VOLUME.fullmatch(path)
    return Volume(match["pod"], match["plugin"], match["name"]) if match else None


def other_signs(side: Witness, fact: str) -> tuple[Evidence, ...]:
    """Where the kubelet itself was not recorded: the sandboxes that its pods' volumes go with."""
    return next(
        ((side.saw(fact, path),) for place, path in cri_mounts(side, fact).items() if place.role == "shm"), ()
    )


def _bytes(entry: Any) -> int | None:
    options = getattr(entry, "options", None)
    if options is None:
        return getattr(entry, "size", None)
    told = next((each[5:] for each in options if each.startswith("size=")), "")
    return int(told[:-1]) * 1024 if told.endswith("k") and told[:-1].isdigit() else None


@lru_cache(maxsize=16)
def _sizes(side: Witness, fact: str) -> tuple[int, ...]:
    found = {_bytes(entry) for path, entry in side.entries(fact).items() if volume(path) is not None}
    return tuple(sorted(each for each in found if each is not None))


def memory_limit(side: Witness, fact: str, path: str) -> Text:
    """What a tmpfs volume's size says: the pod's memory limit, or the node's allocatable where it has none.

    Limits are written in whole MiB; the node's allocatable is what remains of its RAM, the largest of all.
    """
    # findmnt prints the size exactly, df often rounded.
    fact = "findmnt" if path in side.entries("findmnt") else fact
    size = _bytes(side.entries(fact)[path])
    if size is None:
        return Text("No size was recorded.", "크기는 기록되지 않았습니다.")
    mib = size / 1024 / 1024
    shown = f"{mib:,.0f} MiB" if mib < 10240 else f"{mib / 1024:,.1f} GiB"
    sizes = _sizes(side, fact)
    if size == sizes[-1] and (len(sizes) > 1 or size % (1024 * 1024)):
        return Text(
            f"Its size, {shown}, is the node's allocatable memory: the pod has no memory limit.",
            f"크기 {shown}는 노드의 할당 가능 메모리입니다. 파드에 메모리 limit이 없다는 뜻입니다.",
        )
    if size < sizes[-1]:
        return Text(
            f"Its size, {shown}, is the pod's memory limit.", f"크기 {shown}는 파드의 메모리 limit입니다."
        )
    return Text(
        f"Its size, {shown}, is the pod's memory limit, or the node's allocatable memory where it has none.",
        f"크기 {shown}는 파드의 메모리 limit이거나, limit이 없으면 노드의 할당 가능 메모리입니다.",
    )
