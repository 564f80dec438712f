"""The Service has no endpoint."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.packet import dotted
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    known = case.topology.services_at(case.flow.packet.destination)
    refused = case.way.disposition == "no-endpoint"
    if not refused and (not known or any(port.endpoints for each in known for port in each.ports)):
        return None
    names = [f"{each.namespace}/{each.name}" for each in known]
    service = names[0] if names else case.flow.destination
    namespace, _, name = service.rpartition("/")
    local = "local endpoints" in case.about("rule")
    return Cause(
        name="no-endpoint",
        key=f"no-endpoint {service}" + (f" {case.way.at}" if local else ""),
        host=case.way.at,
        what=(_LOCAL if local else _NONE if refused else _LEAVES).fill(
            service=service, host=case.way.at, address=dotted(case.flow.packet.destination)
        ),
        remedy=_REMEDY,
        commands=(
            f"kubectl -n {namespace} get endpointslices -l kubernetes.io/service-name={name}",
            f"kubectl -n {namespace} describe service {name}",
        )
        if names
        else (_search(case),),
        evidence=((case.way.at, case.about("tool"), case.about("rule")),) if refused else (),
    )


def _search(case: Case) -> str:
    """Finds the Service by its address or node port, where nothing recorded has its name (kube-proxy's ipvs mode)."""
    packet = case.flow.packet
    node_port = case.topology.belongs(packet.destination) == "node"
    wanted = f":{packet.destination_port}/" if node_port else dotted(packet.destination)
    return f"kubectl get services -A | grep -F '{wanted}'"


_NONE = Text(
    "Service {service} has no ready endpoint, so kube-proxy refuses its traffic.",
    "{service} 서비스에 준비된 엔드포인트가 없어 kube-proxy가 트래픽을 거부합니다.",
)
_LEAVES = Text(
    "Service {service} has no ready endpoint. flanneld's rules on {host} accept packets of pods before kube-proxy can refuse them, so they leave the cluster with the Service's address and the client waits.",
    "{service} 서비스에 준비된 엔드포인트가 없습니다. {host}에서는 kube-proxy가 거부하기 전에 flanneld의 규칙이 파드의 패킷을 허용하므로, 서비스 주소를 그대로 가지고 클러스터를 나가고 클라이언트는 응답을 기다리게 됩니다.",
)
_LOCAL = Text(
    "Service {service} keeps traffic on the node it arrives at (policy Local), and {host} has none of its endpoints.",
    "{service} 서비스는 트래픽을 도착한 노드 안에서만 처리하는데(Local 정책) {host}에는 엔드포인트가 없습니다.",
)
_REMEDY = Text(
    "compare the Service's selector with the pods' labels, and see whether its pods are Ready",
    "서비스의 셀렉터와 파드의 레이블을 비교하고 파드가 Ready인지 확인하십시오",
)

finder = Finder(dispositions=("no-endpoint", "no-route"), find=_find)
