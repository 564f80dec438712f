"""Pods and their containers, as the kubelet has the runtime start and stop them."""

import re

from leadline.base.text import Text
from leadline.explain.components import seen_apart
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

_STATIC = re.compile(
    r"(etcd|kube-(apiserver|controller-manager|scheduler|vip)|nginx-proxy|haproxy|cloud-controller-manager)-.+"
)
_FACTS = ("crictl_pods", "crictl_ps")


def match(change: Change, pair: Pair) -> Match | None:
    if only(change, "state", "attempt"):
        return None
    witness = pair.side(change)
    entry = change.entry
    pod = entry.name if change.fact == "crictl_pods" else entry.pod or _sandbox_of(witness, entry.pod_id)
    if not pod:
        return None
    kubelet = seen_apart(witness, "kubelet", *_FACTS) or seen_apart(witness, "k3s", *_FACTS)
    where = f"{entry.namespace or '-'}/{pod}"
    own = witness.saw(change.fact, f"{where} {entry.name} {entry.state}")
    # Other CRI clients make sandboxes without a pod's UID; the kubelet never does.
    proof = kubelet or _uid(change, witness)
    if not proof:
        return None
    values = {"pod": where, "what": _what(change), "kind": _kind(pod, entry.namespace)}
    return Match((own, *proof), "shown" if kubelet else "likely", values)


def _what(change: Change) -> Text:
    if change.fact == "crictl_pods":
        return Text("sandbox", "샌드박스")
    return Text(f"container {change.entry.name}", f"컨테이너 {change.entry.name}")


def _kind(pod: str, namespace: str | None) -> Text:
    if namespace in (None, "kube-system") and _STATIC.fullmatch(pod):
        return Text(
            "a static pod: its manifest lies in the node's manifest directory",
            "노드의 매니페스트 디렉터리에 정의된 정적 파드입니다",
        )
    return Text("the apiserver assigned it to this node", "apiserver가 이 노드에 배정한 파드입니다")


def _sandbox_of(witness: Witness, pod_id: str) -> str:
    for key, sandbox in witness.entries("crictl_pods").items():
        if key.startswith(pod_id[:13]):
            return str(sandbox.name)
    return ""


def _uid(change: Change, witness: Witness) -> tuple[Evidence, ...]:
    entry = change.entry
    if change.fact == "crictl_pods":
        return (witness.saw("crictl_pods", f"{entry.name} uid {entry.uid}"),) if entry.uid else ()
    sandbox = next(
        (each for key, each in witness.entries("crictl_pods").items() if key.startswith(entry.pod_id[:13])),
        None,
    )
    return (
        (witness.saw("crictl_pods", f"{sandbox.name} uid {sandbox.uid}"),) if sandbox and sandbox.uid else ()
    )


rule = Rule(
    name="kubelet-pods",
    facts=_FACTS,
    component="kubelet",
    class_="derived",
    why=Text(
        "The kubelet had the runtime start or remove this {what} of the pod {pod}: {kind}.",
        "파드 {pod}의 {what}: kubelet이 런타임을 통해 만들거나 제거했습니다. {kind}.",
    ),
    group=Text("pods and containers", "파드와 컨테이너"),
    since="Kubernetes 1.5 (CRI)",
    source="kubernetes/kubernetes pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod",
    match=match,
)
