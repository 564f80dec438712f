"""Images in the container runtime: pulled for a container, or by kubeadm for the control plane."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

_PAUSE = "/pause:"


def match(change: Change, pair: Pair) -> Match | None:
    if change.kind == "changed" and change.fields == ("pinned",):
        return None
    witness = pair.side(change)
    user = _user(witness, change.key, change.entry.id)
    if user is None:
        return None
    own = witness.saw("crictl_images", f"{change.key} {change.entry.id}")
    return Match((own, user), values={"image": change.key, "user": user.text})


def _user(witness: Witness, name: str, identity: str) -> Evidence | None:
    """The container that runs from the image, a static pod that names it, or the sandboxes' pause."""
    for container in witness.entries("crictl_ps").values():
        image = container.image.removeprefix("sha256:")
        if image.startswith(identity) or image == name:
            return witness.saw(
                "crictl_ps", f"{container.namespace or '-'}/{container.pod or '-'} {container.name}"
            )
    for key, value in witness.entries("kubeadm_manifests").items():
        if key.endswith(" image") and value == name:
            return witness.saw("kubeadm_manifests", f"{key} {value}")
    if _PAUSE in name and (sandboxes := witness.entries("crictl_pods")):
        return witness.saw("crictl_pods", f"{len(sandboxes)} sandboxes")
    if _PAUSE in name and (found := seen_apart(witness, "kubelet", "crictl_images")):
        return found[0]
    return None


rule = Rule(
    name="pulled-images",
    facts=("crictl_images",),
    component="kubelet",
    class_="derived",
    why=Text(
        "{image} is the image of {user}: the kubelet has the runtime pull what its pods need; kubeadm pulls the control plane's ahead.",
        "{image}은(는) {user}의 이미지입니다. kubelet이 파드에 필요한 이미지를 런타임으로 받으며, 컨트롤 플레인의 이미지는 "
        "kubeadm이 미리 받습니다.",
    ),
    consequence=Text(
        "Unused images are removed when the disk fills up (85 % by default), not before.",
        "쓰지 않는 이미지는 디스크 사용률이 높아져야(기본값 85%) 정리됩니다.",
    ),
    group=Text("container images", "컨테이너 이미지"),
    since="Kubernetes 1.5 (CRI)",
    source="kubernetes/kubernetes pkg/kubelet/images/image_manager.go, image_gc_manager.go",
    match=match,
)
