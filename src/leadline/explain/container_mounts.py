"""The mounts of containers: where each runtime puts them, which belong together, and whose they are."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from leadline.base.text import Text
from leadline.explain.witness import Evidence, Witness

ID = r"(?P<id>[0-9a-f]{64})"


class Place(NamedTuple):
    """A container mount: below which root, what it is (`rootfs` or `shm`), and the container's id."""

    root: str
    role: str
    id: str


_CRI = re.compile(
    r"(?P<root>.*/containerd)/io\.containerd\."
    rf"(?:runtime\.v\d\.task/k8s\.io/{ID}/(?P<rootfs>rootfs)|grpc\.v1\.cri/sandboxes/(?P<sandbox>[0-9a-f]{{64}})/shm)"
)
SANDBOXES = "io.containerd.grpc.v1.cri/sandboxes/"
CONTAINERD = "/run/containerd"
K3S = "/run/k3s/containerd"
MICROK8S = "/var/snap/microk8s/common/run/containerd"
# What brings a containerd of its own has rules of its own; all other roots are plain containerd's (k0s moves it).
OTHERS = (K3S, MICROK8S)


@lru_cache(maxsize=16384)
def cri_place(path: str) -> Place | None:
    """Which container of containerd's CRI a path belongs to; None for other paths and for Docker's (`moby`)."""
    match = _CRI.fullmatch(path.partition(" #")[0])
    if match is None:
        return None
    return Place(match["root"].removeprefix("/var") if match["root"].startswith("/var/run/") else match["root"],
                 "rootfs" if match["rootfs"] else "shm", match["id"] or match["sandbox"])  # fmt: skip


@lru_cache(maxsize=16)
def cri_mounts(side: Witness, fact: str) -> dict[Place, str]:
    """Every container mount of containerd's CRI in one fact, with its path."""
    return {place: path for path in side.entries(fact) if (place := cri_place(path)) is not None}


def whole_set(side: Witness, fact: str, place: Place, entry: Any) -> tuple[Evidence, ...]:
    """Other mounts of the same fact that belong to this one and that nobody else makes: the sandbox's two
    mounts bear one id, and a container's root filesystem is stacked from containerd's snapshots."""
    mounts = cri_mounts(side, fact)
    found = []
    if (
        partner := mounts.get(Place(place.root, "shm" if place.role == "rootfs" else "rootfs", place.id))
    ) is not None:
        found.append(side.saw(fact, partner))
    lower = next((each for each in getattr(entry, "options", None) or () if each.startswith("lowerdir=")), "")
    if "/io.containerd.snapshotter.v1." in lower:
        found.append(side.saw(fact, lower[:120]))
    if place.role == "rootfs" and not found:
        whole = [other for other in mounts if other.role == "shm" and other.root == place.root]
        if whole and all(Place(each.root, "rootfs", each.id) in mounts for each in whole):
            found.append(side.saw(fact, mounts[whole[0]]))
    return tuple(found)


@lru_cache(maxsize=4)
def rke2_images(side: Witness) -> Evidence | None:
    """A container stacked from the images of RKE2, whose mounts lie at the same paths as those of k3s."""
    for path, entry in side.entries("findmnt").items():
        if path.startswith(K3S) and any("/var/lib/rancher/rke2/" in each for each in entry.options):
            return side.saw("findmnt", f"{path} /var/lib/rancher/rke2/")
    return None


def named(side: Witness, identity: str) -> Text:
    """What a container id stands for, from crictl where it was recorded."""
    container = side.entries("crictl_ps").get(identity)
    if container is not None:
        of = f"{container.namespace}/{container.pod}" if getattr(container, "pod", None) else ""
        name = f"{container.name} ({of})" if of else container.name
        return Text(f"the container {name}", f"컨테이너 {name}")
    pod = side.entries("crictl_pods").get(identity)
    if pod is not None:
        return Text(
            f"the pause container of {pod.namespace}/{pod.name}",
            f"{pod.namespace}/{pod.name}의 pause 컨테이너",
        )
    return Text("a container", "컨테이너 하나")
