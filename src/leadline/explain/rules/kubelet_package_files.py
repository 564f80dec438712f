"""The kubelet's unit, its drop-in and its defaults file, as the package brings them."""

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_FILES = (
    "/usr/lib/systemd/system/kubelet.service",
    "/lib/systemd/system/kubelet.service",
    "/etc/systemd/system/kubelet.service",
    "/etc/default/kubelet",
    "/etc/sysconfig/kubelet",
)


def match(change: Change, pair: Pair) -> Match | None:
    if not change.key.startswith(_FILES):
        return None
    witness = pair.side(change)
    package = witness.package("kubelet")
    unit = witness.unit("kubelet.service")
    evidence = tuple(each for each in (package, unit) if each is not None)
    file = change.key.split(" ")[0]
    return Match(evidence, "shown" if package else "likely", {"file": file}) if evidence else None


rule = Rule(
    name="kubelet-package-files",
    facts=("kubelet_config",),
    component="kubelet",
    class_="config",
    why=Text(
        "{file} belongs to the kubelet's package; kubeadm's drop-in adds the kubeconfig and the flags.",
        "{file}은(는) kubelet 패키지의 파일이며, kubeadm의 drop-in이 kubeconfig와 플래그를 더합니다.",
    ),
    group=Text("files of the kubelet's package", "kubelet 패키지의 파일"),
    since="Kubernetes 1.8 (packages)",
    source="kubernetes/release cmd/krel/templates/latest/kubelet/kubelet.spec, kubeadm/kubeadm.spec",
    match=match,
)
