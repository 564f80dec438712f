"""A packet for a Service's address keeps it: the rules of kube-proxy were not entered."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    here = case.host()
    if here is None or case.topology.belongs(case.destination) != "service":
        return None
    entered = any(
        "KUBE-SERVICES" in each.verdict or (each.chain is not None and each.chain[1] == "kube-proxy")
        for hop in case.way.hops
        for each in hop.decisions
        if hop.host == here.host and not each.tunnelled
    )
    services = case.topology.services_at(case.destination)
    if entered and services and not any(port.endpoints for each in services for port in each.ports):
        return None
    known = bool(services)
    what = _NOT_ENTERED if not entered else _NO_RULE
    return Cause(
        name="service-rules",
        key=f"service-rules {here.host} {'entered' if entered else ''}".strip(),
        host=here.host,
        what=what.fill(host=here.host, address=case.flow.destination),
        remedy=_RESTART.fill(host=here.host) if known or not entered else _CHECK,
        commands=(
            f"kubectl -n kube-system delete pod -l k8s-app=kube-proxy --field-selector spec.nodeName={here.host}",
        ),
    )


_NOT_ENTERED = Text(
    "On {host} nothing leads to kube-proxy's rules any more, so packets keep the Service's address ({address}) and leave the cluster by the default route.",
    "{host}에서 kube-proxy 규칙으로 들어가는 점프가 없어 패킷이 서비스 주소({address})를 그대로 가지고 기본 경로로 클러스터를 나갑니다.",
)
_NO_RULE = Text(
    "kube-proxy on {host} has no rule for {address}, so packets keep that address and leave the cluster by the default route.",
    "{host}의 kube-proxy에 {address}에 대한 규칙이 없어 패킷이 그 주소를 그대로 가지고 기본 경로로 클러스터를 나갑니다.",
)
_RESTART = Text(
    "restart kube-proxy on {host}: it writes its rules and jumps anew; find what flushed them (a firewall script, `iptables -F`, a restored rule set)",
    "{host}의 kube-proxy를 다시 시작하면 규칙과 점프를 다시 만듭니다. 무엇이 지웠는지(방화벽 스크립트, `iptables -F`, 규칙 복원) 확인하십시오",
)
_CHECK = Text(
    "see whether there is a Service with this address and port, and whether kube-proxy runs on the node",
    "이 주소와 포트의 서비스가 있는지, 노드에서 kube-proxy가 실행 중인지 확인하십시오",
)

finder = Finder(dispositions=("no-route",), find=_find)
