"""Kubernetes' packages held at their version, as every installation guide asks."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_HELD = ("kubelet", "kubeadm", "kubectl", "containerd.io", "docker-ce", "cri-o")


def match(change: Change, pair: Pair) -> Match | None:
    if change.key not in _HELD or change.kind != "changed" or change.fields != ("hold",):
        return None
    others = [
        name
        for name in _HELD
        if name != change.key
        and (other := pair.change("packages", name)) is not None
        and other.kind == "changed"
        and "hold" in other.fields
        and other.after.hold == change.after.hold
    ]
    if not others:
        return None
    word = Text("held", "고정") if change.after.hold else Text("released", "고정 해제")
    seen = tuple(
        pair.after.saw("packages", f"{name} hold={change.after.hold}") for name in (change.key, *others)
    )
    return Match(seen, values={"package": change.key, "word": word})


rule = Rule(
    name="held-packages",
    facts=("packages",),
    component="administrator",
    class_="config",
    why=Text(
        "{package} was {word} together with others of the cluster (apt-mark, dnf versionlock): a person or script did that "
        "so that only a planned upgrade moves it.",
        "{package}의 버전 {word}: 계획한 업그레이드에서만 바뀌도록 사람이나 스크립트가 클러스터의 다른 패키지와 함께 "
        "설정했습니다(apt-mark, dnf versionlock).",
    ),
    since="Kubernetes 1.0; apt-mark hold, dnf versionlock, exclude= in the repository file",
    source="kubernetes.io documentation: installing kubeadm",
    match=match,
)
