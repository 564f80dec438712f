"""The kubelet's own unit."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="kubelet-units",
    facts=FACTS,
    component="kubelet",
    class_="config",
    why=Text(
        "{happened}. It runs the kubelet; kubeadm enables and starts it at init or join, kubespray and others write it themselves.",
        "{happened}. kubelet을 실행하는 유닛으로, kubeadm은 init이나 join 때 활성화하고 시작하며 kubespray 등은 직접 작성합니다.",
    ),
    consequence=Text(
        "Until kubeadm has run, a kubelet that restarts every few seconds is normal.",
        "kubeadm을 실행하기 전에 kubelet이 몇 초마다 재시작하는 것은 정상입니다.",
    ),
    group=Text("the kubelet's units", "kubelet 유닛"),
    since="Kubernetes 1.8",
    source="kubernetes/release cmd/krel/templates/latest/kubelet/kubelet.spec; kubernetes/kubernetes cmd/kubeadm/app/phases/kubelet/kubelet.go",
    match=units_of(
        "kubelet",
        r"kubelet\.(service|socket)",
        "kubelet",
    ),
)
