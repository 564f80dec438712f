"""Flags and images of the control plane's static pods."""

from leadline.base.text import Text
from leadline.explain.components import SIGNS, seen_apart
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")


def match(change: Change, pair: Pair) -> Match | None:
    component, _, what = change.key.partition(" ")
    if component not in COMPONENTS:
        return None
    witness = pair.side(change)
    proof = seen_apart(witness, component, "kubeadm_manifests") if component in SIGNS else ()
    others = _siblings(witness, component)
    if not proof and not others:
        return None
    own = witness.saw("kubeadm_manifests", f"{change.key} {change.entry}".strip())
    values = {"component": component, "what": what, "how": _how(change)}
    return Match((own, *proof, *others), "shown" if proof else "likely", values)


def _siblings(witness: Witness, component: str) -> tuple[Evidence, ...]:
    """The manifests of the other components beside this one: together they are kubeadm's."""
    for key in witness.entries("kubeadm_manifests"):
        name = key.split()[0]
        if name != component and name in COMPONENTS:
            return (witness.saw("kubeadm_manifests", key),)
    return ()


def _how(change: Change) -> Text:
    if change.kind == "changed":
        return Text(f"{change.before} -> {change.after}", f"{change.before} -> {change.after}")
    return Text(str(change.entry) or "set", str(change.entry) or "설정됨")


rule = Rule(
    name="kubeadm-static-pods",
    facts=("kubeadm_manifests",),
    component="kubeadm",
    class_="config",
    why=Text(
        "{component} {what} ({how}): kubeadm writes the manifest from its ClusterConfiguration at init and upgrade; a change in "
        "between is a person's.",
        "{component} {what}({how}): kubeadm이 init과 업그레이드 때 ClusterConfiguration으로 매니페스트를 작성합니다. 그 사이에 "
        "바뀌었다면 사람이 고친 것입니다.",
    ),
    consequence=Text(
        "The kubelet restarts the component as soon as the file changes; the next kubeadm upgrade overwrites edits that "
        "ClusterConfiguration does not know.",
        "파일이 바뀌면 kubelet이 곧바로 구성 요소를 다시 시작합니다. ClusterConfiguration에 없는 수정은 다음 kubeadm "
        "업그레이드에서 사라집니다.",
    ),
    group=Text("the control plane's manifests", "컨트롤 플레인 매니페스트"),
    since="kubeadm 1.6",
    source="kubernetes/kubernetes cmd/kubeadm/app/phases/controlplane/manifests.go, phases/etcd/local.go",
    match=match,
)
