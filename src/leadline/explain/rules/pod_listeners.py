"""A socket of a pod on the host's network: ingress controllers, exporters, DNS and load balancers."""

from leadline.base.text import Text
from leadline.explain.components import seen
from leadline.explain.listening import WHERE, line
from leadline.explain.pair import Pair
from leadline.explain.programs import in_container
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    listener = change.entry
    if not listener.processes or only(change, "pids", "fds", "port"):
        return None
    witness = pair.side(change)
    proof = [in_container(witness, name) for name in listener.processes]
    if not all(proof):
        return None
    kubelet = seen(witness, "kubelet") or seen(witness, "k3s") or seen(witness, "microk8s")
    if not kubelet:
        return None
    values = {
        "process": ", ".join(listener.processes),
        "port": listener.port,
        "where": WHERE[listener.exposure],
        "container": proof[0][0].text,
    }
    return Match((line(change, pair), proof[0][0]), values=values)


rule = Rule(
    name="pod-listeners",
    facts=("ss",),
    component="kubelet",
    class_="derived",
    why=Text(
        "{process} runs in a pod that shares the host's network ({container}), so its port {port} is the host's: "
        "it listens on {where}.",
        "{process}은(는) 호스트 네트워크를 쓰는 파드({container})에서 실행되므로 포트 {port}이(가) 호스트의 포트가 됩니다. "
        "listen 위치는 {where}입니다.",
    ),
    consequence=Text(
        "Network policies do not protect pods on the host's network; only the host's firewall does.",
        "호스트 네트워크를 쓰는 파드는 네트워크 폴리시로 보호되지 않으며 호스트의 방화벽만 적용됩니다.",
    ),
    group=Text("listeners of pods on the host's network", "호스트 네트워크 파드의 listen 소켓"),
    since="Kubernetes 1.0 (hostNetwork)",
    source="kubernetes/kubernetes pkg/kubelet/kuberuntime/util/util.go NetworkNamespaceForPod",
    match=match,
)
