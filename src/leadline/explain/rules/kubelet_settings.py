"""The kubelet's configuration files: written by kubeadm, kubespray or the package."""

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.kubespray import marks
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

_FLAGS = "/var/lib/kubelet/kubeadm-flags.env"


def match(change: Change, pair: Pair) -> Match | None:
    if change.key.startswith(("/etc/default/", "/etc/sysconfig/")):
        return None
    witness = pair.side(change)
    proof = seen_apart(witness, "kubelet", "kubelet_config")
    own = witness.saw("kubelet_config", f"{change.key} = {change.entry}")
    values = {"key": change.key, "how": _how(change)}
    if marks(witness):
        return None
    kubeadm = _kubeadm(witness, change.key)
    if kubeadm is None:
        alone = change.key.startswith(_FLAGS) and proof  # one flag in the file that only kubeadm writes
        return Match((own, *proof), "likely", values) if alone else None
    return Match((own, kubeadm, *proof), "shown" if proof else "likely", values)


def _kubeadm(witness: Witness, key: str) -> Evidence | None:
    """The flags file only kubeadm writes, or its static pods beside."""
    for other in witness.entries("kubelet_config"):
        if other.startswith(_FLAGS) and other != key:
            return witness.saw("kubelet_config", other)
    for other in witness.entries("kubeadm_manifests"):
        return witness.saw("kubeadm_manifests", other)
    return None


def _how(change: Change) -> str:
    return f"{change.before} -> {change.after}" if change.kind == "changed" else str(change.entry)


rule = Rule(
    name="kubelet-settings",
    facts=("kubelet_config",),
    component="kubeadm",
    class_="config",
    why=Text(
        "{key} ({how}): kubeadm writes the kubelet's configuration from the cluster's ConfigMap kubelet-config at init, join and "
        "`upgrade node`.",
        "{key}({how}): kubeadm이 init, join, `upgrade node` 때 클러스터의 ConfigMap kubelet-config에서 kubelet 설정을 "
        "작성합니다.",
    ),
    consequence=Text(
        "It takes effect when the kubelet is restarted.",
        "kubelet을 다시 시작해야 적용됩니다.",
    ),
    group=Text("the kubelet's settings", "kubelet 설정"),
    since="kubeadm 1.11",
    source="kubernetes/kubernetes cmd/kubeadm/app/phases/kubelet/config.go, flags.go",
    match=match,
)
