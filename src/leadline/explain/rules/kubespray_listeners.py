"""kubespray's way to the apiservers on a node without one: nginx or HAProxy on loopback."""

from leadline.base.text import Text
from leadline.explain.kubespray import marks
from leadline.explain.listening import Endpoint, binding, held_by, line
from leadline.explain.pair import Pair
from leadline.explain.proof import only
from leadline.explain.rule import Certainty, Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

_PROXIES = ("nginx", "haproxy")
_PORTS = {
    6443: Endpoint(
        Text("load balancer to the apiservers", "apiserver로 가는 로드 밸런서"), {"loopback": "kubespray"}
    ),
    8081: Endpoint(
        Text("health check of that load balancer", "로드 밸런서의 헬스 체크"), {"everywhere": "kubespray"}
    ),
}


def match(change: Change, pair: Pair) -> Match | None:
    listener = change.entry
    if listener.port not in _PORTS or not held_by(listener, _PROXIES) or only(change, "pids", "fds"):
        return None
    witness = pair.side(change)
    if _local_apiserver(witness) is None:
        return None
    pod = witness.container("nginx-proxy", "haproxy") or _manifest(witness)
    proof = (pod,) if pod else marks(witness)
    if not proof:
        return None
    endpoint = _PORTS[listener.port]
    values = {
        "port": listener.port,
        "what": endpoint.what,
        "binding": binding(endpoint, listener.exposure),
    }
    certainty: Certainty = "shown" if pod else "likely"
    return Match((line(change, pair), *proof), certainty, values, listener.exposure in endpoint.usual)


def _local_apiserver(witness: Witness) -> Evidence | None:
    """The proxy's socket on 127.0.0.1:6443: without it the program is some other web server."""
    for key, listener in witness.entries("ss").items():
        if listener.port == 6443 and listener.exposure == "loopback" and held_by(listener, _PROXIES):
            return witness.saw("ss", key)
    return None


def _manifest(witness: Witness) -> Evidence | None:
    for key in ("nginx-proxy image", "haproxy image"):
        if (image := witness.entries("kubeadm_manifests").get(key)) is not None:
            return witness.saw("kubeadm_manifests", f"{key} {image}")
    return None


rule = Rule(
    name="kubespray-listeners",
    facts=("ss",),
    component="kubespray",
    class_="config",
    why=Text(
        "kubespray's {what} on port {port}. {binding}", "kubespray의 {what}입니다(포트 {port}). {binding}"
    ),
    consequence=Text(
        "The kubelet and kube-proxy of this node reach the control plane through it; 8081 also shows nginx's status.",
        "이 노드의 kubelet과 kube-proxy는 이것을 거쳐 컨트롤 플레인에 접속합니다. 8081에서는 nginx 상태도 보입니다.",
    ),
    since="kubespray 2.0",
    source="kubernetes-sigs/kubespray roles/kubernetes/node/templates/loadbalancer/nginx.conf.j2, haproxy.cfg.j2",
    match=match,
)
