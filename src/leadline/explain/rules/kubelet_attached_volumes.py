"""Volumes that the kubelet attaches and mounts for pods: CSI, NFS, local disks, subpaths."""

import re

from leadline.base.text import Text
from leadline.explain.kubelet_paths import ROOT, other_signs, volume
from leadline.explain.pair import Pair
from leadline.explain.proof import KUBERNETES, MOUNT, any_apart
from leadline.explain.rule import Match, Rule
from leadline.explain.rules.kubelet_memory_volumes import CONTENT
from leadline.snapshot.diff import Change

STAGED = re.compile(rf"{ROOT}/plugins/kubernetes\.io/(?P<plugin>[^/]+)/.+")
SUBPATH = re.compile(rf"{ROOT}/pods/[^/]+/volume-subpaths/(?P<name>[^/]+)/.+")


def match(change: Change, pair: Pair) -> Match | None:
    path = change.key.partition(" #")[0]
    place = volume(path)
    if place is not None and place.plugin not in CONTENT:
        what = f"{place.plugin} {place.name}"
    elif (staged := STAGED.fullmatch(path)) is not None:
        what = f"{staged['plugin']} globalmount"
    elif (subpath := SUBPATH.fullmatch(path)) is not None:
        what = f"subPath {subpath['name']}"
    else:
        return None
    side = pair.side(change)
    author = any_apart(side, KUBERNETES, MOUNT)
    evidence = author or other_signs(side, change.fact)
    values = {"what": what, "source": change.entry.source or "-"}
    return Match(evidence, "shown" if author else "likely", values) if evidence else None


rule = Rule(
    name="kubelet-attached-volumes",
    facts=("df", "findmnt"),
    component="kubelet",
    class_="derived",
    why=Text(
        "The kubelet (for CSI the volume's driver at its request) mounted this volume for a pod: {what}, from {source}.",
        "kubelet이 파드를 위해 마운트한 볼륨입니다(CSI는 kubelet의 요청으로 드라이버가 마운트): {what}, 원본 {source}.",
    ),
    consequence=Text(
        "A pod stuck in Terminating often has such a mount still busy.",
        "Terminating에서 멈춘 파드는 이런 마운트가 아직 사용 중인 경우가 많습니다.",
    ),
    since="Kubernetes 1.0; CSI 1.9, subpaths on their own mount 1.9.4",
    source="kubernetes/kubernetes pkg/volume/csi/csi_attacher.go, csi_mounter.go, pkg/volume/util/subpath/subpath_linux.go",
    group=Text("attached pod volumes", "연결된 파드 볼륨"),
    match=match,
)
