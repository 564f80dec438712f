"""The apiserver's socket."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, listens
from leadline.explain.rule import Rule

rule = Rule(
    name="kube-apiserver-listeners",
    facts=("ss",),
    component="kube-apiserver",
    class_="config",
    why=Text(
        "The apiserver's {what} on port {port}. {binding}", "apiserver의 {what}입니다(포트 {port}). {binding}"
    ),
    consequence=Text(
        "Every node, kubectl and pod talks to it; TLS and authentication are always on. Open it to nodes and "
        "administrators.",
        "모든 노드와 kubectl, 파드가 접속합니다. TLS와 인증은 항상 켜져 있습니다. 노드와 관리자에게만 여십시오.",
    ),
    since="Kubernetes 1.20 (the insecure port 8080 is gone)",
    source="kubernetes/kubernetes cmd/kubeadm/app/phases/controlplane/manifests.go",
    match=listens(
        "kube-apiserver",
        ("kube-apiserver",),
        {"tcp 6443": Endpoint(Text("API", "API"), {"everywhere": "kubeadm, kubespray, RKE2"})},
    ),
)
