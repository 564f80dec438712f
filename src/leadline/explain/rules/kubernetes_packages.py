"""Kubernetes' own packages: from pkgs.k8s.io, installed, removed or upgraded together."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change

NAMES = ("kubelet", "kubeadm", "kubectl", "cri-tools", "kubernetes-cni")


def match(change: Change, pair: Pair) -> Match | None:
    if change.key not in NAMES or (change.kind == "changed" and "version" not in change.fields):
        return None
    witness = pair.side(change)
    node = _node(change, pair)
    if node is None:
        return None
    own = witness.saw("packages", f"{change.key} {change.entry.version}")
    runs = witness.process("kubelet") or witness.unit("kubelet.service")
    values = {"package": change.key, "version": _version(change)}
    return Match((own, node, *([runs] if runs else [])), "shown" if runs else "likely", values)


def _node(change: Change, pair: Pair) -> Evidence | None:
    """kubelet or kubeadm moving as this one did: kubectl alone also lives on workstations."""
    for name in ("kubelet", "kubeadm"):
        if name == change.key:
            continue
        moved = pair.change("packages", name)
        if moved is not None and moved.kind == change.kind:
            return pair.side(change).saw("packages", f"{name} {moved.entry.version} ({moved.kind})")
    return None


def _version(change: Change) -> str:
    if change.kind == "changed":
        return f"{change.before.version} -> {change.after.version}"
    return str(change.entry.version)


rule = Rule(
    name="kubernetes-packages",
    facts=("packages",),
    component="administrator",
    class_="config",
    why=Text(
        "{package} {version} is one of the packages of a node that kubeadm sets up; they are installed and upgraded together.",
        "{package} {version}: kubeadm으로 구성하는 노드의 패키지이며 함께 설치하고 업그레이드합니다.",
    ),
    consequence=Text(
        "kubelet and kube-proxy may be up to three minor versions older than the apiserver, never newer: hold the version.",
        "kubelet과 kube-proxy는 apiserver보다 마이너 버전 세 개까지 낮을 수 있지만 높을 수는 없으므로 버전을 고정하십시오.",
    ),
    group=Text("Kubernetes packages", "Kubernetes 패키지"),
    since="pkgs.k8s.io, Kubernetes 1.24; kubernetes-cni until 1.31",
    source="kubernetes/release cmd/krel/templates/latest/metadata.yaml",
    match=match,
)
